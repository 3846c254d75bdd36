/** Cold boots: what a charge point may say before it is accepted (`conformance/octt.md` §3). */
import { assertEquals } from "@std/assert";
import { allStatuses, boot } from "./expected.ts";
import { type Bench, bootRetryIntervalS, type Case, heartbeatIntervalS, sampleIntervalS } from "./lab.ts";
import { accepted, fullConfiguration } from "./requests.ts";
import { assertPeriodic, assertWaited } from "./spacing.ts";

const HEARTBEATS = 3;

export const bootCases = {
  async TC_001_CS(bench) {
    await bootTwice(bench, "Rejected", async () => {});
  },

  async TC_002_CS(bench) {
    const { tool } = bench;
    await bootTwice(bench, "Pending", async () => {
      const keys = (await fullConfiguration(tool)).map(({ key }) => key);
      assertEquals(keys.includes("MeterValueSampleInterval"), true, keys.join());
      const change = { key: "MeterValueSampleInterval", value: String(sampleIntervalS) };
      await accepted(tool, "ChangeConfiguration", change);
    });
  },
} satisfies Record<string, Case>;

/** Power comes on; the first BootNotification is answered so, the second Accepted. */
async function bootTwice(
  { tool, hands, station }: Bench,
  first: "Rejected" | "Pending",
  meanwhile: () => Promise<void>,
): Promise<void> {
  const currentTime = new Date().toISOString();
  tool.answerNext("BootNotification", { status: first, currentTime, interval: bootRetryIntervalS });
  tool.answerNext("BootNotification", { status: "Accepted", currentTime, interval: heartbeatIntervalS });
  await hands.powerCut();
  await hands.powerOn();
  const [refused] = await tool.expect(boot());
  await meanwhile();
  const [taken] = await tool.expect(boot());
  assertWaited("BootNotification again", (taken?.atMs ?? NaN) - (refused?.atMs ?? NaN), bootRetryIntervalS);
  await tool.expect(allStatuses(station, "Available"));
  const heartbeats = await tool.gather("Heartbeat", HEARTBEATS);
  assertPeriodic("Heartbeat", heartbeats.map(({ atMs }) => atMs), heartbeatIntervalS);
  await tool.silence();
}
