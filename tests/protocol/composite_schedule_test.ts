/** GetCompositeSchedule in the lab's own numbers, and its edges (OCPP 1.6 §5.7; errata v4.0 §3.24, §3.29, §3.57; TC_056, TC_059, TC_066, TC_067, TC_072, TC_082). */
import { assertEquals } from "@std/assert";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import {
  answerGetCompositeSchedule,
  compositeSchedule,
  stationSchedule,
} from "../../protocol/composite_schedule.ts";
import { cleared, without } from "../../protocol/charging_profiles.ts";
import type {
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
} from "../../protocol/messages/smart_charging.ts";
import type { Steps } from "./charging_profile_samples.ts";
import { ac, charging, connector, dc, installed, now, nowMs } from "./charging_profile_samples.ts";

interface Asked {
  readonly for: number;
  readonly unit?: "A" | "W";
  /** Seconds from now. */
  readonly at?: number;
  readonly periodsMax?: number;
}

/** As `startPeriod: limit`. */
function periods(limited: LimitedConnector, asked: Asked): Steps {
  const { for: durationS, unit: chargingRateUnit = "A", at = 0, periodsMax = 300 } = asked;
  const window = { fromMs: nowMs + at * 1_000, durationS, chargingRateUnit, periodsMax };
  const { schedule } = compositeSchedule(limited, window);
  return Object.fromEntries(
    schedule.chargingSchedulePeriod.map(({ startPeriod, limit }) => [startPeriod, limit]),
  );
}

function check(
  sentence: string,
  profiles: readonly InstalledProfile[],
  asked: Asked,
  expected: Steps,
  other: Partial<LimitedConnector> = {},
): void {
  Deno.test({ name: `composite: ${sentence}`, permissions: "none" }, () => {
    assertEquals(periods(connector(profiles, other), asked), expected);
  });
}

const max = { purpose: "ChargePointMaxProfile" } as const;
const tx = { purpose: "TxProfile" } as const;
const inTransaction = charging(30);

// The lab sets startSchedule a little before the request; x is the time from then to scheduleStart.
const six = installed({ 0: 6 }, { duration: 300, phases: 3 });
check("TC_056: a TxDefaultProfile shows on an idle connector", [six], { for: 300 }, { 0: 6 });
check("TC_056: in watt", [installed({ 0: 6_000 }, { unit: "W" })], { for: 300, unit: "W" }, { 0: 6_000 });
check("TC_057: a TxProfile", [installed({ 0: 6 }, tx)], { for: 300 }, { 0: 6 }, inTransaction);
check("TC_059: the profile of a RemoteStartTransaction", [installed({ 0: 6 }, tx)], { for: 300 }, {
  0: 6,
}, inTransaction);
check("TC_082: a new TxDefaultProfile in a transaction", [six], { for: 300 }, { 0: 6 }, inTransaction);

const tc066 = [
  installed({ 0: 10 }, { ...max, duration: 86_400 }),
  installed({ 0: 6, 60: 10, 120: 8, 180: 15, 260: 8 }, { id: 2, duration: 300, to: 401 }),
  installed({ 0: 8, 50: 11, 140: 16, 200: 6, 240: 12 }, { id: 3, ...tx, duration: 260, to: 401 }),
];
check("TC_066: exactly these four periods", tc066, { for: 400 }, {
  0: 8,
  50: 10,
  200: 6,
  240: 10,
}, inTransaction);
for (const x of [1, 2, 7]) {
  check(`TC_066: asked ${x} s later all but the first come ${x} s sooner`, tc066, { for: 400, at: x }, {
    0: 8,
    [50 - x]: 10,
    [200 - x]: 6,
    [240 - x]: 10,
  }, inTransaction);
}
check("TC_066, TxDefaultAfterTxProfile: the TxDefaultProfile comes back at 260 s", tc066, { for: 400 }, {
  0: 8,
  50: 10,
  200: 6,
  240: 10,
  260: 8,
  300: 10,
}, { ...inTransaction, txDefaultAfterTxProfile: true });

const tc067 = [
  installed({ 0: 6, 60: 8, 200: 10 }, { level: 1, duration: 400 }),
  installed({ 0: 7, 100: 9 }, { id: 2, duration: 400 }),
  installed({ 0: 11, 200: 12 }, { id: 3, ...max, duration: 86_400 }),
];
const afterFirst = without(tc067, cleared(tc067, { id: 1 }));
const ofSecond = { chargingProfilePurpose: "TxDefaultProfile", stackLevel: 0 } as const;
const afterSecond = without(afterFirst, cleared(afterFirst, ofSecond));
check("TC_067: before any is cleared", tc067, { for: 350 }, { 0: 6, 60: 8, 200: 10 });
check("TC_067: cleared by id", afterFirst, { for: 350, at: 3 }, { 0: 7, 97: 9 });
check("TC_067: cleared by purpose and stackLevel", afterSecond, { for: 350, at: 5 }, { 0: 11, 195: 12 });
check("TC_067: all cleared", without(afterSecond, cleared(afterSecond, {})), { for: 350 }, { 0: 125 });

check(
  "TC_072: a lower stack level takes over when the higher one's schedule has ended",
  [
    installed({ 0: 6, 100: 8, 200: 10 }, { duration: 400, to: 401 }),
    installed({ 0: 7, 100: 9 }, { id: 2, level: 1, duration: 150, to: 401 }),
  ],
  { for: 350, at: 4 },
  { 0: 7, 96: 9, 146: 8, 196: 10 },
);

check("equal neighbours are one period", [installed({ 0: 6, 60: 6, 120: 7 })], { for: 300 }, {
  0: 6,
  120: 7,
});
Deno.test({
  name: "composite: other phases are another period, and are told as they came",
  permissions: "none",
}, () => {
  const profiles = [
    installed({ 0: 6 }, { phases: 3 }),
    installed({ 0: 6 }, { id: 2, phases: 1, level: 1, from: 60 }),
    installed({ 0: 6 }, { id: 3, level: 2, from: 120 }),
  ];
  const window = { fromMs: nowMs, durationS: 300, chargingRateUnit: "A", periodsMax: 300 } as const;
  assertEquals(compositeSchedule(connector(profiles), window).schedule, {
    duration: 300,
    chargingRateUnit: "A",
    chargingSchedulePeriod: [
      { startPeriod: 0, limit: 6, numberPhases: 3 },
      { startPeriod: 60, limit: 6, numberPhases: 1 },
      { startPeriod: 120, limit: 6 },
    ],
  });
});
check("an edge at the end of the window is beyond it", [installed({ 0: 6, 60: 7 })], { for: 60 }, { 0: 6 });
check("a second more and it is there", [installed({ 0: 6, 60: 7 })], { for: 61 }, { 0: 6, 60: 7 });
check("an edge within a second counts from the next", [installed({ 0: 6, 60: 7 })], { for: 61, at: 0.5 }, {
  0: 6,
  60: 7,
});
check(
  "what changes twice within a second is told as it is at the second",
  [
    installed({ 0: 6 }),
    installed({ 0: 9, 1: 8 }, { id: 2, level: 1, start: 10, to: 11.5 }),
  ],
  { for: 20, at: 0.6 },
  { 0: 6, 10: 9, 11: 6 },
);
check(
  "Relative on an idle connector counts from the request",
  [
    installed({ 0: 6, 60: 7 }, { kind: "Relative" }),
  ],
  { for: 100, at: 1_000 },
  { 0: 6, 60: 7 },
);
check(
  "Relative in a transaction from its start",
  [installed({ 0: 6, 60: 7 }, { kind: "Relative" })],
  { for: 100 },
  { 0: 6, 30: 7 },
  inTransaction,
);
const night = { kind: "Recurring", recurrency: "Daily", duration: 3_600, start: -3_600 } as const;
check("a day and a half of a daily schedule", [installed({ 0: 6 }, night)], { for: 129_600 }, {
  0: 125,
  82_800: 6,
  86_400: 125,
});
check(
  "asked in watt for a profile in ampere",
  [installed({ 0: 16, 60: 8 }, { phases: 3 })],
  {
    for: 100,
    unit: "W",
  },
  { 0: 11_040, 60: 5_520 },
  { supply: ac },
);
check(
  "asked in ampere for a profile in watt, rounded down",
  [installed({ 0: 11_000 }, { unit: "W" })],
  {
    for: 100,
  },
  { 0: 15.9 },
  { supply: ac },
);

/** `expected`: its duration, its periods, and whether it was cut. */
function checkCut(sentence: string, profiles: readonly InstalledProfile[], asked: Asked, expected: unknown) {
  Deno.test({ name: `composite: ${sentence}`, permissions: "none" }, () => {
    const window = { fromMs: nowMs, durationS: asked.for, chargingRateUnit: "A", periodsMax: 2 } as const;
    const { schedule, isCut } = compositeSchedule(connector(profiles), window);
    assertEquals([schedule.duration, schedule.chargingSchedulePeriod.length, isCut], expected);
  });
}

const three = [installed({ 0: 6, 60: 7, 120: 8 })];
checkCut("ORS-15: as many periods as there may be are all", three, { for: 120 }, [120, 2, false]);
checkCut("ORS-15: of more the first, and a duration that ends with them", three, { for: 121 }, [
  120,
  2,
  true,
]);
checkCut(
  "20,000 edges that change nothing end the work as well",
  [installed(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [n, 6])), {
    ...night,
    duration: 86_400,
  })],
  { for: Number.MAX_SAFE_INTEGER },
  [82_800 + 19 * 86_400 + 999, 1, true],
);

/** Two connectors of a station. */
function station(profiles: readonly InstalledProfile[], unit: "A" | "W" = "A"): Steps {
  const two = [1, 2].map((connectorId) => connector(profiles, { connectorId, supply: ac }));
  const window = { fromMs: nowMs, durationS: 300, chargingRateUnit: unit, periodsMax: 300 };
  const { schedule } = stationSchedule(two, window);
  return Object.fromEntries(schedule.chargingSchedulePeriod.map((one) => [one.startPeriod, one.limit]));
}

Deno.test({ name: "composite of 0: the sum of what all connectors may draw", permissions: "none" }, () => {
  assertEquals(station([]), { 0: 64 });
  assertEquals(station([], "W"), { 0: 44_000 });
  assertEquals(station([installed({ 0: 6, 60: 10.1 }), installed({ 0: 8 }, { id: 2, on: 2 })]), {
    0: 14,
    60: 18.1,
  });
  assertEquals(station([installed({ 0: 6 }, { on: 0 })]), { 0: 12 });
  // 0.1 + 0.2 is no decimal of one digit.
  assertEquals(station([installed({ 0: 0.1 }), installed({ 0: 0.2 }, { id: 2, on: 2 })]), { 0: 0.3 });
});

Deno.test({
  name: "composite of 0: watts become amperes at the highest voltage of any connector",
  permissions: "none",
}, () => {
  const profiles = [installed({ 0: 50_000 }, { ...max, unit: "W" })];
  const supplies = [{ ...dc, voltageV: 500 }, dc];
  const station = supplies.map((supply, at) => connector(profiles, { connectorId: at + 1, supply }));
  const window = { fromMs: nowMs, durationS: 10, chargingRateUnit: "A", periodsMax: 300 } as const;
  assertEquals(stationSchedule(station, window).schedule.chargingSchedulePeriod, [
    { startPeriod: 0, limit: 50 },
  ]);
});

Deno.test({ name: "composite of 0: and no more than the ChargePointMaxProfile", permissions: "none" }, () => {
  const profiles = [
    installed({ 0: 20, 60: 40, 120: 80 }, { ...max }),
    installed({ 0: 10, 90: 32 }, { id: 2 }),
  ];
  assertEquals(station(profiles), { 0: 20, 60: 40, 120: 64 });
  assertEquals(station(profiles, "W"), { 0: 13_800, 60: 27_600, 120: 44_000 });
});

function answer(request: GetCompositeScheduleRequest, profiles: readonly InstalledProfile[] = [six]) {
  const limits = { chargingRateUnits: ["A"], chargingScheduleMaxPeriods: 2 } as const;
  return answerGetCompositeSchedule(request, [connector(profiles)], limits, nowMs);
}

Deno.test(
  { name: "GetCompositeSchedule: connector, start, duration and unit as asked", permissions: "none" },
  () => {
    const chargingSchedule = {
      duration: 300,
      chargingRateUnit: "A",
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
    } as const;
    const response: GetCompositeScheduleResponse = {
      status: "Accepted",
      connectorId: 1,
      scheduleStart: new Date(now).toISOString(),
      chargingSchedule,
    };
    assertEquals(answer({ connectorId: 1, duration: 300, chargingRateUnit: "A" }), { response });
    // Without a unit the station's own first.
    assertEquals(answer({ connectorId: 1, duration: 300 }), { response });
  },
);

Deno.test({ name: "GetCompositeSchedule: of connector 0", permissions: "none" }, () => {
  const { response } = answer({ connectorId: 0, duration: 10 });
  assertEquals([response.connectorId, response.chargingSchedule?.chargingSchedulePeriod[0]?.limit], [0, 6]);
});

Deno.test({
  name: "GetCompositeSchedule: a cut is said, and is to be seen in the duration",
  permissions: "none",
}, () => {
  const { response, why } = answer({ connectorId: 1, duration: 400 }, three);
  assertEquals([response.chargingSchedule?.duration, why], [120, "cut after 120 s of 400"]);
});

const rejections: readonly (readonly [string, GetCompositeScheduleRequest, string])[] = [
  ["§5.7: an unknown connector", { connectorId: 2, duration: 10 }, "there is no connector 2"],
  [
    "SC-1.2: a unit that the station has not",
    { connectorId: 1, duration: 10, chargingRateUnit: "W" },
    "chargingRateUnit is W: only A",
  ],
  ["no duration", { connectorId: 1, duration: 0 }, "duration is 0 s: at least 1"],
];
for (const [sentence, request, why] of rejections) {
  Deno.test({ name: `GetCompositeSchedule: ${sentence} is Rejected`, permissions: "none" }, () => {
    assertEquals(answer(request), { response: { status: "Rejected" }, why });
  });
}
