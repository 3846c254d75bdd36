/**
 * The states that the lab's tool brings a charge point into before a case begins (`conformance/octt.md` §2).
 *
 * Law: each is reached by messages and hands alone, and each of its own steps is checked.
 */
import { allStatuses, authorize, local, start, status, stop } from "./expected.ts";
import { type Bench, idTag1, otherIdTag } from "./lab.ts";
import { accepted, precondition, reported } from "./requests.ts";

/** Authorized: a valid idTag has been presented. */
export async function authorized({ tool, hands, station }: Bench): Promise<void> {
  await hands.swipe(idTag1, station.connectorId);
  await tool.expect([authorize(idTag1), status(station.connectorId, "Preparing")]);
}

/** Charging: plugged in first, then started remotely, and told of. Resolves with the transactionId. */
export async function charging(
  bench: Bench,
  idTag = idTag1,
  connectorId = bench.station.connectorId,
): Promise<number> {
  const { tool, hands } = bench;
  const asks = (await reported(tool, "AuthorizeRemoteTxRequests"))?.value === "true";
  await hands.plug(connectorId);
  await tool.expect(status(connectorId, "Preparing"));
  await accepted(tool, "RemoteStartTransaction", { connectorId, idTag });
  await tool.expect(
    ...(asks ? [authorize(idTag)] : []),
    start(connectorId, idTag),
    status(connectorId, "Charging"),
  );
  // A case may cut power or network next, and that must not bring the same start once more.
  await hands.seesDelivered();
  return latestTransactionId(bench);
}

/** The tool's own number of the transaction that was started last. */
export function latestTransactionId({ tool }: Bench): number {
  return Number(tool.heard.findLast(({ action }) => action === "StartTransaction")?.answer["transactionId"]);
}

/** The other connectors that the reader serves are in use, so that a presented tag can only be meant for the one under test. */
export async function othersOccupied(bench: Bench): Promise<void> {
  const { connectorIds, connectorId, reader } = bench.station;
  if (reader === "connector") return;
  for (const other of connectorIds.filter((id) => id !== connectorId)) {
    await charging(bench, otherIdTag, other);
  }
}

/** SetConnectorUnavailable. */
export async function unavailable({ tool, station: { connectorId } }: Bench): Promise<void> {
  await accepted(tool, "ChangeAvailability", { connectorId, type: "Inoperative" });
  await tool.expect(status(connectorId, "Unavailable"));
}

/** The unused connectors are out of use, so that only the one under test can be meant. */
export async function othersUnavailable({ tool, station }: Bench): Promise<void> {
  for (const connectorId of station.connectorIds.filter((id) => id !== station.connectorId)) {
    await accepted(tool, "ChangeAvailability", { connectorId, type: "Inoperative" });
    await tool.expect(status(connectorId, "Unavailable"));
  }
}

/** SetChargePointUnavailable. */
export async function allUnavailable({ tool, station }: Bench): Promise<void> {
  await accepted(tool, "ChangeAvailability", { connectorId: 0, type: "Inoperative" });
  await tool.expect(allStatuses(station, "Unavailable"));
}

/** IdTagCached: the tag has been used, and with that it is remembered. */
export async function idTagCached(bench: Bench, idTag = idTag1): Promise<void> {
  const { tool, hands, station: { connectorId } } = bench;
  await precondition(tool, { AuthorizationCacheEnabled: "true" });
  const transactionId = await charging(bench, idTag);
  await hands.swipe(idTag, connectorId);
  await tool.expect(stop(transactionId, local, { idTag: [idTag] }), status(connectorId, "Finishing"));
  await hands.unplug(connectorId);
  await tool.expect(status(connectorId, "Available"));
}

/** IdTagLocalAuthList: the tag is the list's only one. */
export async function idTagListed({ tool }: Bench, idTag: string): Promise<void> {
  await precondition(tool, { LocalAuthListEnabled: "true" });
  await accepted(tool, "SendLocalList", {
    listVersion: 1,
    updateType: "Full",
    localAuthorizationList: [{ idTag, idTagInfo: { status: "Accepted" } }],
  });
}
