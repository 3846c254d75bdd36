/**
 * One connector: its facts, what each event makes of them, and the OCPP status derived from them (OCPP 1.6 §4.7, §4.9).
 *
 * Law: the status, the contactor and the lock are functions of the facts and are stored nowhere. What takes time (asking for
 * an authorization, reading the meter, committing) is an effect here, and its result comes back as an event.
 */
import type {
  ConnectorEvent,
  ConnectorFacts,
  ConnectorRules,
  ConnectorStep,
  Electronics,
  Fault,
  Holder,
  Idle,
  RunningTransaction,
  Stop,
  Use,
} from "./connector_facts.ts";
import { clockNeverSet, storageRefuses } from "./connector_facts.ts";
import { cableInStation, mayAsk, mayBegin, mayRemoteStart, mayUse, status } from "./connector_status.ts";
import { dropped, heldFor, holderOf, holds, released, withoutCable } from "./connector_use.ts";
import { sameIdTag } from "./id_tag.ts";
import type { Reserved } from "./reservation.ts";
import { claimOf } from "./reservation.ts";

export function step(facts: ConnectorFacts, event: ConnectorEvent, rules: ConnectorRules): ConnectorStep {
  switch (event.kind) {
    case "ElectronicsChanged":
      return electronicsChanged(facts, event.electronics, rules);
    case "Presented":
      return presented(facts, event.idTag, rules);
    case "RemoteStartAccepted":
      return remoteStartAccepted(facts, event);
    case "AuthorizationAnswered":
      return authorizationAnswered(facts, event, rules);
    case "ConnectionTimedOut":
      return facts.use.kind === "authorized" ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);
    case "LockTimedOut":
      return facts.use.kind === "locking"
        ? quiet({ ...facts, use: { kind: "none" }, lockFault: lockFailure })
        : quiet(facts);
    case "AvailabilityChanged":
      return availabilityChanged(facts, event.availability);
    case "ReservationChanged":
      return quiet(reservationChanged(facts, event.reserved));
    case "CurrentOffered":
      return quiet({ ...facts, offeredA: event.offeredA });
    case "UnlockRequested":
      return unlockRequested(facts, rules);
    case "StopRequested":
      return stopRequested(facts, event.stop, rules);
    case "RestartBegun":
      return stopRequested({ ...facts, restarting: true }, { reason: event.reason }, rules);
    case "RestartFailed":
      return quiet({ ...facts, restarting: false });
    case "FoundInterrupted":
      return foundInterrupted(facts, rules);
    case "Resumed":
      return resumed(facts);
    case "StartCommitted":
      return startCommitted(facts, event.localId);
    case "StartFailed":
      return facts.use.kind === "starting"
        ? quiet({ ...facts, use: { kind: "none" }, warning: event.warning })
        : quiet({ ...facts, warning: event.warning });
    case "StorageRecovered":
      return recovered(facts, storageRefuses);
    case "MeterFailed":
      return meterFailed(facts, rules);
    case "MeterRecovered":
      return recovered(facts, "PowerMeterFailure");
    case "ClockRecovered":
      return recovered(facts, clockNeverSet);
    case "StartAnswered":
      return startAnswered(facts, event, rules);
    case "EnergyMeasured":
      return energyMeasured(facts, event.energyWh);
    case "StopCommitted":
      return stopCommitted(facts);
  }
}

/** TC_024. */
const lockFailure: Fault = { errorCode: "ConnectorLockFailure" };

function presented(facts: ConnectorFacts, idTag: string, rules: ConnectorRules): ConnectorStep {
  const use = facts.use;
  switch (use.kind) {
    case "none":
    case "ended":
      return presentedIdle(facts, use, idTag);
    case "authorized":
      // B1: the same tag a second time takes the intention back.
      return sameIdTag(use.idTag, idTag) ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);
    case "transaction":
      if (sameIdTag(use.transaction.idTag, idTag)) {
        return stopRequested(facts, { reason: "Local", idTag }, rules);
      }
      // §5.15: another tag of the same group may stop; without a group there is nothing to ask for (TC_068).
      return use.transaction.parentIdTag === undefined
        ? quiet(facts)
        : { next: facts, effects: [{ kind: "AskAuthorization", idTag }] };
    case "asked":
    case "locking":
    case "starting":
    case "stopping":
      return quiet(facts);
  }
}

/** A held cable is let go for its user; a free connector may be used, after an end once more (F2). */
function presentedIdle(facts: ConnectorFacts, use: Idle, idTag: string): ConnectorStep {
  if (use.heldFor === undefined) {
    return mayBegin(facts) && mayAsk(facts.reserved, idTag) ? asking(facts, idTag, use) : quiet(facts);
  }
  if (sameIdTag(use.heldFor.idTag, idTag)) return quiet({ ...facts, use: released(use) });
  return use.heldFor.parentIdTag === undefined
    ? quiet(facts)
    : { next: facts, effects: [{ kind: "AskAuthorization", idTag }] };
}

function remoteStartAccepted(
  facts: ConnectorFacts,
  start: Extract<ConnectorEvent, { kind: "RemoteStartAccepted" }>,
): ConnectorStep {
  const { idTag, authorize } = start;
  if (!mayRemoteStart(facts, idTag)) return quiet(facts);
  // TC_053_2: only an Authorize tells the group that a reservation may be for.
  return authorize || !mayUse(facts.reserved, { idTag })
    ? asking(facts, idTag, { kind: "none" })
    : authorized(facts, { idTag });
}

function authorized(facts: ConnectorFacts, holder: Holder): ConnectorStep {
  return startWhenReady(quiet({ ...facts, use: { kind: "authorized", ...holder }, saysReserved: false }));
}

function asking(facts: ConnectorFacts, idTag: string, after: Idle): ConnectorStep {
  return {
    next: { ...facts, use: { kind: "asked", idTag, after } },
    effects: [{ kind: "AskAuthorization", idTag }],
  };
}

function authorizationAnswered(
  facts: ConnectorFacts,
  answer: Extract<ConnectorEvent, { kind: "AuthorizationAnswered" }>,
  rules: ConnectorRules,
): ConnectorStep {
  const use = facts.use;
  if (use.kind === "asked" && sameIdTag(use.idTag, answer.idTag)) {
    const holder = holderOf(use.idTag, answer.parentIdTag);
    const mayStart = answer.accepted && mayBegin(facts) && mayUse(facts.reserved, holder);
    return mayStart ? authorized(facts, holder) : quiet({ ...facts, use: use.after });
  }
  if (!answer.accepted || answer.parentIdTag === undefined) return quiet(facts);
  if (use.kind === "transaction" && isGroup(use.transaction.parentIdTag, answer.parentIdTag)) {
    return stopRequested(facts, { reason: "Local", idTag: answer.idTag }, rules);
  }
  const letsGo = (use.kind === "none" || use.kind === "ended") &&
    isGroup(use.heldFor?.parentIdTag, answer.parentIdTag);
  return letsGo ? quiet({ ...facts, use: released(use) }) : quiet(facts);
}

function electronicsChanged(
  facts: ConnectorFacts,
  electronics: Electronics,
  rules: ConnectorRules,
): ConnectorStep {
  const step = startWhenReady(changed({ ...facts, electronics }, rules));
  const mayBeLast = electronics.supply === "failing" && facts.electronics.supply === "on" &&
    step.next.use.kind === "transaction";
  return mayBeLast ? { ...step, effects: [...step.effects, { kind: "CommitCheckpoint" }] } : step;
}

function changed(facts: ConnectorFacts, rules: ConnectorRules): ConnectorStep {
  const { use, electronics } = facts;
  const fails = electronics.supply === "failing";
  switch (use.kind) {
    case "transaction":
      // AQ-7.1: what the hold-up energy is for. Otherwise it goes on if power comes back, or after the next boot.
      if (fails && rules.onPowerLoss === "stopBeforeGoingDown") {
        return stopRequested(facts, { reason: "PowerLoss" }, rules);
      }
      return electronics.plug !== "both" && rules.stopOnEvSideDisconnect
        ? stopRequested(facts, { reason: "EVDisconnected" }, rules)
        : quiet(facts);
    case "authorized":
      // TC_041: nothing starts in a fault, nor by itself once the fault is over.
      return electronics.fault === null && !fails ? quiet(facts) : quiet({ ...facts, use: { kind: "none" } });
    case "locking":
    case "starting": {
      if (electronics.fault !== null || fails) return quiet({ ...facts, use: { kind: "none" } });
      const starter = holderOf(use.idTag, use.parentIdTag);
      if (electronics.plug !== "both") {
        return quiet({ ...facts, use: { kind: "authorized", ...starter } });
      }
      // A lock that opens again under a start has to close again first.
      return electronics.lock === "open"
        ? quiet({ ...facts, use: { kind: "locking", ...starter } })
        : quiet(facts);
    }
    case "none":
    case "asked":
    case "stopping":
    case "ended":
      return quiet(lookedForCable(facts));
  }
}

/** §5.2: an intention is dropped; what is no intention, a transaction say, goes on to its end. */
function availabilityChanged(
  facts: ConnectorFacts,
  availability: ConnectorFacts["availability"],
): ConnectorStep {
  const next: ConnectorFacts = { ...facts, availability };
  const { use } = facts;
  // From Unavailable no way leads to Reserved; a reservation ends by it (§5.13).
  if (availability === "Inoperative") return quiet({ ...next, use: dropped(use), saysReserved: false });
  // H2: back in use with the cable still in it is Preparing; from Unavailable no way leads to Finishing (§4.9).
  return facts.availability === "Inoperative" && use.kind === "ended"
    ? quiet({ ...next, use: { kind: "none", ...heldFor(use.heldFor) } })
    : quiet(next);
}

function reservationChanged(facts: ConnectorFacts, reserved: Reserved): ConnectorFacts {
  const maySay = facts.saysReserved || status(facts) === "Available";
  return { ...facts, reserved, saysReserved: reserved.held && maySay };
}

function unlockRequested(facts: ConnectorFacts, rules: ConnectorRules): ConnectorStep {
  const { use } = facts;
  if (use.kind === "transaction") return stopRequested(facts, { reason: "UnlockCommand" }, rules);
  return quiet({ ...facts, use: released(dropped(use)) });
}

function startCommitted(facts: ConnectorFacts, localId: number): ConnectorStep {
  if (facts.use.kind !== "starting") return quiet(facts);
  const transaction: RunningTransaction = {
    localId,
    mayCharge: true,
    ...holderOf(facts.use.idTag, facts.use.parentIdTag),
  };
  return quiet({ ...facts, use: { kind: "transaction", transaction }, warning: null });
}

/** §5.3: the warning that a start has failed for just this is over, and no other. */
function recovered(facts: ConnectorFacts, code: string): ConnectorStep {
  const { warning } = facts;
  const isOver = warning !== null && (warning.vendorErrorCode ?? warning.errorCode) === code;
  return isOver ? quiet({ ...facts, warning: null }) : quiet(facts);
}

/** §4.8 and errata v4.0 §3.17: the same handling whether the start was made online or offline. */
function startAnswered(
  facts: ConnectorFacts,
  answer: Extract<ConnectorEvent, { kind: "StartAnswered" }>,
  rules: ConnectorRules,
): ConnectorStep {
  const use = facts.use;
  if ((use.kind !== "transaction" && use.kind !== "stopping") || use.transaction.localId !== answer.localId) {
    return quiet(facts);
  }
  const grace = !answer.accepted && rules.maxEnergyOnInvalidIdWh > 0;
  const transaction: RunningTransaction = {
    ...use.transaction,
    ...(answer.transactionId === undefined ? {} : { transactionId: answer.transactionId }),
    mayCharge: use.transaction.mayCharge && (answer.accepted || grace),
    ...(grace ? { energyLimitWh: answer.energyWh + rules.maxEnergyOnInvalidIdWh } : {}),
    ...(answer.parentIdTag === undefined ? {} : { parentIdTag: answer.parentIdTag }),
  };
  const next: ConnectorFacts = { ...facts, use: { ...use, transaction } };
  const mustStop = !answer.accepted && rules.stopOnInvalidId;
  return mustStop ? stopRequested(next, { reason: "DeAuthorized" }, rules) : quiet(next);
}

/** Energy that nobody measures is on nobody's bill: there is no more of it (decision D-meter-failure). */
function meterFailed(facts: ConnectorFacts, rules: ConnectorRules): ConnectorStep {
  if (facts.use.kind !== "transaction") return quiet(facts);
  return stopRequested({ ...facts, warning: { errorCode: "PowerMeterFailure" } }, { reason: "Other" }, rules);
}

function energyMeasured(facts: ConnectorFacts, energyWh: number): ConnectorStep {
  const { use } = facts;
  const limitWh = use.kind === "transaction" ? use.transaction.energyLimitWh : undefined;
  if (use.kind !== "transaction" || limitWh === undefined || energyWh < limitWh) return quiet(facts);
  return quiet({ ...facts, use: { ...use, transaction: { ...use.transaction, mayCharge: false } } });
}

function stopRequested(facts: ConnectorFacts, stop: Stop, rules: ConnectorRules): ConnectorStep {
  const use = facts.use;
  if (use.kind === "transaction") {
    const { transaction } = use;
    const holder = holds(facts.electronics, stop, rules)
      ? holderOf(transaction.idTag, transaction.parentIdTag)
      : undefined;
    return {
      next: { ...facts, use: { kind: "stopping", transaction, stop, ...heldFor(holder) } },
      effects: [{ kind: "CommitStop", transaction, stop }],
    };
  }
  // A stop of everything (a restart) reaches an intention too: it is dropped.
  return quiet({ ...facts, use: dropped(use) });
}

/** TC_032_2. A car that has gone in the dark left nothing to go on with: what ended its charging was the power (§7.36). */
function foundInterrupted(facts: ConnectorFacts, rules: ConnectorRules): ConnectorStep {
  const { use, electronics } = facts;
  if (use.kind !== "transaction" || use.transaction.interrupted !== true) return quiet(facts);
  if (rules.onPowerLoss !== "resume" || electronics.plug !== "both") {
    return stopRequested(facts, { reason: "PowerLoss" }, rules);
  }
  return { next: facts, effects: [{ kind: "CommitResumption" }] };
}

function resumed(facts: ConnectorFacts): ConnectorStep {
  if (facts.use.kind !== "transaction") return quiet(facts);
  const { interrupted: _, ...transaction } = facts.use.transaction;
  return quiet({ ...facts, use: { kind: "transaction", transaction } });
}

function stopCommitted(facts: ConnectorFacts): ConnectorStep {
  const { use } = facts;
  if (use.kind !== "stopping") return quiet(facts);
  // §4.9 F2: with the next driver's cable in.
  if (use.hasLeft === true) return quiet(lookedForCable({ ...facts, use: { kind: "none" } }));
  const ended: Use = { kind: "ended", reason: use.stop.reason, ...heldFor(use.heldFor) };
  return quiet(lookedForCable({ ...facts, use: ended }));
}

/** A fault needs no look here: no authorization outlives one. */
function startWhenReady(step: ConnectorStep): ConnectorStep {
  const { use, electronics } = step.next;
  if ((use.kind !== "authorized" && use.kind !== "locking") || electronics.plug !== "both") return step;
  const starter = holderOf(use.idTag, use.parentIdTag);
  if (electronics.lock === "open") {
    return { ...step, next: { ...step.next, use: { kind: "locking", ...starter } } };
  }
  const claim = claimOf(step.next.reserved, starter);
  const used = claim === null ? {} : { reservationId: claim.reservationId };
  return {
    next: { ...step.next, use: { kind: "starting", ...starter } },
    effects: [...step.effects, { kind: "CommitStart", ...starter, ...used }],
  };
}

/** The cable may have been taken out of the station; then no lock fails any more either. */
function lookedForCable(facts: ConnectorFacts): ConnectorFacts {
  return cableInStation(facts.electronics.plug)
    ? facts
    : { ...facts, use: withoutCable(facts.use), lockFault: null };
}

function isGroup(one: string | undefined, other: string): boolean {
  return one !== undefined && sameIdTag(one, other);
}

function quiet(next: ConnectorFacts): ConnectorStep {
  return { next, effects: [] };
}
