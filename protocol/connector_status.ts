/**
 * What follows from a connector's facts at any moment: its OCPP status, its troubles, and what its hardware should do (OCPP 1.6 §4.9).
 *
 * Law: functions of the facts, each of which a test calls with a literal.
 */
import type { ConnectorFacts, Fault, Holder, Plug, Trouble, Use } from "./connector_facts.ts";
import type { ChargePointErrorCode, ChargePointStatus } from "./messages/types.ts";
import type { Reserved } from "./reservation.ts";
import { claimOf, mayHaveClaim } from "./reservation.ts";

/** The status that StatusNotification reports (§7.7), derived. SuspendedEVSE wins over SuspendedEV (§4.9). */
export function status(facts: ConnectorFacts): ChargePointStatus {
  if (faultOf(facts) !== null) return "Faulted";
  if (facts.availability === "Inoperative" && !inTransaction(facts.use)) return "Unavailable";
  switch (facts.use.kind) {
    case "none":
      return nobodys(facts);
    case "asked":
      return facts.use.after.kind === "ended" ? "Finishing" : nobodys(facts);
    case "authorized":
    case "locking":
    case "starting":
      return "Preparing";
    case "transaction":
      if (facts.use.transaction.interrupted === true) return "Preparing";
      if (!facts.use.transaction.mayCharge) return "SuspendedEVSE";
      if (facts.electronics.plug !== "both") return "SuspendedEV";
      if (facts.electronics.lock === "open" || facts.electronics.supply === "failing") return "SuspendedEVSE";
      if (facts.offeredA <= 0) return "SuspendedEVSE";
      return facts.electronics.evDemandsEnergy ? "Charging" : "SuspendedEV";
    case "stopping":
      return "Finishing";
    case "ended":
      return "Finishing";
  }
}

/** A cable that comes before its driver's tag leaves a reserved connector Reserved (spec/behaviour.md §10). */
function nobodys({ saysReserved, electronics }: ConnectorFacts): ChargePointStatus {
  if (saysReserved) return "Reserved";
  return cableInStation(electronics.plug) ? "Preparing" : "Available";
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

/** Whether RemoteStartTransaction is accepted here: free, and not kept from this tag (messages.md §3.10). */
export function mayRemoteStart(facts: ConnectorFacts, idTag: string): boolean {
  return isNobodys(facts) && mayAsk(facts.reserved, idTag);
}

/** Whole, in use, and nobody's yet. */
export function isNobodys(facts: ConnectorFacts): boolean {
  return facts.use.kind === "none" && facts.use.heldFor === undefined && mayBegin(facts);
}

/** Whether it is worth asking about a tag: on a connector that is held only where it may have a claim (TC_046). */
export function mayAsk(reserved: Reserved, idTag: string): boolean {
  return !reserved.held || mayHaveClaim(reserved, idTag);
}

/** Whether who has been authorized may begin: on a connector that is held only by a claim. */
export function mayUse(reserved: Reserved, holder: Holder): boolean {
  return !reserved.held || claimOf(reserved, holder) !== null;
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
