/**
 * The people and cars at a station under attack: sessions begin, run and end while the cases come.
 *
 * Law: drawn from the seed; most of the time somebody charges.
 */
import type { HostileHouse } from "./hostile_house.ts";

/** Somebody does something at one of the connectors. */
export function passBy(house: HostileHouse): void {
  const draw = () => house.entropy.fraction("passers-by");
  const connectorId = 1 + Math.floor(draw() * house.connectors);
  const { verbs, board, profile } = house.station;
  const at = profile.reader === "connector" ? [connectorId] : [];
  const { plug, contactorClosed, fault, evDemandsEnergy } = board.state(connectorId);
  const chance = draw();
  if (fault !== null) return void verbs.clearFault(connectorId);
  if (plug !== "both") return void verbs.plug(connectorId);
  if (!contactorClosed) {
    if (chance < 0.3) return void verbs.unplug(connectorId);
    return void verbs.swipe(`DRIVER ${connectorId}`, ...at);
  }
  // The driver of a car that is full makes room for the next one.
  if (!evDemandsEnergy && chance < 0.5) return void verbs.swipe(`DRIVER ${connectorId}`, ...at);
  if (chance < 0.1) return void verbs.swipe(`DRIVER ${connectorId}`, ...at);
  if (chance < 0.15) return void verbs.swipe("STRANGER", ...at);
  if (chance < 0.2) return void verbs.ev(connectorId, { suspended: chance < 0.18 });
  if (chance < 0.22) return void verbs.fault(connectorId, { errorCode: "GroundFailure" });
  if (chance < 0.27) return void verbs.unplug(connectorId);
  if (chance < 0.3) remoteStop(house);
}

/** A good RemoteStopTransaction. */
function remoteStop({ centralSystem }: HostileHouse): void {
  const [open] = centralSystem.open();
  if (open !== undefined) centralSystem.call("RemoteStopTransaction", { transactionId: open.transactionId });
}
