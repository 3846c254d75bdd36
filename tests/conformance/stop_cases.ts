/** Sessions that end at the charge point: by a tag, or by the car's going (`conformance/octt.md` §3). */
import { assertEquals } from "@std/assert";
import { authorize, local, status, stop } from "./expected.ts";
import { type Bench, type Case, graceMs, idTag1, idTag2, parentIdTag } from "./lab.ts";
import { accepted, assertVerdict, precondition } from "./requests.ts";
import { charging, othersOccupied } from "./states.ts";

const EV_DISCONNECTED = ["EVDisconnected"];

export const stopCases = {
  async TC_068_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await othersOccupied(bench);
    const transactionId = await charging(bench);
    await hands.swipe(idTag2, connectorId);
    await tool.silence(graceMs);
    await hands.swipe(idTag1, connectorId);
    await tool.expect(stop(transactionId, local, { idTag: [idTag1] }), status(connectorId, "Finishing"));
  },

  async TC_069_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    for (const idTag of [idTag1, idTag2]) tool.know(idTag, { status: "Accepted", parentIdTag });
    await othersOccupied(bench);
    const transactionId = await charging(bench);
    await hands.swipe(idTag2, connectorId);
    await tool.expect(
      authorize(idTag2),
      stop(transactionId, local, { idTag: [idTag2] }),
      status(connectorId, "Finishing"),
    );
  },

  async TC_005_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await onDisconnect(bench, { stops: true, unlocks: true });
    const transactionId = await charging(bench);
    await hands.unplug(connectorId, "ev");
    await tool.expect(stop(transactionId, EV_DISCONNECTED), status(connectorId, "Finishing"));
    await tool.silence(graceMs);
    await hands.unplug(connectorId, "station");
    await tool.expect(status(connectorId, "Available"));
  },

  async TC_005_2_CS(bench) {
    const { tool, hands, station: { connectorId, cable } } = bench;
    await onDisconnect(bench, { stops: true, unlocks: false });
    const transactionId = await charging(bench);
    await hands.unplug(connectorId, "ev");
    const left = cable === "fixed" ? ["Finishing", "Available"] : ["Finishing"];
    await tool.expect(stop(transactionId, EV_DISCONNECTED), status(connectorId, ...left));
    if (cable === "fixed") tool.allow(status(connectorId, "Available"));
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "Unlocked", "NotSupported");
    if (cable === "fixed") return;
    await hands.unplug(connectorId, "station");
    await tool.expect(status(connectorId, "Available"));
  },

  async TC_005_3_CS(bench) {
    const { tool, hands, station: { connectorId, cable } } = bench;
    await onDisconnect(bench, { stops: false, unlocks: false });
    const transactionId = await charging(bench);
    await hands.unplug(connectorId, "ev");
    const suspended = status(connectorId, "SuspendedEV", "SuspendedEVSE");
    const [told] = await tool.expect(suspended);
    assertEquals(told?.payload["info"], "EV side disconnected");
    tool.allow(suspended);
    await tool.silence(graceMs);
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    const left = cable === "fixed" ? ["Finishing", "Available"] : ["Finishing"];
    await tool.expect(stop(transactionId, ["Remote"]), status(connectorId, ...left));
    if (cable === "fixed") tool.allow(status(connectorId, "Available"));
  },
} satisfies Record<string, Case>;

async function onDisconnect(
  { tool }: Bench,
  wanted: { readonly stops: boolean; readonly unlocks: boolean },
): Promise<void> {
  await precondition(tool, {
    MinimumStatusDuration: "0",
    StopTransactionOnEVSideDisconnect: String(wanted.stops),
    UnlockConnectorOnEVSideDisconnect: String(wanted.unlocks),
  });
}
