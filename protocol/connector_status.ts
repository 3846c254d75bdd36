/**
 * What follows from a connector's facts at any moment: its OCPP status, its troubles, and what its hardware should do (OCPP 1.6 §4.9).
 *
 * Law: functions of the facts, each of which a test calls with a literal.
 */
import type { ConnectorFacts, Fault, Plug, Trouble, Use } from "./connector_facts.ts";
import type { ChargePointErrorCode, ChargePointStatus } from "./messages/types.ts";

/** The status that StatusNotification reports (§7.7), derived. SuspendedEVSE wins over SuspendedEV (§4.9). */
export function status(facts: ConnectorFacts): ChargePointStatus {
  if (faultOf(facts) !== null) return "Faulted";
  if (facts.availability === "Inoperative" && !inTransaction(facts.use)) return "Unavailable";
  switch (facts.use.kind) {
    case "none":
      return cableInStation(facts.electronics.plug) ? "Preparing" : "Available";
    case "asked":
      if (facts.use.after.kind === "ended") return "Finishing";
      return cableInStation(facts.electronics.plug) ? "Preparing" : "Available";
    case "authorized":
    case "locking":
    case "starting":
      return "Preparing";
    case "transaction":
      if (facts.use.transaction.interrupted === true) return "Preparing";
      if (!facts.use.transaction.mayCharge) return "SuspendedEVSE";
      if (facts.electronics.plug !== "both") return "SuspendedEV";
      if (facts.electronics.lock === "open" || facts.electronics.supply === "failing") return "SuspendedEVSE";
      return facts.electronics.evDemandsEnergy ? "Charging" : "SuspendedEV";
    case "stopping":
      return "Finishing";
    case "ended":
      return "Finishing";
  }
}

/** What StatusNotification says beside the status: the fault, the warning, or that the car has been unplugged (§4.9). */
export function trouble(
  facts: ConnectorFacts,
): { readonly errorCode: ChargePointErrorCode; readonly info?: string; readonly vendorErrorCode?: string } {
  const told = faultOf(facts) ?? warningOf(facts);
  if (told !== null) return told;
  const unplugged = facts.electronics.plug !== "both" && tellsOfUnplugging(facts.use);
  return unplugged ? { errorCode: "NoError", info: "EV side disconnected" } : { errorCode: "NoError" };
}

/**
 * A contactor is closed only while a transaction that may charge is open (house rule 9), never round a plug that is loose, and
 * not while mains power is failing.
 */
export function wantsContactor(facts: ConnectorFacts): boolean {
  const { use, electronics } = facts;
  return use.kind === "transaction" && use.transaction.mayCharge && use.transaction.interrupted !== true &&
    electronics.plug === "both" && electronics.lock !== "open" && electronics.supply === "on" &&
    faultOf(facts) === null;
}

/**
 * The cable is held from just before the transaction until its normal end, and longer for the user whom it was not (§6,
 * errata v4.0 §3.5). An empty socket is held for nobody: the cable could not come back.
 */
export function wantsLock({ use, electronics }: ConnectorFacts): boolean {
  if (!cableInStation(electronics.plug)) return false;
  switch (use.kind) {
    case "locking":
    case "starting":
    case "transaction":
      return true;
    case "none":
    case "stopping":
    case "ended":
      return use.heldFor !== undefined;
    case "asked":
    case "authorized":
      return false;
  }
}

/** Whether RemoteStartTransaction is accepted here: free, whole, and nobody before it (messages.md §3.10). */
export function mayRemoteStart(facts: ConnectorFacts): boolean {
  return facts.use.kind === "none" && facts.use.heldFor === undefined && mayBegin(facts);
}

/** Nothing begins on a connector that is broken or out of use, on failing power, or before a restart. */
export function mayBegin(facts: ConnectorFacts): boolean {
  return faultOf(facts) === null && facts.availability === "Operative" &&
    facts.electronics.supply === "on" && !facts.restarting;
}

/** What keeps the connector from delivering energy: the electronics' own faults first. */
export function faultOf(facts: ConnectorFacts): Fault | null {
  return facts.electronics.fault ?? facts.lockFault;
}

/** What is wrong while energy may flow: the electronics' own warnings first, as long as the status allows them. */
export function warningOf(facts: ConnectorFacts): Trouble | null {
  const { warning } = facts.electronics;
  const isTold = warning?.errorCode !== "EVCommunicationError" || carStatuses.has(status(facts));
  return isTold ? warning ?? facts.warning : facts.warning;
}

/** §7.6: EVCommunicationError is of a car that is there and does not charge. */
const carStatuses: ReadonlySet<ChargePointStatus> = new Set([
  "Preparing",
  "SuspendedEV",
  "SuspendedEVSE",
  "Finishing",
]);

export function inTransaction(use: Use): boolean {
  return use.kind === "transaction" || use.kind === "stopping";
}

export function cableInStation(plug: Plug): boolean {
  return plug === "station" || plug === "both";
}

/** §4.9: the open end of the cable is told of while the transaction goes on, and afterwards when that is what ended it. */
function tellsOfUnplugging(use: Use): boolean {
  switch (use.kind) {
    case "transaction":
      return true;
    case "stopping":
      return use.stop.reason === "EVDisconnected";
    case "ended":
      return use.reason === "EVDisconnected";
    case "asked":
      return tellsOfUnplugging(use.after);
    case "none":
    case "authorized":
    case "locking":
    case "starting":
      return false;
  }
}
