/** When samples are due, on the transaction's grid and on the clock's, and what each measurand says (OCPP 1.6 §3.15, §7.31 to §7.45; spec/behaviour.md §16; TC_036, TC_070, TC_071). */
import { assertEquals } from "@std/assert";
import type { MeasurandItem } from "../../protocol/measurand_item.ts";
import { Measurand, MeterValue, type SampledValue } from "../../protocol/messages/types.ts";
import type { Measured } from "../../protocol/metering.ts";
import {
  alignedMs,
  meterValue,
  nextAlignedInMs,
  nextEnergyReadingInMs,
  nextSampleInMs,
  orRegister,
} from "../../protocol/metering.ts";

function checkDue(
  sentence: string,
  { startedAtMs = 0, intervalS = 60, nowMs }: { startedAtMs?: number; intervalS?: number; nowMs: number },
  expected: number | null,
): void {
  Deno.test({ name: `next sample: ${sentence}`, permissions: "none" }, () => {
    assertEquals(nextSampleInMs(startedAtMs, intervalS, nowMs), expected);
  });
}

checkDue("TC_070: the first, one interval after the start", { nowMs: 0 }, 60_000);
checkDue("the grid begins with the transaction", { startedAtMs: 12_345, nowMs: 12_345 }, 60_000);
checkDue("a slow meter shifts nothing", { nowMs: 61_500 }, 58_500);
checkDue("on the grid itself it is the next one", { nowMs: 120_000 }, 60_000);
checkDue("a restart goes on with the same grid", { startedAtMs: 1_000, nowMs: 3_601_000 - 20_000 }, 20_000);
checkDue("what was missed is not made up for", { nowMs: 600_001 }, 59_999);
checkDue("a timer that fired a little early has been on the grid", { nowMs: 60_000 - 20 }, 60_020);
checkDue("one that fired earlier has not", { nowMs: 60_000 - 21 }, 21);
checkDue("a change of the interval counts from the start as well", { intervalS: 7, nowMs: 15_000 }, 6_000);
checkDue("the shortest interval", { intervalS: 1, nowMs: 500 }, 500);
checkDue("before the start, if clocks say so, one interval", { startedAtMs: 5_000, nowMs: 0 }, 60_000);
checkDue("interval 0 is off", { intervalS: 0, nowMs: 0 }, null);

/** The next point of the clock's grid, and the one that a value taken now is for. */
function checkAligned(
  sentence: string,
  { intervalS, now }: { intervalS: number; now: string },
  next: string,
  point: string,
): void {
  Deno.test({ name: `clock-aligned: ${sentence}`, permissions: "none" }, () => {
    const wallMs = Date.parse(`2026-03-01T${now}Z`);
    const nextInMs = nextAlignedInMs(intervalS, wallMs) ?? NaN;
    const told = [wallMs + nextInMs, alignedMs(intervalS, wallMs)].map((ms) => new Date(ms).toISOString());
    assertEquals(told, [next, point].map((time) => new Date(`2026-03-${time}Z`).toISOString()));
  });
}

checkAligned(
  "TC_071: every 20 s is :00, :20 and :40",
  { intervalS: 20, now: "12:00:27.300" },
  "01T12:00:40",
  "01T12:00:20",
);
checkAligned(
  "TC_071: and then the full minute",
  { intervalS: 20, now: "12:00:40" },
  "01T12:01:00",
  "01T12:00:40",
);
checkAligned(
  "on the grid itself it is the next one",
  { intervalS: 900, now: "00:00:00" },
  "01T00:15:00",
  "01T00:00:00",
);
checkAligned(
  "a timer that fired a little early is on the grid",
  { intervalS: 20, now: "12:00:19.980" },
  "01T12:00:40",
  "01T12:00:20",
);
checkAligned(
  "one that fired earlier is not",
  { intervalS: 20, now: "12:00:19.979" },
  "01T12:00:20",
  "01T12:00:00",
);
checkAligned(
  "a meter that answers late shifts nothing",
  { intervalS: 1, now: "12:00:20.999" },
  "01T12:00:22",
  "01T12:00:21",
);
checkAligned(
  "§16: an interval that does not divide the day begins anew at midnight",
  { intervalS: 7, now: "23:59:55" },
  "02T00:00:00",
  "01T23:59:54",
);
checkAligned(
  "§16: and after midnight it counts from there",
  { intervalS: 50_000, now: "23:59:59.990" },
  "02T13:53:20",
  "02T00:00:00",
);
checkAligned(
  "midnight is a point itself",
  { intervalS: 900, now: "23:59:59" },
  "02T00:00:00",
  "01T23:45:00",
);
checkAligned("a whole day", { intervalS: 86_400, now: "00:00:01" }, "02T00:00:00", "01T00:00:00");
checkAligned(
  "longer than a day it is midnight alone",
  { intervalS: 100_000, now: "23:00:00" },
  "02T00:00:00",
  "01T00:00:00",
);

Deno.test({ name: "clock-aligned: interval 0 is off", permissions: "none" }, () => {
  assertEquals(nextAlignedInMs(0, Date.parse("2026-03-01T12:00:00Z")), null);
});

Deno.test({
  name: "clock-aligned: TC_071: timers that fire up to 20 ms early or late miss no point and meet none twice",
  permissions: "none",
}, () => {
  const fromMs = Date.parse("2026-03-01T23:59:03.141Z");
  const offMs = [0, -20, 7, -1, 20, -13, 0];
  let nowMs = fromMs;
  const points = offMs.map((ms) => {
    nowMs += (nextAlignedInMs(20, nowMs) ?? NaN) + ms;
    return new Date(alignedMs(20, nowMs)).toISOString().slice(11, 19);
  });
  assertEquals(points, [
    "23:59:20",
    "23:59:40",
    "00:00:00",
    "00:00:20",
    "00:00:40",
    "00:01:00",
    "00:01:20",
  ]);
});

for (
  const [sentence, restWh, powerMaxW, inMs] of [
    ["far from its end it is read every 5 s", 10_000, 150_000, 5_000],
    ["near it when so much can have flowed", 100, 150_000, 2_400],
    ["and at its end one reading follows the other", 1, 150_000, 100],
    ["beyond it too", -5, 150_000, 100],
    ["a weak connector takes longer", 1, 3_680, 978],
  ] as const
) {
  Deno.test({ name: `MaxEnergyOnInvalidId: ${sentence}`, permissions: "none" }, () => {
    assertEquals(nextEnergyReadingInMs(restWh, powerMaxW), inMs);
  });
}

const atMs = Date.parse("2026-03-01T12:01:00.25Z");
const all: Measured = {
  energyWh: 1_234.96,
  powerW: 11_040.5,
  currentA: 15.96,
  voltageV: 229.94,
  temperatureC: -5.25,
  frequencyHz: 49.987,
  socPercent: 41.5,
  offeredA: 32,
};

/** What a station with all sensors says, but for the context; every other measurand of the specification is not measured. */
const says: Partial<Record<Measurand, Omit<SampledValue, "measurand" | "context">>> = {
  "Energy.Active.Import.Register": { value: "1234", unit: "Wh" },
  "Power.Active.Import": { value: "11041", unit: "W" },
  "Current.Import": { value: "16.0", unit: "A" },
  "Current.Offered": { value: "32.0", unit: "A" },
  Voltage: { value: "229.9", unit: "V" },
  Temperature: { value: "-5.3", unit: "Celsius", location: "Body" },
  Frequency: { value: "49.99" },
  SoC: { value: "42", unit: "Percent", location: "EV" },
};

for (const measurand of Measurand.options) {
  const said = says[measurand];
  const what = said === undefined ? "not measured" : Object.values(said).join(" ");
  Deno.test({ name: `MeterValue: §7.31: ${measurand} is ${what}`, permissions: "none" }, () => {
    const context = "Sample.Periodic";
    const expected = said === undefined
      ? null
      : { timestamp: "2026-03-01T12:01:00.250Z", sampledValue: [{ ...said, measurand, context }] };
    assertEquals<unknown>(meterValue(all, [measurand], context, atMs), expected);
  });
}

function check(
  sentence: string,
  measured: Measured,
  asked: readonly MeasurandItem[],
  expected: readonly string[] | null,
): void {
  Deno.test({ name: `MeterValue: ${sentence}`, permissions: "none" }, () => {
    const told = meterValue(measured, asked, "Trigger", atMs);
    const texts = told?.sampledValue.map(({ measurand, phase, value, context }) =>
      [measurand, ...(phase === undefined ? [] : [phase]), value, context].join(" ")
    );
    assertEquals(texts ?? null, expected);
    if (told !== null) assertEquals(MeterValue.parse(told), told);
  });
}

const register = "Energy.Active.Import.Register";

check("§4.10: an empty list is no MeterValue (StopTxnSampledData, StopTxnAlignedData)", all, [], null);
check("TC_070: one value for each measurand, in the order asked", all, ["SoC", register, "Voltage"], [
  "SoC 42 Trigger",
  `${register} 1234 Trigger`,
  "Voltage 229.9 Trigger",
]);
check("what was not measured is left out", { energyWh: 5 }, ["Power.Active.Import", register, "SoC"], [
  `${register} 5 Trigger`,
]);
check("nothing measured is no MeterValue", { energyWh: 5 }, ["Power.Active.Import", "RPM"], null);
check("0 is measured", { energyWh: 0, powerW: 0, currentA: 0 }, [
  register,
  "Power.Active.Import",
  "Current.Import",
], [
  `${register} 0 Trigger`,
  "Power.Active.Import 0 Trigger",
  "Current.Import 0.0 Trigger",
]);

for (const powerW of [NaN, Infinity, -Infinity, 1e21]) {
  check(`§7.43: ${powerW} is no decimal number that could be sent: it was not measured`, {
    energyWh: 5,
    powerW,
  }, [
    "Power.Active.Import",
    register,
  ], [`${register} 5 Trigger`]);
}
check(
  "§7.43: nor is it one of a phase",
  {
    energyWh: 5,
    phases: [{ powerW: NaN, voltageV: 230 }, { powerW: 7, voltageV: Infinity }],
  },
  ["Power.Active.Import", "Voltage"],
  [
    "Power.Active.Import L2 7 Trigger",
    "Voltage L1-N 230.0 Trigger",
  ],
);

/** Three phases, of which the car uses one. */
const threePhases: Measured = {
  energyWh: 1_234,
  powerW: 3_680.4,
  phases: [
    { powerW: 3_680.4, currentA: 16, voltageV: 230.04 },
    { powerW: 0, currentA: 0, voltageV: 231.5 },
    { powerW: 0, currentA: 0, voltageV: 229 },
  ],
};

check(
  "§16: without a suffix it is every phase by itself, a voltage to the neutral conductor",
  threePhases,
  ["Voltage", "Current.Import"],
  [
    "Voltage L1-N 230.0 Trigger",
    "Voltage L2-N 231.5 Trigger",
    "Voltage L3-N 229.0 Trigger",
    "Current.Import L1 16.0 Trigger",
    "Current.Import L2 0.0 Trigger",
    "Current.Import L3 0.0 Trigger",
  ],
);
check("§16: and the whole before them where it is measured", threePhases, ["Power.Active.Import"], [
  "Power.Active.Import 3680 Trigger",
  "Power.Active.Import L1 3680 Trigger",
  "Power.Active.Import L2 0 Trigger",
  "Power.Active.Import L3 0 Trigger",
]);
check(
  "§16: with a suffix it is that phase alone, under the name by which it was asked",
  threePhases,
  ["Voltage.L2", "Voltage.L3-N", "Current.Import.L1", "Power.Active.Import.L3"],
  [
    "Voltage L2 231.5 Trigger",
    "Voltage L3-N 229.0 Trigger",
    "Current.Import L1 16.0 Trigger",
    "Power.Active.Import L3 0 Trigger",
  ],
);
check(
  "what two items ask for is told once",
  threePhases,
  ["Current.Import.L2", "Current.Import", "Voltage.L1-N", "Voltage.L1"],
  [
    "Current.Import L2 0.0 Trigger",
    "Current.Import L1 16.0 Trigger",
    "Current.Import L3 0.0 Trigger",
    "Voltage L1-N 230.0 Trigger",
    "Voltage L1 230.0 Trigger",
  ],
);
check("energy has no phases", threePhases, [register], [`${register} 1234 Trigger`]);
check(
  "a connector with fewer phases than its station leaves out the others",
  { energyWh: 5, phases: [{ voltageV: 230 }] },
  ["Voltage.L2", "Voltage"],
  ["Voltage L1-N 230.0 Trigger"],
);
check("and says nothing where it has none of those asked for", all, ["Voltage.L1"], null);

Deno.test({
  name: "MeterValues: TC_070, TC_071: an empty list means the register, any other means itself",
  permissions: "none",
}, () => {
  assertEquals(orRegister([]), [register]);
  assertEquals(orRegister(["Voltage", "SoC"]), ["Voltage", "SoC"]);
});
