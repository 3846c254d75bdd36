/** When samples are due, and what each measurand says (OCPP 1.6 §3.15, §7.31 to §7.45; spec/behaviour.md §16; TC_036, TC_070). */
import { assertEquals } from "@std/assert";
import { Measurand, MeterValue, type SampledValue } from "../../protocol/messages/types.ts";
import type { Measured } from "../../protocol/metering.ts";
import { meterValue, nextSampleInMs } from "../../protocol/metering.ts";

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
  asked: readonly Measurand[],
  expected: readonly string[] | null,
): void {
  Deno.test({ name: `MeterValue: ${sentence}`, permissions: "none" }, () => {
    const told = meterValue(measured, asked, "Trigger", atMs);
    assertEquals(
      told?.sampledValue.map(({ measurand, value, context }) => `${measurand} ${value} ${context}`) ?? null,
      expected,
    );
    if (told !== null) assertEquals(MeterValue.parse(told), told);
  });
}

const register = "Energy.Active.Import.Register";

check("TC_070: an empty list means the register", all, [], [`${register} 1234 Trigger`]);
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
