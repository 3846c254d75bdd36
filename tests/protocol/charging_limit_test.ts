/** The limit of a moment and why it is that one (OCPP 1.6 §3.13.1, §3.13.3; errata v4.0 §3.8; spec/behaviour.md §12.1 to §12.7, §12.9). */
import { assertEquals } from "@std/assert";
import type { Limit } from "../../protocol/charging_limit.ts";
import { limitAt, nextEdgeMs } from "../../protocol/charging_limit.ts";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import { ac, charging, connector, installed, nowMs } from "./charging_profile_samples.ts";

const max = { purpose: "ChargePointMaxProfile" } as const;
const tx = { purpose: "TxProfile" } as const;

/** `limit by id`, or `limit by hardware`, then the losers in their order. */
function told({ limit, setBy, lost }: Limit): readonly string[] {
  const by = setBy.kind === "profile" ? String(setBy.profile.chargingProfileId) : setBy.kind;
  return [`${limit} by ${by}`, ...lost.map(({ profile, by }) => `${profile.chargingProfileId} ${by}`)];
}

interface Case {
  readonly profiles: readonly InstalledProfile[];
  readonly at?: number;
  readonly connector?: Partial<LimitedConnector>;
}

/** `edge` in seconds from now, when the limit may next be another. */
function check(sentence: string, one: Case, expected: readonly string[], edge = Infinity): void {
  Deno.test({ name: `limit: ${sentence}`, permissions: "none" }, () => {
    const limited = connector(one.profiles, one.connector);
    const atMs = nowMs + (one.at ?? 0) * 1_000;
    assertEquals(told(limitAt(limited, "A", atMs)), expected);
    assertEquals((nextEdgeMs(limited, atMs) - nowMs) / 1_000, edge);
  });
}

const inTransaction = charging();

check("§12.9: without any profile the hardware's", { profiles: [] }, ["125 by hardware"]);
check("TC_056: a TxDefaultProfile holds where nothing charges", { profiles: [installed({ 0: 6 })] }, [
  "6 by 1",
]);
check("errata v4.0 §3.8, TC_082: and in a transaction that runs", {
  profiles: [installed({ 0: 6 })],
  connector: inTransaction,
}, ["6 by 1"]);
check("§3.13.1: a TxProfile overrules the TxDefaultProfile, upwards too", {
  profiles: [installed({ 0: 6 }), installed({ 0: 16 }, { id: 2, ...tx })],
  connector: inTransaction,
}, ["16 by 2", "1 OverruledByTxProfile"]);
check("the TxProfile of another transaction has no say", {
  profiles: [installed({ 0: 6 }), { ...installed({ 0: 16 }, { id: 2, ...tx }), localId: 99 }],
  connector: inTransaction,
}, ["6 by 1"]);
check("nor has one on another connector", {
  profiles: [installed({ 0: 16 }, { id: 2, ...tx, on: 2 })],
  connector: inTransaction,
}, ["125 by hardware"]);
check("TC_059: the profile of a RemoteStartTransaction holds before its transaction begins", {
  profiles: [{ ...withoutTransaction(installed({ 0: 8 }, { id: 2, ...tx })) }, installed({ 0: 6 })],
}, ["8 by 2", "1 OverruledByTxProfile"]);
check("the lower of two purposes holds", {
  profiles: [installed({ 0: 6 }), installed({ 0: 5.9 }, { id: 2, ...max })],
}, ["5.9 by 2", "1 NotTheLowest"]);
check("and so does the hardware", {
  profiles: [installed({ 0: 200 }), installed({ 0: 300 }, { id: 2, ...max })],
}, ["125 by hardware", "2 NotTheLowest", "1 NotTheLowest"]);
check("of equals the one nearest to the transaction", {
  profiles: [installed({ 0: 10 }), installed({ 0: 10 }, { id: 2, ...max })],
}, ["10 by 1", "2 NotTheLowest"]);
check(
  "§3.13.1: the highest stackLevel, not the lowest limit",
  {
    profiles: [installed({ 0: 6 }), installed({ 0: 7 }, { id: 2, level: 1, duration: 60 })],
  },
  ["7 by 2", "1 LowerStackLevel"],
  60,
);
check("TC_072: at its end the lower level holds", {
  at: 60,
  profiles: [installed({ 0: 6 }), installed({ 0: 7 }, { id: 2, level: 1, duration: 60 })],
}, ["6 by 1", "2 Ended"]);
check(
  "before its validFrom too",
  {
    profiles: [installed({ 0: 6 }), installed({ 0: 7 }, { id: 2, level: 1, from: 60 })],
  },
  ["6 by 1", "2 NotYetValid"],
  60,
);
check("and after its validTo", {
  at: 60,
  profiles: [installed({ 0: 6 }), installed({ 0: 7 }, { id: 2, level: 1, to: 60 })],
}, ["6 by 1", "2 NoLongerValid"]);
check(
  "and before its startSchedule",
  {
    profiles: [installed({ 0: 6 }), installed({ 0: 7 }, { id: 2, level: 1, start: 60 })],
  },
  ["6 by 1", "2 NotYetStarted"],
  60,
);
check(
  "and between two recurrences",
  {
    at: 60,
    profiles: [
      installed({ 0: 6 }),
      installed({ 0: 7 }, { id: 2, level: 1, kind: "Recurring", recurrency: "Daily", duration: 60 }),
    ],
  },
  ["6 by 1", "2 BetweenRecurrences"],
  86_400,
);
check("ChargePointMaxProfiles are stacked as well", {
  profiles: [installed({ 0: 6 }, max), installed({ 0: 7 }, { id: 2, level: 1, ...max })],
}, ["7 by 2", "1 LowerStackLevel"]);

check("§12.1: the connector's own TxDefaultProfile replaces that of 0", {
  profiles: [installed({ 0: 6 }, { on: 0 }), installed({ 0: 7 }, { id: 2 })],
}, ["7 by 2", "1 ReplacedOnConnector"]);
check(
  "also where its own schedule has not begun",
  {
    profiles: [installed({ 0: 6 }, { on: 0 }), installed({ 0: 7 }, { id: 2, start: 60 })],
  },
  ["125 by hardware", "2 NotYetStarted", "1 ReplacedOnConnector"],
  60,
);
check("until its own is no longer valid", {
  profiles: [installed({ 0: 6 }, { on: 0 }), installed({ 0: 7 }, { id: 2, to: 60 })],
  at: 60,
}, ["6 by 1", "2 NoLongerValid"]);
check("that of 0 on another level is stacked with it", {
  profiles: [installed({ 0: 6 }, { on: 0, level: 1 }), installed({ 0: 7 }, { id: 2 })],
}, ["6 by 1", "2 LowerStackLevel"]);
check("that of another connector has no say", {
  profiles: [installed({ 0: 6 }, { on: 0 }), installed({ 0: 7 }, { id: 2, on: 2 })],
}, ["6 by 1"]);

const short = { id: 2, ...tx, duration: 60, to: 400 };
check(
  "TC_066: a TxProfile that has ended keeps the TxDefaultProfile out",
  {
    at: 60,
    profiles: [installed({ 0: 6 }), installed({ 0: 16 }, short)],
    connector: inTransaction,
  },
  ["125 by hardware", "2 Ended", "1 OverruledByTxProfile"],
  400,
);
check(
  "with TxDefaultAfterTxProfile it lets it in",
  {
    at: 60,
    profiles: [installed({ 0: 6 }), installed({ 0: 16 }, short)],
    connector: { ...inTransaction, txDefaultAfterTxProfile: true },
  },
  ["6 by 1", "2 Ended"],
  400,
);
check(
  "§12.5: between two of its recurrences a TxProfile overrules nobody",
  {
    at: 60,
    profiles: [
      installed({ 0: 6 }),
      installed({ 0: 16 }, { id: 2, ...tx, kind: "Recurring", recurrency: "Daily", duration: 60 }),
    ],
    connector: inTransaction,
  },
  ["6 by 1", "2 BetweenRecurrences"],
  86_400,
);
check("a TxProfile past its validTo might as well not be there", {
  at: 400,
  profiles: [installed({ 0: 6 }), installed({ 0: 16 }, short)],
  connector: inTransaction,
}, ["6 by 1", "2 NoLongerValid"]);
check(
  "until its schedule begins a TxProfile overrules nobody",
  {
    profiles: [installed({ 0: 6 }), installed({ 0: 16 }, { id: 2, ...tx, start: 60 })],
    connector: inTransaction,
  },
  ["6 by 1", "2 NotYetStarted"],
  60,
);
check(
  "§12.2: nor before its validFrom",
  {
    profiles: [installed({ 0: 6 }), installed({ 0: 16 }, { id: 2, ...tx, from: 60 })],
    connector: inTransaction,
  },
  ["6 by 1", "2 NotYetValid"],
  60,
);
check(
  "a lower TxProfile comes before any TxDefaultProfile",
  {
    at: 60,
    profiles: [
      installed({ 0: 6 }),
      installed({ 0: 16 }, short),
      installed({ 0: 20 }, { id: 3, ...tx, level: 0 }),
    ]
      .map((one, at) => at === 1 ? { ...one, profile: { ...one.profile, stackLevel: 1 } } : one),
    connector: inTransaction,
  },
  ["20 by 3", "2 Ended", "1 OverruledByTxProfile"],
  400,
);

check(
  "the edges of who has no say wake nobody",
  {
    profiles: [installed({ 0: 6, 10: 7, 20: 8 }), installed({ 0: 7, 60: 9 }, { id: 2, level: 1 })],
  },
  ["7 by 2", "1 LowerStackLevel"],
  60,
);
check("a Relative profile, where nothing charges, has no edge", {
  profiles: [installed({ 0: 6, 60: 9 }, { kind: "Relative" })],
}, ["6 by 1"]);
check(
  "a Relative profile counts from the transaction's start",
  {
    profiles: [installed({ 0: 6, 60: 9 }, { kind: "Relative" })],
    connector: charging(50),
  },
  ["6 by 1"],
  10,
);

const onThree = { supply: ac };
check("§12.6: nothing switches phases: 3680 W for one are not three times as much on three", {
  profiles: [installed({ 0: 3_680 }, { unit: "W", phases: 1 })],
  connector: onThree,
}, ["5.3 by 1"]);
check("nor less where none are named", {
  profiles: [installed({ 0: 11_040 }, { unit: "W" })],
  connector: onThree,
}, ["16 by 1"]);
check("errata v4.0 §3.34: three are named and one is wired: the limit as it stands for that one", {
  profiles: [installed({ 0: 3_680 }, { unit: "W", phases: 3 })],
  connector: { supply: { ...ac, phases: 1 } },
}, ["16 by 1"]);

Deno.test({
  name: "limit: it tells what each profile says, as it states it and converted",
  permissions: "none",
}, () => {
  const profiles = [
    installed({ 0: 11_040 }, { unit: "W", phases: 3 }),
    installed({ 0: 20 }, { id: 2, ...max }),
    installed({ 0: 6 }, { id: 3, level: 1, start: 60 }),
  ];
  assertEquals(limitAt(connector(profiles, { supply: ac }), "A", nowMs), {
    limit: 16,
    chargingRateUnit: "A",
    numberPhases: 3,
    setBy: {
      kind: "profile",
      profile: {
        connectorId: 1,
        chargingProfileId: 1,
        chargingProfilePurpose: "TxDefaultProfile",
        stackLevel: 0,
        says: { limit: 11_040, numberPhases: 3, chargingRateUnit: "W", converted: 16 },
      },
    },
    lost: [
      {
        profile: {
          connectorId: 0,
          chargingProfileId: 2,
          chargingProfilePurpose: "ChargePointMaxProfile",
          stackLevel: 0,
          says: { limit: 20, chargingRateUnit: "A", converted: 20 },
        },
        by: "NotTheLowest",
      },
      {
        profile: {
          connectorId: 1,
          chargingProfileId: 3,
          chargingProfilePurpose: "TxDefaultProfile",
          stackLevel: 1,
        },
        by: "NotYetStarted",
      },
    ],
  });
});

const offline = { supply: ac, offlineA: 10 };
check("§12.9: offline OfflineCurrentLimit, where nothing allows less", {
  profiles: [installed({ 0: 16 })],
  connector: offline,
}, ["10 by offline", "1 NotTheLowest"]);
check("and what allows less", { profiles: [installed({ 0: 8 })], connector: offline }, ["8 by 1"]);

Deno.test({ name: "limit: offline in watt as well", permissions: "none" }, () => {
  assertEquals(limitAt(connector([], offline), "W", nowMs).limit, 6_900);
});

Deno.test({ name: "limit: in watt the hardware's is its power", permissions: "none" }, () => {
  assertEquals(limitAt(connector([]), "W", nowMs).limit, 50_000);
});

function withoutTransaction({ localId: _, ...one }: InstalledProfile): InstalledProfile {
  return one;
}
