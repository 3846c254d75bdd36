/**
 * Stories of a connector: what happens to it, line by line, and what it then says and asks for.
 *
 * Law: a line is an event, the status with its trouble, and the effects, each as short text that a person reads like a trace.
 * Of a detachable cable it also says whether the connector wants it held.
 */
import { assertEquals } from "@std/assert";
import type {
  ConnectorEffect,
  ConnectorEvent,
  ConnectorFacts,
  ConnectorRules,
  Fault,
  Plug,
  Trouble,
} from "../../protocol/connector_facts.ts";
import { step } from "../../protocol/connector.ts";
import type { StopReason } from "../../protocol/messages/types.ts";
import type { Claim } from "../../protocol/reservation.ts";
import { notReserved } from "../../protocol/reservation.ts";
import { status, trouble, wantsLock } from "../../protocol/connector_status.ts";

export type Line = readonly [event: ConnectorEvent, says: string, ...effects: readonly string[]];

const factorySettings: ConnectorRules = {
  stopOnInvalidId: true,
  stopOnEvSideDisconnect: true,
  unlockOnEvSideDisconnect: true,
  maxEnergyOnInvalidIdWh: 0,
  onPowerLoss: "stopBeforeGoingDown",
};

/** Nobody is there. */
const atRest: ConnectorFacts = {
  electronics: {
    plug: "none",
    evDemandsEnergy: false,
    fault: null,
    warning: null,
    lock: "absent",
    supply: "on",
  },
  use: { kind: "none" },
  availability: "Operative",
  reserved: notReserved,
  saysReserved: false,
  offeredA: 32,
  restarting: false,
  lockFault: null,
  warning: null,
};

/** A test that tells `lines` from a connector at rest on. */
export function story(
  sentence: string,
  lines: readonly Line[],
  rules: Partial<ConnectorRules> = {},
): void {
  Deno.test({ name: `connector: ${sentence}`, permissions: "none" }, () => {
    assertEquals(told(lines.map(([event]) => event), rules), lines.map(([, ...heard]) => heard));
  });
}

/** The facts after `events`, from a connector at rest on. */
export function after(
  events: readonly ConnectorEvent[],
  rules: Partial<ConnectorRules> = {},
): ConnectorFacts {
  return events.reduce(
    (facts, event) => step(facts, event, { ...factorySettings, ...rules }).next,
    atRest,
  );
}

function told(events: readonly ConnectorEvent[], rules: Partial<ConnectorRules>): readonly string[][] {
  let facts = atRest;
  return events.map((event) => {
    const { next, effects } = step(facts, event, { ...factorySettings, ...rules });
    facts = next;
    return [says(facts), ...effects.map(asked)];
  });
}

function says(facts: ConnectorFacts): string {
  const { errorCode, info } = trouble(facts);
  const code = errorCode === "NoError" ? "" : ` ${errorCode}`;
  const held = facts.electronics.lock !== "absent" && wantsLock(facts) ? ", held" : "";
  return `${status(facts)}${code}${info === undefined ? "" : ` (${info})`}${held}`;
}

function asked(effect: ConnectorEffect): string {
  switch (effect.kind) {
    case "AskAuthorization":
      return `AskAuthorization ${effect.idTag}`;
    case "CommitStart":
      return `CommitStart ${holder(effect.idTag, effect.parentIdTag)}${
        effect.reservationId === undefined ? "" : ` with ${effect.reservationId}`
      }`;
    case "CommitStop": {
      const { transaction, stop } = effect;
      const by = stop.idTag === undefined ? "" : ` by ${stop.idTag}`;
      return `CommitStop ${transaction.localId} ${stop.reason}${by}`;
    }
    case "CommitCheckpoint":
    case "CommitResumption":
      return effect.kind;
  }
}

function holder(idTag: string, parentIdTag: string | undefined): string {
  return parentIdTag === undefined ? idTag : `${idTag} of ${parentIdTag}`;
}

/** Otherwise the car asks for energy as soon as it can, and nothing is broken. */
interface Circumstances {
  readonly demand?: boolean;
  readonly fault?: Fault | null;
  readonly warning?: Trouble | null;
  readonly supply?: "on" | "failing";
}

/** A fixed cable: at the car or not. */
export function plug(where: "none" | "both", circumstances: Circumstances = {}): ConnectorEvent {
  return electronics(where, "absent", circumstances);
}

/** A detachable cable, and what its lock says. */
export function cable(
  where: Plug,
  lock: "open" | "closed",
  circumstances: Circumstances = {},
): ConnectorEvent {
  return electronics(where, lock, circumstances);
}

function electronics(
  where: Plug,
  lock: "absent" | "open" | "closed",
  { demand = where === "both", fault = null, warning = null, supply = "on" }: Circumstances,
): ConnectorEvent {
  const electronics = { plug: where, evDemandsEnergy: demand, fault, warning, lock, supply };
  return { kind: "ElectronicsChanged", electronics };
}

export function present(idTag: string): ConnectorEvent {
  return { kind: "Presented", idTag };
}

/** `authorize`: AuthorizeRemoteTxRequests. */
export function remoteStart(idTag: string, authorize: boolean): ConnectorEvent {
  return { kind: "RemoteStartAccepted", idTag, authorize };
}

export function accept(idTag: string, parentIdTag?: string): ConnectorEvent {
  return { kind: "AuthorizationAnswered", idTag, accepted: true, ...group(parentIdTag) };
}

export function refuse(idTag: string, parentIdTag?: string): ConnectorEvent {
  return { kind: "AuthorizationAnswered", idTag, accepted: false, ...group(parentIdTag) };
}

/** StartTransaction.conf for transaction 1, at 5000 Wh: its transactionId is 7. */
export function answerStart(accepted: boolean, parentIdTag?: string): ConnectorEvent {
  return {
    kind: "StartAnswered",
    localId: 1,
    transactionId: 7,
    accepted,
    energyWh: 5_000,
    ...group(parentIdTag),
  };
}

export function stop(reason: StopReason): ConnectorEvent {
  return { kind: "StopRequested", stop: { reason } };
}

/** Kept for them; and, below, claimed by them and open to everybody. */
export function reserve(...claims: readonly Claim[]): ConnectorEvent {
  return { kind: "ReservationChanged", reserved: { claims, held: true } };
}
export function claim(...claims: readonly Claim[]): ConnectorEvent {
  return { kind: "ReservationChanged", reserved: { claims, held: false } };
}

export const release: ConnectorEvent = { kind: "ReservationChanged", reserved: notReserved };
export const timeOut: ConnectorEvent = { kind: "ConnectionTimedOut" };
export const lockTimeOut: ConnectorEvent = { kind: "LockTimedOut" };
export const unlock: ConnectorEvent = { kind: "UnlockRequested" };
export const inoperative: ConnectorEvent = { kind: "AvailabilityChanged", availability: "Inoperative" };
export const operative: ConnectorEvent = { kind: "AvailabilityChanged", availability: "Operative" };
export const remoteStop: ConnectorEvent = stop("Remote");
export const startCommitted: ConnectorEvent = { kind: "StartCommitted", localId: 1 };
export const stopCommitted: ConnectorEvent = { kind: "StopCommitted" };

/** A session in which DRIVER charges as transaction 1, plugged in first. */
export const charging: readonly Line[] = [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
];

/** The same with a detachable cable: the lock closes before the transaction, and stays closed. */
export const chargingLocked: readonly Line[] = [
  [cable("both", "open"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing, held"],
  [cable("both", "closed"), "Preparing, held", "CommitStart DRIVER"],
  [startCommitted, "Charging, held"],
];

function group(parentIdTag: string | undefined): { readonly parentIdTag?: string } {
  return parentIdTag === undefined ? {} : { parentIdTag };
}
