/** Sessions that end at the charge point: by a tag, or by the car's going (`conformance/octt.md` §3). */
import { assertEquals } from "@std/assert";
import { authorize, type Expected, local, or, status, stop } from "./expected.ts";
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
    await ended(bench, stop(transactionId, EV_DISCONNECTED));
    await assertVerdict(tool, "UnlockConnector", { connectorId }, "Unlocked", "NotSupported");
    if (cable === "fixed") return;
    await hands.unplug(connectorId, "station");
    await tool.expect(status(connectorId, "Available"));
  },

  async TC_005_3_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await onDisconnect(bench, { stops: false, unlocks: false });
    const transactionId = await charging(bench);
    await hands.unplug(connectorId, "ev");
    const suspended = status(connectorId, "SuspendedEV", "SuspendedEVSE");
    const [told] = await tool.expect(suspended);
    assertEquals(told?.payload["info"], "EV side disconnected");
    tool.allow(suspended);
    await tool.silence(graceMs);
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    await ended(bench, stop(transactionId, ["Remote"]));
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

/** With no car: a fixed cable leaves nothing to finish, and may be Available at once or a moment later. */
async function ended({ tool, station: { connectorId, cable } }: Bench, stopped: Expected): Promise<void> {
  const available = status(connectorId, "Available");
  const finishing = status(connectorId, "Finishing");
  if (cable === "fixed") tool.allow(available);
  await tool.expect(stopped, cable === "fixed" ? or(finishing, available) : finishing);
}
