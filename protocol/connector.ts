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
  Idle,
  RunningTransaction,
  Stop,
  Use,
} from "./connector_facts.ts";
import { cableInStation, mayRemoteStart } from "./connector_status.ts";
import { sameIdTag } from "./id_tag.ts";

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

function holder(
  idTag: string,
  parentIdTag: string | undefined,
): { readonly idTag: string; readonly parentIdTag?: string } {
  return parentIdTag === undefined ? { idTag } : { idTag, parentIdTag };
}

function quiet(next: ConnectorFacts): ConnectorStep {
  return { next, effects: [] };
}
