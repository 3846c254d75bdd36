/** Sessions with the network gone for a part of them, or for all (`conformance/octt.md` §3). */
import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { type Heard, local, localListConflict, type Payload, start, status, stop } from "./expected.ts";
import { type Bench, type Case, idTag1, invalidIdTag, sampleIntervalS } from "./lab.ts";
import { precondition, reported } from "./requests.ts";
import { assertPeriodic } from "./spacing.ts";
import { charging, idTagCached, idTagListed, latestTransactionId } from "./states.ts";

/** Samples that are taken while the network is gone. */
const LOST_SAMPLES = 3;

export const offlineCases = {
  async TC_036_CS(bench) {
    const { tool, hands } = bench;
    await precondition(tool, { MeterValueSampleInterval: String(sampleIntervalS) });
    const transactionId = await charging(bench);
    await hands.networkDown();
    const before = tool.heard.filter(({ action }) => action === "MeterValues").length;
    const downMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, (LOST_SAMPLES + 1) * sampleIntervalS * 1_000));
    const upMs = Date.now();
    await hands.networkUp();
    const samples = distinct(await tool.gather("MeterValues", before + LOST_SAMPLES + 2));
    for (const { payload } of samples) assertEquals(payload["transactionId"], transactionId);
    const timesMs = samples.map(madeAtMs);
    const started = tool.heard.filter(({ action }) => action === "StartTransaction");
    assertPeriodic("samples", [...started.map(madeAtMs), ...timesMs], sampleIntervalS);
    const lost = timesMs.filter((timeMs) => timeMs > downMs && timeMs < upMs);
    assertGreaterOrEqual(lost.length, LOST_SAMPLES);
  },

  async TC_037_1_CS(bench) {
    await offlineStartAllowed(bench, idTag1);
    await startedOffline(bench, idTag1);
  },

  async TC_037_2_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await refusedAfterOfflineStart(bench, "false");
    await tool.expect(status(connectorId, "SuspendedEVSE"));
  },

  async TC_037_3_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await refusedAfterOfflineStart(bench, "true");
    const stopped = stop(latestTransactionId(bench), ["DeAuthorized"]);
    await tool.expect(stopped, status(connectorId, "Finishing"));
  },

  async TC_038_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    const transactionId = await charging(bench);
    await hands.networkDown();
    await hands.swipe(idTag1, connectorId);
    await hands.seesCharging(connectorId, false);
    const upMs = Date.now();
    await hands.networkUp();
    const [stopped] = await tool.expect(stop(transactionId, local), status(connectorId, "Finishing"));
    assertMadeBefore(upMs, stopped);
  },

  async TC_039_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await offlineStartAllowed(bench, idTag1);
    await hands.networkDown();
    await hands.plug(connectorId);
    await hands.swipe(idTag1, connectorId);
    await hands.seesCharging(connectorId, true);
    await hands.swipe(idTag1, connectorId);
    await hands.seesCharging(connectorId, false);
    await hands.unplug(connectorId);
    const upMs = Date.now();
    await hands.networkUp();
    // It is Available, as it was when it was last heard of; to say so again does no harm.
    tool.allow(status(connectorId, "Available"));
    const [started] = await tool.expect(start(connectorId, idTag1));
    const [stopped] = await tool.expect(stop(latestTransactionId(bench), local));
    assertMadeBefore(upMs, started, stopped);
  },
} satisfies Record<string, Case>;

/** The keys and the memory with which the tag may start offline, as far as the charge point has them. */
async function offlineStartAllowed(bench: Bench, idTag: string): Promise<void> {
  const { tool } = bench;
  await precondition(tool, {
    LocalAuthorizeOffline: "true",
    LocalAuthListEnabled: "true",
    AuthorizationCacheEnabled: "true",
    AllowOfflineTxForUnknownId: "true",
  });
  // In this order: what stands in the list is not taken into the cache, and need not be asked for (OCPP 1.6 §3.5.3).
  if (await reported(tool, "AuthorizationCacheEnabled") !== undefined) await idTagCached(bench, idTag);
  if (await reported(tool, "LocalAuthListEnabled") !== undefined) await idTagListed(bench, idTag);
}

/** Started with the network gone; once it is back only the start and what is so now are told, not what has been. */
async function startedOffline(
  { tool, hands, station: { connectorId } }: Bench,
  idTag: string,
): Promise<void> {
  await hands.networkDown();
  await hands.plug(connectorId);
  await hands.swipe(idTag, connectorId);
  await hands.seesCharging(connectorId, true);
  const upMs = Date.now();
  await hands.networkUp();
  const [started] = await tool.expect(start(connectorId, idTag), status(connectorId, "Charging"));
  assertMadeBefore(upMs, started);
}

/** A tag that was good when it was remembered, and is so no longer when the central system is asked. */
async function refusedAfterOfflineStart(bench: Bench, stopsOnInvalidId: "true" | "false"): Promise<void> {
  const { tool } = bench;
  await offlineStartAllowed(bench, invalidIdTag);
  await precondition(tool, {
    StopTransactionOnInvalidId: stopsOnInvalidId,
    MaxEnergyOnInvalidId: "0",
  });
  tool.know(invalidIdTag, { status: "Invalid" });
  tool.allow(localListConflict());
  await startedOffline(bench, invalidIdTag);
}

/** What was on its way when the network went comes again, and is the same. */
function distinct(heard: readonly Heard[]): readonly Heard[] {
  return [...new Map(heard.map((one) => [JSON.stringify(one.payload), one])).values()];
}

function assertMadeBefore(timeMs: number, ...heard: readonly (Heard | undefined)[]): void {
  for (const one of heard) assertLessOrEqual(one === undefined ? NaN : madeAtMs(one), timeMs);
}

/** The charge point's own time of a transaction message. */
function madeAtMs({ payload }: Heard): number {
  const [first] = (payload["meterValue"] ?? [payload]) as readonly Payload[];
  return Date.parse(String(first?.["timestamp"]));
}
