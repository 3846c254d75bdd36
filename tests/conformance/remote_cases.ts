/** Sessions that the central system begins and ends, and what it may not ask for (`conformance/octt.md` §3). */
import { assertEquals } from "@std/assert";
import { authorize, start, status, stop } from "./expected.ts";
import { type Bench, type Case, connectionTimeOutS, graceMs, idTag1, idTag2 } from "./lab.ts";
import { accepted, assertVerdict, precondition, reported } from "./requests.ts";
import { assertWaited } from "./spacing.ts";
import { charging, latestTransactionId } from "./states.ts";

export const remoteCases = {
  async TC_010_CS(bench) {
    await charging(bench);
  },

  async TC_011_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await remotelyStarted(bench);
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));

    // And with the key the other way round, where it can be turned.
    const asks = await reported(tool, "AuthorizeRemoteTxRequests");
    if (asks?.readonly !== false) return;
    const transactionId = latestTransactionId(bench);
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    await tool.expect(stop(transactionId, ["Remote"]), status(connectorId, "Finishing"));
    await hands.unplug(connectorId);
    await tool.expect(status(connectorId, "Available"));
    await precondition(tool, {
      AuthorizeRemoteTxRequests: asks.value === "true" ? "false" : "true",
      // What is not to be asked for because it is known is another case (TC_007_2).
      AuthorizationCacheEnabled: "false",
    });
    await remotelyStarted(bench);
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_011_2_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await precondition(tool, { ConnectionTimeOut: String(connectionTimeOutS) });
    await remotelyStarted(bench);
    const fromMs = tool.heard.at(-1)?.atMs ?? NaN;
    const [available] = await tool.expect(status(connectorId, "Available"));
    assertWaited("Available", (available?.atMs ?? NaN) - fromMs, connectionTimeOutS);
    await tool.silence(graceMs);
  },

  async TC_012_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    const transactionId = await charging(bench);
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    await tool.expect(stop(transactionId, ["Remote"]), status(connectorId, "Finishing"));
  },

  async TC_026_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await precondition(tool, { LocalPreAuthorize: "false" });
    await charging(bench);
    await assertVerdict(tool, "RemoteStartTransaction", { connectorId, idTag: idTag2 }, "Rejected");
    await tool.silence(graceMs);
  },

  async TC_027_CS({ tool }) {
    const answered = await tool.call("RemoteStartTransaction", { connectorId: 0, idTag: idTag1 });
    if (answered.kind === "result") assertEquals(answered.payload, { status: "Rejected" });
    await tool.silence(graceMs);
  },

  async TC_028_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    const transactionId = await charging(bench);
    await assertVerdict(tool, "RemoteStopTransaction", { transactionId: transactionId + 1 }, "Rejected");
    await tool.silence(graceMs);
    await hands.seesCharging(connectorId, true);
  },
} satisfies Record<string, Case>;

/** Started remotely, and nobody has plugged in: Authorize if, and only if, the key says so. */
async function remotelyStarted({ tool, station: { connectorId } }: Bench): Promise<void> {
  const key = await reported(tool, "AuthorizeRemoteTxRequests");
  assertEquals(["true", "false"].includes(key?.value ?? ""), true, `the key says ${key?.value}`);
  await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
  const asked = key?.value === "true" ? [authorize(idTag1)] : [];
  await tool.expect(...asked, status(connectorId, "Preparing"));
}
