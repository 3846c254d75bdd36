/** Sampled and clock-aligned meter values in a transaction (`conformance/octt.md` §3). */
import { assert, assertEquals } from "@std/assert";
import type { MeterValuesRequest } from "../../protocol/messages/core.ts";
import { type Bench, type Case, clockAlignedIntervalS, sampleIntervalS } from "./lab.ts";
import { precondition, reported } from "./requests.ts";
import { assertPeriodic } from "./spacing.ts";
import { charging } from "./states.ts";

const INTERVALS = 3;

const REGISTER = "Energy.Active.Import.Register";
/** Where there are phases: all of one measurand, and one of another. */
const PHASED = `${REGISTER},Voltage,Current.Import.L2`;

export const meterCases = {
  async TC_070_CS(bench) {
    const { tool } = bench;
    await precondition(tool, {
      MeterValueSampleInterval: String(sampleIntervalS),
      ClockAlignedDataInterval: "0",
    });
    const wanted = await wantedOf(bench, "MeterValuesSampledData");
    const transactionId = await charging(bench);
    const values = await meterValues(bench, INTERVALS);
    for (const value of values) assertComplete(value, { transactionId, wanted }, "Sample.Periodic");
    const started = tool.heard.find(({ action }) => action === "StartTransaction");
    const times = [String(started?.payload["timestamp"]), ...values.map(timestampOf)];
    assertPeriodic("samples", times.map((time) => Date.parse(time)), sampleIntervalS);
  },

  async TC_071_CS(bench) {
    const { tool } = bench;
    await precondition(tool, {
      MeterValueSampleInterval: "0",
      ClockAlignedDataInterval: String(clockAlignedIntervalS),
    });
    const wanted = await wantedOf(bench, "MeterValuesAlignedData");
    const transactionId = await charging(bench);
    const values = await meterValues(bench, INTERVALS);
    for (const value of values) assertComplete(value, { transactionId, wanted }, "Sample.Clock");
    const timesMs = values.map((value) => Date.parse(timestampOf(value)));
    // Fractions of a second are insignificant (OCPP 1.6 §3.14).
    for (const timeMs of timesMs) assertEquals(Math.floor(timeMs / 1_000) % clockAlignedIntervalS, 0);
    assertPeriodic("clock-aligned values", timesMs, clockAlignedIntervalS);
  },
} satisfies Record<string, Case>;

/** Those of the transaction, as soon as there are so many; connectors without one may tell their clock-aligned values too. */
async function meterValues(
  { tool, station: { connectorId } }: Bench,
  count: number,
): Promise<readonly MeterValuesRequest[]> {
  for (let heard = count;; heard += 1) {
    const values = (await tool.gather("MeterValues", heard))
      .map(({ payload }) => payload as unknown as MeterValuesRequest)
      .filter((value) => value.connectorId === connectorId && value.transactionId !== undefined);
    if (values.length >= count) return values;
  }
}

/** What each MeterValues has to hold: measurands, and their phases where there are any. */
async function wantedOf({ tool, station }: Bench, key: string): Promise<readonly string[]> {
  if (station.phases.length > 0) await precondition(tool, { [key]: PHASED });
  const value = (await reported(tool, key))?.value ?? "";
  if (value !== PHASED) return value === "" ? [REGISTER] : value.split(",");
  return [REGISTER, ...station.phases.map((phase) => `Voltage.${phase}-N`), "Current.Import.L2"];
}

function assertComplete(
  { transactionId, meterValue }: MeterValuesRequest,
  expected: { readonly transactionId: number; readonly wanted: readonly string[] },
  context: string,
): void {
  assertEquals(transactionId, expected.transactionId);
  assertEquals(meterValue.length, 1);
  const samples = meterValue[0]?.sampledValue ?? [];
  const measured = samples.map(({ measurand = REGISTER, phase }) =>
    phase === undefined ? measurand : `${measurand}.${phase}`
  );
  assertEquals(measured.toSorted(), expected.wanted.toSorted());
  for (const sample of samples) {
    assertEquals(sample.context, context);
    assert(sample.format === undefined || sample.format === "Raw");
    if (sample.location === "EV") assertEquals(sample.measurand, "SoC");
  }
}

function timestampOf({ meterValue }: MeterValuesRequest): string {
  return meterValue[0]?.timestamp ?? "";
}
