/** The local authorization list: whom it saves the question, its versions, and that it may fail (`conformance/octt.md` §4). */
import { assertEquals } from "@std/assert";
import { start, status, stop } from "./expected.ts";
import { type Bench, type Case, idTag1, idTag2 } from "./lab.ts";
import { accepted, assertVerdict, precondition, reported } from "./requests.ts";
import { idTagListed, latestTransactionId } from "./states.ts";
import type { Tool } from "./tool.ts";

const LIST = { LocalPreAuthorize: "true", AuthorizationCacheEnabled: "false", LocalAuthListEnabled: "true" };

export const localListCases = {
  async TC_008_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await precondition(tool, LIST);
    await idTagListed(bench, idTag1);
    await hands.swipe(idTag1, connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_008_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await precondition(tool, { ...LIST, AuthorizeRemoteTxRequests: "true" });
    await idTagListed(bench, idTag1);
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));

    await accepted(tool, "RemoteStopTransaction", { transactionId: latestTransactionId(bench) });
    await tool.expect(stop(latestTransactionId(bench), ["Remote"]), status(connectorId, "Finishing"));
    await hands.unplug(connectorId);
    await tool.expect(status(connectorId, "Available"));

    // The order of the later edition.
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1), status(connectorId, "Charging"));
  },

  async TC_042_1_CS({ tool }) {
    const enabled = await reported(tool, "LocalAuthListEnabled");
    if (enabled !== undefined) await precondition(tool, { LocalAuthListEnabled: "false" });
    const answered = await tool.call("GetLocalListVersion", {});
    if (answered.kind === "error") assertEquals(answered.errorCode, "NotSupported");
    else assertEquals(answered.payload["listVersion"], -1);
  },

  async TC_042_2_CS({ tool }) {
    await precondition(tool, { LocalAuthListEnabled: "true" });
    await accepted(tool, "SendLocalList", { listVersion: 1, updateType: "Full" });
    await versionIs(tool, 0);
  },

  async TC_043_CS(bench) {
    const { tool } = bench;
    await idTagListed(bench, idTag1);
    await accepted(tool, "SendLocalList", {
      listVersion: 2,
      updateType: "Differential",
      localAuthorizationList: [listed(idTag2)],
    });
  },

  async TC_043_1_CS({ tool }) {
    const update = { listVersion: 1, updateType: "Full", localAuthorizationList: [listed(idTag1)] };
    await assertVerdict(tool, "SendLocalList", update, "NotSupported");
  },

  async TC_043_2_CS({ tool }) {
    await precondition(tool, { LocalAuthListEnabled: "true" });
    const update = (updateType: string, listVersion: number, idTag: string) => ({
      listVersion,
      updateType,
      localAuthorizationList: [listed(idTag)],
    });
    await accepted(tool, "SendLocalList", update("Full", 2, idTag1));
    await versionIs(tool, 2);
    await accepted(tool, "SendLocalList", update("Differential", 5, idTag2));
    await versionIs(tool, 5);
    await assertVerdict(tool, "SendLocalList", update("Differential", 4, idTag1), "VersionMismatch");
    await versionIs(tool, 5);
  },

  async TC_043_3_CS(bench: Bench) {
    const { tool, hands } = bench;
    await precondition(tool, { LocalAuthListEnabled: "true" });
    await hands.storageFails(true);
    const update = { listVersion: 2, updateType: "Full", localAuthorizationList: [listed(idTag1)] };
    await assertVerdict(tool, "SendLocalList", update, "Failed");
    await hands.storageFails(false);
    await versionIs(tool, 0);
  },
} satisfies Record<string, Case>;

async function versionIs(tool: Tool, listVersion: number): Promise<void> {
  assertEquals(await tool.call("GetLocalListVersion", {}), { kind: "result", payload: { listVersion } });
}

function listed(idTag: string) {
  return { idTag, idTagInfo: { status: "Accepted" } };
}
