/**
 * What holds in every state of a connector, and at every step between two (OCPP 1.6 §4.9, §5.2, §5.18; spec/behaviour.md §5, §6).
 *
 * Law: the specification's own table of status changes is the oracle, with one exception that has its name and its reason.
 */
import { step } from "../../protocol/connector.ts";
import type {
  ConnectorEvent,
  ConnectorFacts,
  Holder,
  RunningTransaction,
} from "../../protocol/connector_facts.ts";
import {
  faultOf,
  isNobodys,
  mayRemoteStart,
  status,
  trouble,
  wantsContactor,
  wantsLock,
  warningOf,
} from "../../protocol/connector_status.ts";
import { claimOf, mayHaveClaim, notReserved } from "../../protocol/reservation.ts";
import type { Edge } from "./connector_walk.ts";
import { changeCode } from "./status_table.ts";

/** What holds at each step out of each state. */
export const edgeLaws: Readonly<Record<string, (edge: Edge) => boolean>> = {
  "§5.1: a change of status is in the specification's table": (edge) =>
    status(edge.facts) === status(edge.next) ||
    changeCode(status(edge.facts), status(edge.next)) !== undefined || isUnavailableAtOnce(edge),
  "CommitStart is asked for once a start, and for nothing else": ({ facts, next, effects }) => {
    const begins = facts.use.kind !== "starting" && next.use.kind === "starting";
    return effects.filter(({ kind }) => kind === "CommitStart").length === (begins ? 1 : 0);
  },
  "CommitStop is asked for once a transaction, when it begins to stop": ({ facts, next, effects }) => {
    const begins = facts.use.kind === "transaction" && next.use.kind === "stopping";
    return effects.filter(({ kind }) => kind === "CommitStop").length === (begins ? 1 : 0);
  },
  "a transaction begins with StartCommitted, for the one who was starting": ({ facts, next, event }) => {
    const begun = localId(facts) === undefined && localId(next) !== undefined;
    if (!begun) return true;
    const { use } = facts;
    return event.kind === "StartCommitted" && use.kind === "starting" && next.use.kind === "transaction" &&
      next.use.transaction.idTag === use.idTag && next.use.transaction.parentIdTag === use.parentIdTag;
  },
  "§6: a transaction ends by StopCommitted alone, after it was stopping": ({ facts, next, event }) =>
    localId(facts) === localId(next) || localId(facts) === undefined ||
    (event.kind === "StopCommitted" && facts.use.kind === "stopping" && localId(next) === undefined),
  "a transaction that is stopping never goes on": ({ facts, next }) =>
    !(facts.use.kind === "stopping" && next.use.kind === "transaction"),
  "§4.5: what has once been kept from charging never charges again": ({ facts, next }) =>
    transaction(facts)?.mayCharge !== false || transaction(next)?.mayCharge !== true,
  "§4.5: refused, it charges only within a limit that the rules give": ({ facts, next, event, rules }) =>
    event.kind !== "StartAnswered" || event.accepted || localId(facts) !== event.localId ||
    next.use.kind !== "transaction" || !next.use.transaction.mayCharge ||
    (!rules.stopOnInvalidId && rules.maxEnergyOnInvalidIdWh > 0 &&
      next.use.transaction.energyLimitWh === event.energyWh + rules.maxEnergyOnInvalidIdWh),
  "§4.5: the energy of a refused tag ends at its limit": ({ next, event }) => {
    const running = next.use.kind === "transaction" ? next.use.transaction : undefined;
    return event.kind !== "EnergyMeasured" || running?.energyLimitWh === undefined ||
      event.energyWh < running.energyLimitWh || !running.mayCharge;
  },
  "a transactionId stays once it is known": ({ facts, next }) =>
    transaction(facts)?.transactionId === undefined || transaction(next) === undefined ||
    transaction(next)?.transactionId === 7,
  "an authorization is asked for when a tag is there, and for that tag": ({ event, effects }) =>
    effects.every((effect) =>
      effect.kind !== "AskAuthorization" ||
      ((event.kind === "Presented" || event.kind === "RemoteStartAccepted") && event.idTag === effect.idTag)
    ),
  "TC_041, TC_024: in a fault nothing is asked for to start, and nothing starts": (
    { facts, next, effects },
  ) =>
    faultOf(facts) === null || faultOf(next) === null || localId(facts) !== undefined ||
    holder(facts) !== undefined || effects.length === 0,
  "§3.10: a remote start where none may be changes nothing": ({ facts, next, event }) =>
    event.kind !== "RemoteStartAccepted" || mayRemoteStart(facts, event.idTag) || next === facts,
  "§5.13: on a connector that is held nobody begins without a claim": ({ facts, next }) =>
    !facts.reserved.held || !isIdle(facts.use) ||
    next.use.kind !== "authorized" && next.use.kind !== "starting" &&
      next.use.kind !== "locking" ||
    claimOf(facts.reserved, next.use) !== null,
  "TC_046: a tag that can have no claim on a held connector is not asked about": (
    { facts, event, effects },
  ) =>
    !facts.reserved.held || !isNobodys(facts) || event.kind !== "Presented" ||
    mayHaveClaim(facts.reserved, event.idTag) || effects.length === 0,
  "§5.13: a start takes the reservation of its user along, and no other": ({ next, effects }) =>
    effects.every((effect) =>
      effect.kind !== "CommitStart" || effect.reservationId === claimOf(next.reserved, effect)?.reservationId
    ),
  "§5.2: ChangeAvailability leaves a transaction as it is": ({ facts, next, event }) =>
    event.kind !== "AvailabilityChanged" || localId(facts) === undefined || next.use === facts.use,
  "§5.2: ChangeAvailability alone changes the availability": ({ facts, next, event }) =>
    next.availability === (event.kind === "AvailabilityChanged" ? event.availability : facts.availability),
  "§18: the last sign of life is asked for when power begins to fail in a transaction that goes on": (
    { facts, next, effects },
  ) => {
    const fails = facts.electronics.supply === "on" && next.electronics.supply === "failing";
    const asked = effects.filter(({ kind }) => kind === "CommitCheckpoint").length;
    return asked === (fails && next.use.kind === "transaction" ? 1 : 0);
  },
  "AQ-7.1: a station that stops before going down has no running transaction on failing power": (
    { facts, next, event, rules },
  ) =>
    rules.onPowerLoss !== "stopBeforeGoingDown" || event.kind !== "ElectronicsChanged" ||
    facts.use.kind !== "transaction" || event.electronics.supply === "on" || next.use.kind === "stopping",
  "TC_032_2: an interrupted transaction goes on where the station resumes and the car is there, else it is stopped":
    (
      { facts, next, event, rules },
    ) => {
      const isFound = facts.use.kind === "transaction" && facts.use.transaction.interrupted === true;
      if (event.kind !== "FoundInterrupted" || !isFound) return true;
      const goesOn = rules.onPowerLoss === "resume" && facts.electronics.plug === "both";
      return goesOn
        ? transaction(next)?.interrupted === true
        : next.use.kind === "stopping" && next.use.stop.reason === "PowerLoss";
    },
  "§5.18: after UnlockConnector no cable is held": ({ event, next }) =>
    event.kind !== "UnlockRequested" || !wantsLock(next),
  "§5.18: UnlockConnector stops the transaction that runs": ({ facts, event, next }) =>
    event.kind !== "UnlockRequested" || facts.use.kind !== "transaction" ||
    (next.use.kind === "stopping" && next.use.stop.reason === "UnlockCommand"),
  "errata v4.0 §3.5, §6: a cable is held when a transaction stops by a refusal, or at the car": (
    { facts, next, rules },
  ) => {
    const isHeld = holder(facts) === undefined && holder(next) !== undefined;
    const reason = facts.use.kind === "transaction" && next.use.kind === "stopping" && next.use.stop.reason;
    return !isHeld || reason === "DeAuthorized" ||
      (reason === "EVDisconnected" && !rules.unlockOnEvSideDisconnect);
  },
  "errata v4.0 §3.5: and let go for its user, one of the group, UnlockConnector, or when it is out": (
    { facts, next, event },
  ) => holder(facts) === undefined || holder(next) !== undefined || letsGo(holder(facts), event),
  "errata v4.0 §3.5: nothing begins while it is held": ({ facts, next }) =>
    holder(facts) === undefined || ["none", "ended", "stopping"].includes(next.use.kind),
  "TC_024: a lock fails when it is waited for, and is over when the plug is out": (
    { facts, next, event },
  ) => {
    if (facts.lockFault === next.lockFault) return true;
    return facts.lockFault === null
      ? event.kind === "LockTimedOut" && facts.use.kind === "locking"
      : event.kind === "ElectronicsChanged" && !isCableIn(next);
  },
};

/** What holds in each state. */
export const stateLaws: Readonly<Record<string, (facts: ConnectorFacts) => boolean>> = {
  "rule 9: the contactor is wanted only in a transaction that may charge, plugged at both ends and whole": (
    facts,
  ) =>
    !wantsContactor(facts) ||
    (facts.use.kind === "transaction" && facts.use.transaction.mayCharge &&
      facts.electronics.plug === "both" && faultOf(facts) === null),
  "§18: no energy flows on failing power, or before an interrupted transaction's meter has been read": (
    facts,
  ) =>
    !wantsContactor(facts) ||
    (facts.electronics.supply === "on" && transaction(facts)?.interrupted !== true),
  "§18, §5.14: on failing power and before a restart nobody waits or starts, and nobody may": (facts) =>
    (facts.electronics.supply === "on" && !facts.restarting) ||
    (!mayRemoteStart(facts, "ANYBODY") && !["authorized", "locking", "starting"].includes(facts.use.kind)),
  "§5: Charging is reported with a wanted contactor and a car that asks, and then always": (facts) =>
    (status(facts) === "Charging") === (wantsContactor(facts) && facts.electronics.evDemandsEnergy),
  "§6: the cable is held wherever the contactor is wanted, and its lock is not open": (facts) =>
    !wantsContactor(facts) || (wantsLock(facts) && facts.electronics.lock !== "open"),
  "§6: no cable is held for someone who has no transaction, starts none and had none": (facts) =>
    !wantsLock(facts) || ["transaction", "locking", "starting"].includes(facts.use.kind) ||
    holder(facts) !== undefined,
  "§6: no empty socket is held": (facts) => !wantsLock(facts) || isCableIn(facts),
  "a fixed cable is held for nobody": (facts) =>
    facts.electronics.lock !== "absent" || holder(facts) === undefined,
  "F1: nobody holds a cable that is out of the station": (facts) =>
    isCableIn(facts) || holder(facts) === undefined,
  "§6: a start has the plug at both ends, a lock that is not open, and no fault": (facts) =>
    facts.use.kind !== "starting" ||
    (facts.electronics.plug === "both" && facts.electronics.lock !== "open" && faultOf(facts) === null),
  "§6: a lock is waited for round a plug, while it is open and nothing is broken": (facts) =>
    facts.use.kind !== "locking" ||
    (facts.electronics.plug === "both" && facts.electronics.lock === "open" && faultOf(facts) === null),
  "§5.4: an authorization waits for the plug and for nothing else": (facts) =>
    facts.use.kind !== "authorized" || (facts.electronics.plug !== "both" && faultOf(facts) === null),
  "F1: what has ended is over when the cable is out of the station": (facts) =>
    !(facts.use.kind === "ended" || (facts.use.kind === "asked" && facts.use.after.kind === "ended")) ||
    isCableIn(facts),
  "§5.13: Reserved is said only where the connector is held": (facts) =>
    status(facts) !== "Reserved" || facts.reserved.held,
  "§5: Faulted is reported in a fault, and only then": (facts) =>
    (status(facts) === "Faulted") === (faultOf(facts) !== null),
  "TC_024: no lock is broken without a plug, or in a transaction": (facts) =>
    facts.lockFault === null || (isCableIn(facts) && localId(facts) === undefined),
  "§5.2: Unavailable is reported out of use, with no fault and no transaction, and then always": (facts) =>
    (status(facts) === "Unavailable") ===
      (facts.availability === "Inoperative" && faultOf(facts) === null && localId(facts) === undefined),
  "§5.2: out of use nobody asks, waits or starts": (facts) =>
    facts.availability === "Operative" ||
    ["none", "ended", "transaction", "stopping"].includes(facts.use.kind),
  "§5.6: a trouble is told in a fault or with a warning, and only then": (facts) =>
    (trouble(facts).errorCode !== "NoError") === (faultOf(facts) !== null || warningOf(facts) !== null),
  "§7.6: a warning is told until it is over, that of a car where one is there that does not charge": (
    facts,
  ) => {
    const { warning } = facts.electronics;
    if (warning === null || faultOf(facts) !== null) return true;
    const isOfCar = ["Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing"].includes(status(facts));
    return isOfCar === (trouble(facts).errorCode === "EVCommunicationError");
  },
  "§7.6: EVCommunicationError is never Faulted": (facts) =>
    status(facts) !== "Faulted" || trouble(facts).errorCode !== "EVCommunicationError",
  "§5.3: a warning keeps nothing from happening": (facts) => {
    const without = { ...facts, electronics: { ...facts.electronics, warning: null }, warning: null };
    return status(facts) === status(without) && wantsContactor(facts) === wantsContactor(without) &&
      wantsLock(facts) === wantsLock(without) &&
      mayRemoteStart(facts, "ANYBODY") === mayRemoteStart(without, "ANYBODY");
  },
  "§3.10: a remote start is accepted only where a driver could begin": (facts) =>
    !mayRemoteStart(facts, "DRIVER") || status(facts) === "Available" || status(facts) === "Reserved" ||
    (status(facts) === "Preparing" && holder(facts) === undefined),
  "no state is a trap: unplugged, stopped, in use and not reserved, every connector is Available again": (
    facts,
  ) => {
    const rules = {
      stopOnInvalidId: true,
      stopOnEvSideDisconnect: true,
      unlockOnEvSideDisconnect: true,
      maxEnergyOnInvalidIdWh: 0,
      onPowerLoss: "stopBeforeGoingDown" as const,
    };
    const { lock } = facts.electronics;
    const way: readonly ConnectorEvent[] = [
      {
        kind: "ElectronicsChanged",
        electronics: { plug: "none", evDemandsEnergy: false, fault: null, warning: null, lock, supply: "on" },
      },
      { kind: "StopRequested", stop: { reason: "Remote" } },
      { kind: "StopCommitted" },
      { kind: "AvailabilityChanged", availability: "Operative" },
      { kind: "ReservationChanged", reserved: notReserved },
      { kind: "RestartFailed" },
    ];
    const left = way.reduce((now, event) => step(now, event, rules).next, facts);
    return status(left) === "Available" && mayRemoteStart(left, "ANYBODY");
  },
};

/**
 * Decision: a connector that is Preparing when ChangeAvailability comes is Unavailable at once. The table has no such change
 * (B8), but the central system has asked for just this status and waits for it (messages.md §3.2).
 */
export function isUnavailableAtOnce({ facts, next, event }: Edge): boolean {
  return event.kind === "AvailabilityChanged" && status(facts) === "Preparing" &&
    status(next) === "Unavailable";
}

function letsGo(held: Holder | undefined, event: ConnectorEvent): boolean {
  switch (event.kind) {
    case "Presented":
      return event.idTag === held?.idTag;
    case "AuthorizationAnswered":
      return event.accepted && event.parentIdTag !== undefined && event.parentIdTag === held?.parentIdTag;
    case "ElectronicsChanged":
      return event.electronics.plug === "none" || event.electronics.plug === "ev";
    case "UnlockRequested":
      return true;
    case "RemoteStartAccepted":
    case "ConnectionTimedOut":
    case "LockTimedOut":
    case "AvailabilityChanged":
    case "ReservationChanged":
    case "CurrentOffered":
    case "EnergyMeasured":
    case "StopRequested":
    case "RestartBegun":
    case "RestartFailed":
    case "FoundInterrupted":
    case "Resumed":
    case "StartCommitted":
    case "StartFailed":
    case "StorageRecovered":
    case "MeterFailed":
    case "MeterRecovered":
    case "ClockRecovered":
    case "StartAnswered":
    case "StopCommitted":
      return false;
  }
}

/** For whom the cable is held after a transaction. */
function holder({ use }: ConnectorFacts): Holder | undefined {
  return use.kind === "none" || use.kind === "ended" || use.kind === "stopping" ? use.heldFor : undefined;
}

function isCableIn({ electronics }: ConnectorFacts): boolean {
  return electronics.plug === "station" || electronics.plug === "both";
}

function transaction({ use }: ConnectorFacts): RunningTransaction | undefined {
  return use.kind === "transaction" || use.kind === "stopping" ? use.transaction : undefined;
}

function localId(facts: ConnectorFacts): number | undefined {
  return transaction(facts)?.localId;
}

/** Nobody's, or somebody is being asked about. */
function isIdle(use: ConnectorFacts["use"]): boolean {
  return use.kind === "none" || use.kind === "ended" || use.kind === "asked";
}
