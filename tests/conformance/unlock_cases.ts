/** UnlockConnector on both kinds of cable (`conformance/octt.md` §3). */
import { status, stop } from "./expected.ts";
import { type Case, graceMs } from "./lab.ts";
import { assertVerdict } from "./requests.ts";
import { charging } from "./states.ts";

export const unlockCases = {
  async TC_017_1_CS({ tool, station: { connectorId } }) {
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "Unlocked");
  },

  async TC_017_2_CS({ tool, station: { connectorId } }) {
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "NotSupported");
  },

  async TC_018_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    const transactionId = await charging(bench);
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "Unlocked");
    await tool.expect(stop(transactionId, ["UnlockCommand"]), status(connectorId, "Finishing"));
    await hands.unplug(connectorId);
    await tool.expect(status(connectorId, "Available"));
  },

  async TC_018_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await charging(bench);
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "NotSupported");
    await tool.silence(graceMs);
    await hands.seesCharging(connectorId, true);
  },

  async TC_030_CS({ tool, hands, station: { connectorId } }) {
    await hands.jamLock(connectorId);
    // A station that notices the jam by itself may say so.
    tool.allow(status(connectorId, "Faulted"));
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "UnlockFailed");
  },

  async TC_031_CS({ tool, station: { connectorIds } }) {
    const connectorId = connectorIds.length + 1;
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "NotSupported");
  },
} satisfies Record<string, Case>;
