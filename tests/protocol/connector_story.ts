/**
 * Stories of a connector: what happens to it, line by line, and what it then says and asks for.
 *
 * Law: a line is an event, the status with its trouble, and the effects, each as short text that a person reads like a trace.
 */
import { assertEquals } from "@std/assert";
import type {
  ConnectorEffect,
  ConnectorEvent,
  ConnectorFacts,
  ConnectorRules,
  Fault,
  Plug,
} from "../../protocol/connector_facts.ts";
import { step } from "../../protocol/connector.ts";
import { status, trouble } from "../../protocol/connector_status.ts";

export type Line = readonly [event: ConnectorEvent, says: string, ...effects: readonly string[]];

const factorySettings: ConnectorRules = { stopOnInvalidId: true, stopOnEvSideDisconnect: true };

/** Nobody is there. */
export const atRest: ConnectorFacts = {
  electronics: { plug: "none", evDemandsEnergy: false, fault: null },
  use: { kind: "none" },
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
  return `${status(facts)}${code}${info === undefined ? "" : ` (${info})`}`;
}

function asked(effect: ConnectorEffect): string {
  switch (effect.kind) {
    case "AskAuthorization":
      return `AskAuthorization ${effect.idTag}`;
    case "CommitStart":
      return `CommitStart ${holder(effect.idTag, effect.parentIdTag)}`;
    case "CommitStop": {
      const { transaction, stop } = effect;
      const by = stop.idTag === undefined ? "" : ` by ${stop.idTag}`;
      return `CommitStop ${transaction.localId} ${stop.reason}${by}`;
    }
  }
}

function holder(idTag: string, parentIdTag: string | undefined): string {
  return parentIdTag === undefined ? idTag : `${idTag} of ${parentIdTag}`;
}

export function plug(
  where: Plug,
  more: { readonly demand?: boolean; readonly fault?: Fault } = {},
): ConnectorEvent {
  const { demand = where === "both", fault = null } = more;
  return { kind: "ElectronicsChanged", electronics: { plug: where, evDemandsEnergy: demand, fault } };
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

/** StartTransaction.conf for transaction 1: its transactionId is 7. */
export function answerStart(accepted: boolean, parentIdTag?: string): ConnectorEvent {
  return { kind: "StartAnswered", localId: 1, transactionId: 7, accepted, ...group(parentIdTag) };
}

export const timeOut: ConnectorEvent = { kind: "ConnectionTimedOut" };
export const remoteStop: ConnectorEvent = { kind: "StopRequested", stop: { reason: "Remote" } };
export const startCommitted: ConnectorEvent = { kind: "StartCommitted", localId: 1 };
export const stopCommitted: ConnectorEvent = { kind: "StopCommitted" };

/** A session in which DRIVER charges as transaction 1, plugged in first. */
export const charging: readonly Line[] = [
  [plug("both"), "Preparing"],
  [present("DRIVER"), "Preparing", "AskAuthorization DRIVER"],
  [accept("DRIVER"), "Preparing", "CommitStart DRIVER"],
  [startCommitted, "Charging"],
];

function group(parentIdTag: string | undefined): { readonly parentIdTag?: string } {
  return parentIdTag === undefined ? {} : { parentIdTag };
}
