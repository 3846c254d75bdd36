/** Sampled and clock-aligned meter values in a transaction (`conformance/octt.md` §3). */
import { assert, assertEquals } from "@std/assert";
import type { MeterValuesRequest } from "../../protocol/messages/core.ts";
import { type Bench, type Case, clockAlignedIntervalS, sampleIntervalS } from "./lab.ts";
import { precondition, reported } from "./requests.ts";
import { assertPeriodic } from "./spacing.ts";
import { charging } from "./states.ts";

const INTERVALS = 3;

export const meterCases = {
  async TC_070_CS(bench) {
    const { tool } = bench;
    await precondition(tool, {
      MeterValueSampleInterval: String(sampleIntervalS),
      ClockAlignedDataInterval: "0",
    });
    const measurands = await measurandsOf(bench, "MeterValuesSampledData");
    const transactionId = await charging(bench);
    const values = await meterValues(bench, INTERVALS);
    for (const value of values) assertComplete(value, { transactionId, measurands }, "Sample.Periodic");
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
    const measurands = await measurandsOf(bench, "MeterValuesAlignedData");
    const transactionId = await charging(bench);
    const values = await meterValues(bench, INTERVALS);
    for (const value of values) assertComplete(value, { transactionId, measurands }, "Sample.Clock");
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

async function measurandsOf({ tool }: Bench, key: string): Promise<readonly string[]> {
  const value = (await reported(tool, key))?.value ?? "";
  return value === "" ? ["Energy.Active.Import.Register"] : value.split(",");
}

function assertComplete(
  { transactionId, meterValue }: MeterValuesRequest,
  wanted: { readonly transactionId: number; readonly measurands: readonly string[] },
  context: string,
): void {
  assertEquals(transactionId, wanted.transactionId);
  assertEquals(meterValue.length, 1);
  const samples = meterValue[0]?.sampledValue ?? [];
  const measured = samples.map(({ measurand }) => measurand ?? "Energy.Active.Import.Register");
  assertEquals([...new Set(measured)].toSorted(), wanted.measurands.toSorted());
  for (const sample of samples) {
    assertEquals(sample.context, context);
    assert(sample.format === undefined || sample.format === "Raw");
    if (sample.location === "EV") assertEquals(sample.measurand, "SoC");
  }
}

function timestampOf({ meterValue }: MeterValuesRequest): string {
  return meterValue[0]?.timestamp ?? "";
}
