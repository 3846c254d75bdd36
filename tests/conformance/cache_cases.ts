/** The authorization cache: whom it saves the question, and that it can be emptied (`conformance/octt.md` §3). */
import { authorize, start, status, stop } from "./expected.ts";
import { type Case, connectionTimeOutS, graceMs, idTag1 } from "./lab.ts";
import { accepted, precondition } from "./requests.ts";
import { authorized, idTagCached, latestTransactionId } from "./states.ts";

const CACHE = { AuthorizationCacheEnabled: "true", LocalPreAuthorize: "true" };
const REMOTE_CACHE = { ...CACHE, AuthorizeRemoteTxRequests: "true" };

export const cacheCases = {
  async TC_007_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await precondition(tool, CACHE);
    await idTagCached(bench);
    await hands.swipe(idTag1, connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_007_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await precondition(tool, REMOTE_CACHE);
    await idTagCached(bench);
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));

    const transactionId = latestTransactionId(bench);
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    await tool.expect(stop(transactionId, ["Remote"]), status(connectorId, "Finishing"));
    await hands.unplug(connectorId);
    await tool.expect(status(connectorId, "Available"));

    // The order of the later edition.
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_061_1_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await precondition(tool, { ...CACHE, ConnectionTimeOut: String(connectionTimeOutS) });
    await authorized(bench);
    await tool.expect(status(connectorId, "Available"));
    await accepted(tool, "ClearCache", {});
    await authorized(bench);
  },

  async TC_061_2_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await precondition(tool, REMOTE_CACHE);
    await idTagCached(bench);
    await accepted(tool, "ClearCache", {});
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(authorize(idTag1), status(connectorId, "Preparing"));
    await tool.silence(graceMs);
  },
} satisfies Record<string, Case>;
