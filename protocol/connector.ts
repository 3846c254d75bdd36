/**
 * One connector: its facts, what each event makes of them, and the OCPP status derived from them (OCPP 1.6 §4.7, §4.9).
 *
 * Law: the status, the contactor and the lock are functions of the facts and are stored nowhere. What takes time (asking for
 * an authorization, reading the meter, committing) is an effect here, and its result comes back as an event.
 */
import type { ChargePointErrorCode, ChargePointStatus, StopReason } from "./messages/types.ts";
import { sameIdTag } from "./id_tag.ts";

/** Where the cable is. With a fixed cable it is `none` or `both`. */
export type Plug =
  | "none"
  /** In the station's socket only (detachable cable). */
  | "station"
  /** At the car only: pulled out of the station under an open lock (detachable cable). */
  | "ev"
  | "both";

/** A fault or warning as StatusNotification reports it (§7.6). */
export interface Fault {
  readonly errorCode: Exclude<ChargePointErrorCode, "NoError">;
  /** At most 50 characters. */
  readonly vendorErrorCode?: string;
  /** At most 50 characters. */
  readonly info?: string;
}

/** What the electronics say, as far as decisions depend on it. */
export interface Electronics {
  readonly plug: Plug;
  /** The car asks for energy. */
  readonly evDemandsEnergy: boolean;
  /** Of this connector, or of the whole station. */
  readonly fault: Fault | null;
}

/** A transaction that runs on this connector. */
export interface RunningTransaction {
  /** The charger's own number of it, known from the start and on through every restart. */
  readonly localId: number;
  readonly idTag: string;
  readonly parentIdTag?: string;
  /** The central system's number, once StartTransaction has been answered. */
  readonly transactionId?: number;
  /** False once the central system has refused the idTag and StopTransactionOnInvalidId is false. */
  readonly mayCharge: boolean;
}

/** How a transaction is to end (OCPP 1.6 §7.36 Reason). */
export interface Stop {
  readonly reason: StopReason;
  readonly idTag?: string;
}

/** Nobody's: free, or the transaction is over and its cable still in. */
export type Idle =
  | { readonly kind: "none" }
  | { readonly kind: "ended"; readonly reason: StopReason };

/** What somebody is doing with this connector. */
export type Use =
  | Idle
  /** An authorization to start is being asked for; `after` is what a refusal goes back to. */
  | { readonly kind: "asked"; readonly idTag: string; readonly after: Idle }
  /** Waits for the plug, at most ConnectionTimeOut. */
  | { readonly kind: "authorized"; readonly idTag: string; readonly parentIdTag?: string }
  /** Everything is there; the meter is being read and StartTransaction committed. */
  | { readonly kind: "starting"; readonly idTag: string; readonly parentIdTag?: string }
  | { readonly kind: "transaction"; readonly transaction: RunningTransaction }
  /** The contactor is open; the meter is being read and StopTransaction committed. */
  | { readonly kind: "stopping"; readonly transaction: RunningTransaction; readonly stop: Stop };

export interface ConnectorFacts {
  readonly electronics: Electronics;
  readonly use: Use;
  /** Something that a StatusNotification mentions without being Faulted; ends with the next start. */
  readonly warning: Fault | null;
}

export type ConnectorEvent =
  | { readonly kind: "ElectronicsChanged"; readonly electronics: Electronics }
  | { readonly kind: "Presented"; readonly idTag: string }
  /** Where `mayRemoteStart` said so; `authorize` is AuthorizeRemoteTxRequests. */
  | { readonly kind: "RemoteStartAccepted"; readonly idTag: string; readonly authorize: boolean }
  | {
    readonly kind: "AuthorizationAnswered";
    readonly idTag: string;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
  }
  | { readonly kind: "ConnectionTimedOut" }
  | { readonly kind: "StopRequested"; readonly stop: Stop }
  | { readonly kind: "StartCommitted"; readonly localId: number }
  | { readonly kind: "StartFailed"; readonly warning: Fault }
  | {
    readonly kind: "StartAnswered";
    readonly localId: number;
    readonly transactionId: number;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
  }
  | { readonly kind: "StopCommitted" };

export type ConnectorEffect =
  | { readonly kind: "AskAuthorization"; readonly idTag: string }
  /** Read the meter, commit StartTransaction, then say StartCommitted (or StartFailed). */
  | { readonly kind: "CommitStart"; readonly idTag: string; readonly parentIdTag?: string }
  /** Make the stop durable, read the meter, commit StopTransaction, then say StopCommitted. */
  | { readonly kind: "CommitStop"; readonly transaction: RunningTransaction; readonly stop: Stop };

/** The configuration keys that decide here. */
export interface ConnectorRules {
  readonly stopOnInvalidId: boolean;
  readonly stopOnEvSideDisconnect: boolean;
}

export interface ConnectorStep {
  readonly next: ConnectorFacts;
  readonly effects: readonly ConnectorEffect[];
}

export function step(facts: ConnectorFacts, event: ConnectorEvent, rules: ConnectorRules): ConnectorStep {
  switch (event.kind) {
    case "ElectronicsChanged":
      return startWhenReady(changed({ ...facts, electronics: event.electronics }, rules));
    case "Presented":
      return presented(facts, event.idTag);
    case "RemoteStartAccepted":
      return remoteStartAccepted(facts, event);
    case "AuthorizationAnswered":
      return authorizationAnswered(facts, event);
    case "ConnectionTimedOut":
      return facts.use.kind === "authorized" ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);
    case "StopRequested":
      return stopRequested(facts, event.stop);
    case "StartCommitted":
      return startCommitted(facts, event.localId);
    case "StartFailed":
      return facts.use.kind === "starting"
        ? quiet({ ...facts, use: { kind: "none" }, warning: event.warning })
        : quiet({ ...facts, warning: event.warning });
    case "StartAnswered":
      return startAnswered(facts, event, rules);
    case "StopCommitted":
      return facts.use.kind === "stopping"
        ? quiet(withoutCable({ ...facts, use: { kind: "ended", reason: facts.use.stop.reason } }))
        : quiet(facts);
  }
}

/** The status that StatusNotification reports (§7.7), derived. SuspendedEVSE wins over SuspendedEV (§4.9). */
export function status(facts: ConnectorFacts): ChargePointStatus {
  if (facts.electronics.fault !== null) return "Faulted";
  switch (facts.use.kind) {
    case "none":
      return cableInStation(facts.electronics.plug) ? "Preparing" : "Available";
    case "asked":
      if (facts.use.after.kind === "ended") return "Finishing";
      return cableInStation(facts.electronics.plug) ? "Preparing" : "Available";
    case "authorized":
    case "starting":
      return "Preparing";
    case "transaction":
      if (!facts.use.transaction.mayCharge) return "SuspendedEVSE";
      if (facts.electronics.plug !== "both" || !facts.electronics.evDemandsEnergy) return "SuspendedEV";
      return "Charging";
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
  const fault = facts.electronics.fault ?? facts.warning;
  if (fault !== null) return fault;
  const unplugged = facts.electronics.plug !== "both" && tellsOfUnplugging(facts.use);
  return unplugged ? { errorCode: "NoError", info: "EV side disconnected" } : { errorCode: "NoError" };
}

/** A contactor is closed only while a transaction that may charge is open (house rule 9). */
export function wantsContactor(facts: ConnectorFacts): boolean {
  return facts.use.kind === "transaction" && facts.use.transaction.mayCharge &&
    facts.electronics.plug === "both" && facts.electronics.fault === null;
}

/** The cable is held from just before the transaction until it has ended (§6; detachable cables only, a fixed one ignores it). */
export function wantsLock(facts: ConnectorFacts): boolean {
  return facts.use.kind === "starting" || facts.use.kind === "transaction";
}

/** Whether RemoteStartTransaction is accepted here: free, whole, and nobody before it (messages.md §3.10). */
export function mayRemoteStart(facts: ConnectorFacts): boolean {
  return facts.use.kind === "none" && facts.electronics.fault === null;
}

function presented(facts: ConnectorFacts, idTag: string): ConnectorStep {
  const use = facts.use;
  switch (use.kind) {
    case "none":
    case "ended":
      return facts.electronics.fault === null ? asking(facts, idTag, use) : quiet(facts);
    case "authorized":
      // B1: the same tag a second time takes the intention back.
      return sameIdTag(use.idTag, idTag) ? quiet({ ...facts, use: { kind: "none" } }) : quiet(facts);
    case "transaction":
      if (sameIdTag(use.transaction.idTag, idTag)) return stopRequested(facts, { reason: "Local", idTag });
      // §5.15: another tag of the same group may stop; without a group there is nothing to ask for (TC_068).
      return use.transaction.parentIdTag === undefined
        ? quiet(facts)
        : { next: facts, effects: [{ kind: "AskAuthorization", idTag }] };
    case "asked":
    case "starting":
    case "stopping":
      return quiet(facts);
  }
}

function remoteStartAccepted(
  facts: ConnectorFacts,
  start: Extract<ConnectorEvent, { kind: "RemoteStartAccepted" }>,
): ConnectorStep {
  if (!mayRemoteStart(facts)) return quiet(facts);
  return start.authorize
    ? asking(facts, start.idTag, { kind: "none" })
    : startWhenReady(quiet({ ...facts, use: { kind: "authorized", idTag: start.idTag } }));
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
): ConnectorStep {
  const use = facts.use;
  if (use.kind === "asked" && sameIdTag(use.idTag, answer.idTag)) {
    const refused = !answer.accepted || facts.electronics.fault !== null;
    if (refused) return quiet({ ...facts, use: use.after });
    return startWhenReady(
      quiet({ ...facts, use: { kind: "authorized", ...holder(use.idTag, answer.parentIdTag) } }),
    );
  }
  const mayStop = use.kind === "transaction" && answer.accepted && answer.parentIdTag !== undefined &&
    use.transaction.parentIdTag !== undefined && sameIdTag(answer.parentIdTag, use.transaction.parentIdTag);
  return mayStop ? stopRequested(facts, { reason: "Local", idTag: answer.idTag }) : quiet(facts);
}

function changed(facts: ConnectorFacts, rules: ConnectorRules): ConnectorStep {
  const { use, electronics } = facts;
  switch (use.kind) {
    case "transaction":
      return electronics.plug !== "both" && rules.stopOnEvSideDisconnect
        ? stopRequested(facts, { reason: "EVDisconnected" })
        : quiet(facts);
    case "authorized":
      // TC_041: nothing starts in a fault, nor by itself once the fault is over.
      return electronics.fault === null ? quiet(facts) : quiet({ ...facts, use: { kind: "none" } });
    case "starting": {
      if (electronics.fault !== null) return quiet({ ...facts, use: { kind: "none" } });
      const waits: Use = { kind: "authorized", ...holder(use.idTag, use.parentIdTag) };
      return electronics.plug === "both" ? quiet(facts) : quiet({ ...facts, use: waits });
    }
    case "none":
    case "asked":
    case "stopping":
    case "ended":
      return quiet(withoutCable(facts));
  }
}

function startCommitted(facts: ConnectorFacts, localId: number): ConnectorStep {
  if (facts.use.kind !== "starting") return quiet(facts);
  const transaction: RunningTransaction = {
    localId,
    mayCharge: true,
    ...holder(facts.use.idTag, facts.use.parentIdTag),
  };
  return quiet({ ...facts, use: { kind: "transaction", transaction }, warning: null });
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
  const transaction: RunningTransaction = {
    ...use.transaction,
    transactionId: answer.transactionId,
    mayCharge: use.transaction.mayCharge && answer.accepted,
    ...(answer.parentIdTag === undefined ? {} : { parentIdTag: answer.parentIdTag }),
  };
  const next: ConnectorFacts = { ...facts, use: { ...use, transaction } };
  const mustStop = !answer.accepted && rules.stopOnInvalidId;
  return mustStop ? stopRequested(next, { reason: "DeAuthorized" }) : quiet(next);
}

function stopRequested(facts: ConnectorFacts, stop: Stop): ConnectorStep {
  const use = facts.use;
  switch (use.kind) {
    case "transaction":
      return {
        next: { ...facts, use: { kind: "stopping", transaction: use.transaction, stop } },
        effects: [{ kind: "CommitStop", transaction: use.transaction, stop }],
      };
    // A stop of everything (reset, power loss) reaches an intention too: it is dropped.
    case "asked":
      return quiet({ ...facts, use: use.after });
    case "authorized":
    case "starting":
      return quiet({ ...facts, use: { kind: "none" } });
    case "none":
    case "stopping":
    case "ended":
      return quiet(facts);
  }
}

/** A fault needs no look here: no authorization outlives one. */
function startWhenReady(step: ConnectorStep): ConnectorStep {
  const { use, electronics } = step.next;
  if (use.kind !== "authorized" || electronics.plug !== "both") return step;
  const starter = holder(use.idTag, use.parentIdTag);
  return {
    next: { ...step.next, use: { kind: "starting", ...starter } },
    effects: [...step.effects, { kind: "CommitStart", ...starter }],
  };
}

/** With the cable out of the station nothing is left to finish. */
function withoutCable(facts: ConnectorFacts): ConnectorFacts {
  if (cableInStation(facts.electronics.plug)) return facts;
  if (facts.use.kind === "ended") return { ...facts, use: { kind: "none" } };
  if (facts.use.kind === "asked") return { ...facts, use: { ...facts.use, after: { kind: "none" } } };
  return facts;
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
    case "starting":
      return false;
  }
}

function cableInStation(plug: Plug): boolean {
  return plug === "station" || plug === "both";
}

function holder(
  idTag: string,
  parentIdTag: string | undefined,
): { readonly idTag: string; readonly parentIdTag?: string } {
  return parentIdTag === undefined ? { idTag } : { idTag, parentIdTag };
}

function quiet(next: ConnectorFacts): ConnectorStep {
  return { next, effects: [] };
}
