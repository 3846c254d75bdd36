/** Reservations of a connector and of the charge point, and their ends (`conformance/octt.md` §5). */
import { allStatuses, authorize, start, status, stop } from "./expected.ts";
import { type Bench, type Case, idTag1, idTag2, otherIdTag, parentIdTag } from "./lab.ts";
import { accepted, assertVerdict } from "./requests.ts";
import { assertWaited } from "./spacing.ts";
import { allUnavailable, charging, othersUnavailable, unavailable } from "./states.ts";

const reservationId = 815;
const expiryS = 2;

export const reservationCases = {
  async TC_046_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await othersUnavailable(bench);
    await reserved(bench);
    await hands.swipe(otherIdTag, connectorId);
    await tool.silence();
    await presentedByOwner(bench);
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1, reservationId), status(connectorId, "Charging"));
  },

  async TC_046_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await reserved(bench);
    tool.allow(authorize(idTag1));
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag1 });
    await tool.expect(status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1, reservationId), status(connectorId, "Charging"));
  },

  async TC_047_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await othersUnavailable(bench);
    await reserved(bench, { expiryDate: inSeconds(expiryS) });
    const fromMs = tool.heard.at(-1)?.atMs ?? NaN;
    const [available] = await tool.expect(status(connectorId, "Available"));
    assertWaited("Available", (available?.atMs ?? NaN) - fromMs, expiryS);
    await charging(bench, idTag2);
  },

  async TC_048_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await hands.fault(connectorId);
    await tool.expect(status(connectorId, "Faulted"));
    await assertVerdict(tool, "ReserveNow", request({ connectorId }), "Faulted");
  },

  async TC_048_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await hands.plug(connectorId);
    await tool.expect(status(connectorId, "Preparing"));
    await assertVerdict(tool, "ReserveNow", request({ connectorId }), "Occupied");
  },

  async TC_048_3_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await unavailable(bench);
    await assertVerdict(tool, "ReserveNow", request({ connectorId }), "Unavailable");
  },

  async TC_048_4_CS({ tool, station: { connectorId } }) {
    await assertVerdict(tool, "ReserveNow", request({ connectorId }), "Rejected");
  },

  async TC_049_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await othersUnavailable(bench);
    await reserved(bench, { connectorId: 0 });
    await presentedByOwner(bench);
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag1, reservationId), status(connectorId, "Charging"));
  },

  async TC_050_1_CS({ tool, hands, station }) {
    await hands.fault(0);
    await tool.expect(allStatuses(station, "Faulted"));
    await assertVerdict(tool, "ReserveNow", request({ connectorId: 0 }), "Faulted");
  },

  async TC_050_2_CS({ tool, hands, station }) {
    for (const connectorId of station.connectorIds) {
      await hands.plug(connectorId);
      await tool.expect(status(connectorId, "Preparing"));
    }
    await assertVerdict(tool, "ReserveNow", request({ connectorId: 0 }), "Occupied");
  },

  async TC_050_3_CS(bench) {
    await allUnavailable(bench);
    await assertVerdict(bench.tool, "ReserveNow", request({ connectorId: 0 }), "Unavailable");
  },

  async TC_050_4_CS({ tool }) {
    await assertVerdict(tool, "ReserveNow", request({ connectorId: 0 }), "Rejected");
  },

  async TC_051_CS(bench) {
    const { tool, station: { connectorId } } = bench;
    await reserved(bench);
    await accepted(tool, "CancelReservation", { reservationId });
    await tool.expect(status(connectorId, "Available"));
    await charging(bench, idTag2);
  },

  async TC_052_CS(bench) {
    const { tool } = bench;
    await reserved(bench);
    await assertVerdict(tool, "CancelReservation", { reservationId: reservationId + 1 }, "Rejected");
    await tool.silence();
  },

  async TC_053_1_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    await othersUnavailable(bench);
    tool.know(idTag2, { status: "Accepted", parentIdTag });
    await reserved(bench, { parentIdTag });
    await hands.swipe(idTag2, connectorId);
    await tool.expect(authorize(idTag2), status(connectorId, "Preparing"));
    await hands.plug(connectorId);
    await tool.expect(start(connectorId, idTag2, reservationId), status(connectorId, "Charging"));
  },

  async TC_053_2_CS(bench) {
    const { tool, hands, station: { connectorId } } = bench;
    tool.know(idTag2, { status: "Accepted", parentIdTag });
    await reserved(bench, { parentIdTag });
    // A cable that comes before its driver's tag changes no status.
    await hands.plug(connectorId);
    await accepted(tool, "RemoteStartTransaction", { connectorId, idTag: idTag2 });
    await tool.expect(
      authorize(idTag2),
      status(connectorId, "Preparing"),
      start(connectorId, idTag2, reservationId),
      status(connectorId, "Charging"),
    );
    const transactionId = Number(
      tool.heard.findLast(({ action }) => action === "StartTransaction")?.answer["transactionId"],
    );
    await accepted(tool, "RemoteStopTransaction", { transactionId });
    await tool.expect(stop(transactionId, ["Remote"]), status(connectorId, "Finishing"));
  },
} satisfies Record<string, Case>;

/** Reserved, for idTag 1 on the connector under test unless it says otherwise. */
async function reserved(bench: Bench, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { tool, station: { connectorId } } = bench;
  await accepted(tool, "ReserveNow", request({ connectorId, ...fields }));
  await tool.expect(status(connectorId, "Reserved"));
}

/** An Authorize between reservation and start is optional. */
async function presentedByOwner({ tool, hands, station: { connectorId } }: Bench): Promise<void> {
  tool.allow(authorize(idTag1));
  await hands.swipe(idTag1, connectorId);
  await tool.expect(status(connectorId, "Preparing"));
}

function request(fields: Readonly<Record<string, unknown>>) {
  return { reservationId, idTag: idTag1, expiryDate: inSeconds(3_600), ...fields };
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}
