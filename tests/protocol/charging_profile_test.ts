/** What SetChargingProfile and the profile of a RemoteStartTransaction are answered: spec/messages.md §3.15 row by row, and §3.10 (TC_056 to TC_060). */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ProfileTransaction } from "../../protocol/charging_profile.ts";
import { judgeProfile, judgeRemoteStartProfile } from "../../protocol/charging_profile.ts";
import type { ChargingProfile } from "../../protocol/messages/charging_profile.ts";
import { limits, localId, nowMs, profile } from "./charging_profile_samples.ts";

const running: ProfileTransaction = { localId, transactionId: 42 };

interface Case {
  readonly on?: number;
  readonly profile?: ChargingProfile;
  readonly transaction?: ProfileTransaction | null;
  readonly limits?: Partial<typeof limits>;
}

/** `expected` is "accepted", or what the refusal says. */
function check(sentence: string, one: Case, expected: string): void {
  Deno.test({ name: `SetChargingProfile: ${sentence}`, permissions: "none" }, () => {
    const { on: connectorId = 1, profile: csChargingProfiles = profile({ 0: 6 }), transaction = null } = one;
    const judged = judgeProfile({ connectorId, csChargingProfiles }, {
      nowMs,
      limits: { ...limits, ...one.limits },
      transaction,
    });
    if (expected === "accepted") return assertEquals(judged.kind, "accepted", JSON.stringify(judged));
    assert(judged.kind !== "accepted", "it was accepted");
    assertStringIncludes(`${judged.kind}: ${judged.why}`, expected);
  });
}

const tx = { purpose: "TxProfile" } as const;
const max = { purpose: "ChargePointMaxProfile" } as const;

check("TC_056: a TxDefaultProfile, absolute, one period", {}, "accepted");
check("a TxDefaultProfile for every connector (errata v4.0 §3.53)", { on: 0 }, "accepted");
check("the last connector there is", { on: 2, limits: { connectors: 2 } }, "accepted");
check(
  "errata v4.0 §3.39: one beyond it is a CALLERROR",
  { on: 2 },
  "callError: there is no connector 2, only 0 to 1",
);

check(
  "TC_057: a TxProfile for the transaction that runs",
  { profile: profile({ 0: 6 }, { ...tx, transactionId: 42 }), transaction: running },
  "accepted",
);
check(
  "TC_058_1: a TxProfile without any transaction",
  { profile: profile({ 0: 6 }, { ...tx, transactionId: 42 }) },
  "rejected: no transaction runs on connector 1",
);
check(
  "TC_058_2: a TxProfile for another transaction",
  { profile: profile({ 0: 6 }, { ...tx, transactionId: 43 }), transaction: running },
  "rejected: transactionId is 43: that which runs is 42",
);
check(
  "a TxProfile for a transaction whose number nobody has been told yet",
  { profile: profile({ 0: 6 }, { ...tx, transactionId: 42 }), transaction: { localId } },
  "rejected: transactionId is 42: that which runs is not known yet",
);
check(
  "a TxProfile without transactionId means the one that runs (?)",
  { profile: profile({ 0: 6 }, tx), transaction: running },
  "accepted",
);
check(
  "a TxProfile on connector 0",
  { on: 0, profile: profile({ 0: 6 }, tx), transaction: running },
  "rejected: connectorId is 0",
);
check("a ChargePointMaxProfile on connector 0", { on: 0, profile: profile({ 0: 6 }, max) }, "accepted");
check(
  "a ChargePointMaxProfile on a connector",
  { profile: profile({ 0: 6 }, max) },
  "rejected: connectorId is 1: a ChargePointMaxProfile goes to 0",
);
check(
  "a ChargePointMaxProfile that is Relative",
  { on: 0, profile: profile({ 0: 6 }, { ...max, kind: "Relative" }) },
  "rejected: chargingProfileKind is Relative",
);
check("ORS-14: the highest stackLevel", { profile: profile({ 0: 6 }, { level: 3 }) }, "accepted");
check(
  "ORS-14: above the highest stackLevel",
  { profile: profile({ 0: 6 }, { level: 4 }) },
  "rejected: stackLevel is 4: at most 3",
);
check(
  "ORS-15: as many periods as there may be",
  { profile: profile({ 0: 6, 1: 7 }), limits: { chargingScheduleMaxPeriods: 2 } },
  "accepted",
);
check(
  "ORS-15: more periods",
  { profile: profile({ 0: 6, 1: 7, 2: 8 }), limits: { chargingScheduleMaxPeriods: 2 } },
  "rejected: it has 3 periods: at most 2",
);
check(
  "SC-1.2: a rate unit that the station has not (errata v4.0 §3.86)",
  { profile: profile({ 0: 6_000 }, { unit: "W" }), limits: { chargingRateUnits: ["A"] } },
  "rejected: chargingRateUnit is W: only A",
);
check(
  "a first startPeriod other than 0 (errata v4.0 §4.13)",
  { profile: profile({ 1: 6 }) },
  "rejected: the first startPeriod is 1",
);
check(
  "startPeriods that do not ascend",
  { profile: withPeriods([[0, 6], [60, 7], [59, 8]]) },
  "rejected: startPeriod 59 follows 60",
);
check("a startPeriod twice", { profile: withPeriods([[0, 6], [0, 7]]) }, "rejected: startPeriod 0 follows 0");
check("a limit of 0", { profile: profile({ 0: 0 }) }, "accepted");
check("a negative limit", { profile: profile({ 0: 6, 60: -0.1 }) }, "rejected: limit is -0.1");
check(
  "Recurring",
  { profile: profile({ 0: 6 }, { kind: "Recurring", recurrency: "Daily" }) },
  "accepted",
);
check(
  "Recurring without recurrencyKind",
  { profile: profile({ 0: 6 }, { kind: "Recurring" }) },
  "rejected: recurrencyKind is missing",
);
check(
  "Recurring without startSchedule",
  { profile: profile({ 0: 6 }, { kind: "Recurring", recurrency: "Weekly", start: null }) },
  "rejected: startSchedule is missing: it is Recurring",
);
check("Absolute without startSchedule (?)", { profile: profile({ 0: 6 }, { start: null }) }, "accepted");
check(
  "the same where AbsoluteNeedsStartSchedule is true",
  { profile: profile({ 0: 6 }, { start: null }), limits: { absoluteNeedsStartSchedule: true } },
  "rejected: startSchedule is missing: AbsoluteNeedsStartSchedule is true",
);
check(
  "Relative needs none",
  { profile: profile({ 0: 6 }, { kind: "Relative" }), limits: { absoluteNeedsStartSchedule: true } },
  "accepted",
);
check(
  "a recurrencyKind with another kind is ignored (?)",
  { profile: profile({ 0: 6 }, { recurrency: "Daily" }) },
  "accepted",
);
for (const phases of [1, 2, 3]) {
  // Errata v4.0 §3.34: more than are wired are accepted too.
  check(`numberPhases ${phases}`, { profile: profile({ 0: 6 }, { phases }) }, "accepted");
}
for (const phases of [0, 4, -1]) {
  check(
    `numberPhases ${phases}`,
    { profile: profile({ 0: 6 }, { phases }) },
    `rejected: numberPhases is ${phases}`,
  );
}
check("a duration of 1 s", { profile: profile({ 0: 6 }, { duration: 1 }) }, "accepted");
check(
  "a duration of 0 s",
  { profile: profile({ 0: 6 }, { duration: 0 }) },
  "rejected: duration is 0 s",
);
check("a validTo to come", { profile: profile({ 0: 6 }, { to: 0.001 }) }, "accepted");
check("a validTo that has passed", { profile: profile({ 0: 6 }, { to: 0 }) }, "rejected: validTo is");
check("a validFrom to come", { profile: profile({ 0: 6 }, { from: 60, to: 61 }) }, "accepted");
check(
  "a validTo that is not after validFrom",
  { profile: profile({ 0: 6 }, { from: 60, to: 60 }) },
  "not later than validFrom",
);

Deno.test({
  name: "SetChargingProfile: a TxProfile belongs to the transaction that runs, another to none",
  permissions: "none",
}, () => {
  const localIdOf = (one: ChargingProfile) => {
    const request = { connectorId: 1, csChargingProfiles: one };
    const judged = judgeProfile(request, { nowMs, limits, transaction: running });
    return judged.kind === "accepted" ? judged.installed.localId : judged;
  };
  assertEquals(localIdOf(profile({ 0: 6 }, tx)), localId);
  assertEquals(localIdOf(profile({ 0: 6 })), undefined);
});

Deno.test({ name: "RemoteStartTransaction: TC_059 a TxProfile is accepted", permissions: "none" }, () => {
  const one = profile({ 0: 6 }, tx);
  assertEquals(judgeRemoteStartProfile(1, one, { nowMs, limits }), {
    kind: "accepted",
    installed: { connectorId: 1, profile: one, receivedMs: nowMs },
  });
});

Deno.test(
  { name: "RemoteStartTransaction: a transactionId is ignored (§5.16.2)", permissions: "none" },
  () => {
    const judged = judgeRemoteStartProfile(1, profile({ 0: 6 }, { ...tx, transactionId: 0 }), {
      nowMs,
      limits,
    });
    assert(judged.kind === "accepted");
    assertEquals(judged.installed.profile, profile({ 0: 6 }, tx));
  },
);

for (const purpose of ["TxDefaultProfile", "ChargePointMaxProfile"] as const) {
  Deno.test({ name: `RemoteStartTransaction: TC_060 a ${purpose} is refused`, permissions: "none" }, () => {
    const judged = judgeRemoteStartProfile(1, profile({ 0: 6 }, { purpose }), { nowMs, limits });
    assert(judged.kind === "rejected");
    assertStringIncludes(judged.why, `chargingProfilePurpose is ${purpose}`);
  });
}

Deno.test({ name: "RemoteStartTransaction: an impossible schedule is refused", permissions: "none" }, () => {
  const judged = judgeRemoteStartProfile(1, profile({ 5: 6 }, tx), { nowMs, limits });
  assert(judged.kind === "rejected");
  assertStringIncludes(judged.why, "startPeriod");
});

/** In an order that an object cannot have. */
function withPeriods(periods: readonly (readonly [startPeriod: number, limit: number])[]): ChargingProfile {
  const one = profile({ 0: 0 });
  const chargingSchedulePeriod = periods.map(([startPeriod, limit]) => ({ startPeriod, limit }));
  return { ...one, chargingSchedule: { ...one.chargingSchedule, chargingSchedulePeriod } };
}
