/** Sessions that begin at the charge point, and those that must not begin (`conformance/octt.md` §3). */
import { authorize, start, status } from "./expected.ts";
import {
  type Bench,
  type Case,
  connectionTimeOutS,
  graceMs,
  idTag1,
  invalidIdTag,
  minimumStatusDurationS,
  sampleIntervalS,
  transactionDurationS,
} from "./lab.ts";
import { accepted, precondition, reported } from "./requests.ts";
import { assertWaited } from "./spacing.ts";
import { authorized } from "./states.ts";

export const startCases = {
  async TC_003_CS({ tool, hands, station: { connectorId } }) {
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await hands.swipe(idTag1, connectorId);
    await tool.expect(authorize(idTag1), start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_004_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await precondition(tool, { MeterValueSampleInterval: String(sampleIntervalS) });
    await authorized(bench);
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_004_2_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await precondition(tool, { ConnectionTimeOut: String(connectionTimeOutS) });
    await authorized(bench);
    const fromMs = tool.heard.at(-1)?.atMs ?? NaN;
    const [available] = await tool.expect(status(connectorId, "Available"));
    assertWaited("Available", (available?.atMs ?? NaN) - fromMs, connectionTimeOutS);
  },

  async TC_023_4_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await invalidIdTagKnown(bench);
    await precondition(tool, { LocalPreAuthorize: "true" });

    await hands.swipe(invalidIdTag, connectorId);
    await tool.expect(authorize(invalidIdTag));
    await tool.silence(graceMs);
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await tool.silence(graceMs);
    await hands.unplug(connectorId);
    await tool.expect(status(connectorId, "Available"));

    // The order of the edition of 2024.
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await hands.swipe(invalidIdTag, connectorId);
    await tool.expect(authorize(invalidIdTag));
    await tool.silence(graceMs);
  },

  async TC_023_5_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await invalidIdTagKnown(bench);
    await precondition(tool, { LocalPreAuthorize: "true", AuthorizeRemoteTxRequests: "true" });
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: invalidIdTag });
    await tool.expect(authorize(invalidIdTag));
    await tool.silence(graceMs);
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await tool.silence(graceMs);
  },

  async TC_024_CS({ tool, hands, station: { connectorId } }) {
    const asks = (await reported(tool, "AuthorizeRemoteTxRequests"))?.value === "true";
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(...(asks ? [authorize(idTag1)] : []), status(connectorId, "Preparing"));
    await hands.jamLock(connectorId);
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Faulted"));
    const faulted = tool.heard.findLast(({ action }) => action === "StatusNotification");
    if (faulted?.payload["errorCode"] !== "ConnectorLockFailure") {
      throw new Error(`Faulted with ${faulted?.payload["errorCode"]}, not with ConnectorLockFailure`);
    }
    await tool.silence(graceMs);
  },

  async TC_041_CS({ tool, hands, station: { connectorId, connectorIds, reader } }) {
    await hands.fault(connectorId);
    await tool.expect(status(connectorId, "Faulted"));
    // A reader that serves several connectors may take the tag for another one; that starts nothing either.
    const others = reader === "station" ? connectorIds.filter((id) => id !== connectorId) : [];
    if (others.length > 0) tool.allow(authorize(idTag1), ...others.map((id) => status(id, "Preparing")));
    await hands.plug(connectorId);
    await hands.swipe(idTag1, connectorId);
    await tool.silence(transactionDurationS * 1_000);
  },
} satisfies Record<string, Case>;

/** The tool will say that it knows no such tag; and a status is reported only when it has lasted (TC_023). */
async function invalidIdTagKnown({ tool }: Bench): Promise<void> {
  tool.know(invalidIdTag, { status: "Invalid" });
  await precondition(tool, { MinimumStatusDuration: String(minimumStatusDurationS) });
}
