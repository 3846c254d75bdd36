/**
 * Every state that a connector can get into, found breadth-first over all events, and what holds in all of them (OCPP 1.6 §4.9).
 *
 * Two drivers of one group meet every plug position, with and without demand and fault, under every rule, in any order.
 */
import { assertEquals, assertGreater } from "@std/assert";
import type {
  ConnectorEvent,
  ConnectorFacts,
  ConnectorRules,
  ConnectorStep,
  Electronics,
  Fault,
  RunningTransaction,
} from "../../protocol/connector_facts.ts";
import { step } from "../../protocol/connector.ts";
import {
  mayRemoteStart,
  status,
  trouble,
  wantsContactor,
  wantsLock,
} from "../../protocol/connector_status.ts";
import { changeCode } from "./status_table.ts";

const booleans = [true, false] as const;
const idTags = ["DRIVER", "FRIEND"];
const answers = [{}, { parentIdTag: "GROUP" }].flatMap((group) =>
  booleans.map((accepted) => ({ accepted, ...group }))
);
const broken: Fault = { errorCode: "GroundFailure" };

const electronics: readonly Electronics[] = (["none", "station", "ev", "both"] as const).flatMap((plug) =>
  booleans.flatMap((evDemandsEnergy) =>
    [null, broken].map((fault) => Object.freeze({ plug, evDemandsEnergy, fault }))
  )
);
const pulled: Electronics = { plug: "none", evDemandsEnergy: false, fault: null };

const events: readonly ConnectorEvent[] = [
  ...electronics.map((now) => ({ kind: "ElectronicsChanged", electronics: now } as const)),
  ...idTags.map((idTag) => ({ kind: "Presented", idTag } as const)),
  ...idTags.flatMap((idTag) =>
    booleans.map((authorize) => ({ kind: "RemoteStartAccepted", idTag, authorize } as const))
  ),
  ...idTags.flatMap((idTag) =>
    answers.map((answer) => ({ kind: "AuthorizationAnswered", idTag, ...answer } as const))
  ),
  { kind: "ConnectionTimedOut" },
  { kind: "StopRequested", stop: { reason: "Remote" } },
  { kind: "StartCommitted", localId: 1 },
  { kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } },
  ...[1, 2].flatMap((localId) =>
    answers.map((answer) => ({ kind: "StartAnswered", localId, transactionId: 7, ...answer } as const))
  ),
  { kind: "StopCommitted" },
];

const allRules: readonly ConnectorRules[] = booleans.flatMap((stopOnInvalidId) =>
  booleans.map((stopOnEvSideDisconnect) => ({ stopOnInvalidId, stopOnEvSideDisconnect }))
);

interface Edge extends ConnectorStep {
  readonly facts: ConnectorFacts;
  readonly event: ConnectorEvent;
}

/** What holds at each step out of each state. */
const edgeLaws = {
  "§5.1: a change of status is in the specification's table": ({ facts, next }) =>
    status(facts) === status(next) || changeCode(status(facts), status(next)) !== undefined,
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
  "§4.5: what the central system has refused never charges again": ({ facts, next }) =>
    transaction(facts)?.mayCharge !== false || transaction(next)?.mayCharge !== true,
  "a transactionId stays once it is known": ({ facts, next }) =>
    transaction(facts)?.transactionId === undefined || transaction(next) === undefined ||
    transaction(next)?.transactionId === 7,
  "an authorization is asked for when a tag is there, and for that tag": ({ event, effects }) =>
    effects.every((effect) =>
      effect.kind !== "AskAuthorization" ||
      ((event.kind === "Presented" || event.kind === "RemoteStartAccepted") && event.idTag === effect.idTag)
    ),
  "TC_041: in a fault nothing is asked for and nothing starts": ({ facts, next, effects }) =>
    facts.electronics.fault === null || next.electronics.fault === null ||
    effects.every((effect) => effect.kind === "CommitStop" || localId(facts) !== undefined),
  "§3.10: a remote start where none may be changes nothing": ({ facts, next, event }) =>
    event.kind !== "RemoteStartAccepted" || mayRemoteStart(facts) || next === facts,
} as const satisfies Readonly<Record<string, (edge: Edge) => boolean>>;

/** What holds in each state. */
const stateLaws = {
  "rule 9: the contactor is wanted only in a transaction that may charge, plugged at both ends and whole": (
    facts,
  ) =>
    !wantsContactor(facts) ||
    (facts.use.kind === "transaction" && facts.use.transaction.mayCharge &&
      facts.electronics.plug === "both" && facts.electronics.fault === null),
  "§5: Charging is reported with a wanted contactor and a car that asks, and then always": (facts) =>
    (status(facts) === "Charging") === (wantsContactor(facts) && facts.electronics.evDemandsEnergy),
  "§6: the cable is held wherever the contactor is wanted": (facts) =>
    !wantsContactor(facts) || wantsLock(facts),
  "§6: no cable is held for someone who has no transaction and starts none": (facts) =>
    !wantsLock(facts) || facts.use.kind === "transaction" || facts.use.kind === "starting",
  "§6: a start has the plug at both ends and no fault": ({ use, electronics }) =>
    use.kind !== "starting" || (electronics.plug === "both" && electronics.fault === null),
  "§5.4: an authorization waits for the plug and for nothing else": ({ use, electronics }) =>
    use.kind !== "authorized" || (electronics.plug !== "both" && electronics.fault === null),
  "F1: what has ended is over when the cable is out of the station": ({ use, electronics }) =>
    !(use.kind === "ended" || (use.kind === "asked" && use.after.kind === "ended")) ||
    electronics.plug === "both" || electronics.plug === "station",
  "§5: Faulted is reported in a fault, and only then": (facts) =>
    (status(facts) === "Faulted") === (facts.electronics.fault !== null),
  "§5.6: a trouble is told in a fault or with a warning, and only then": (facts) =>
    (trouble(facts).errorCode !== "NoError") ===
      (facts.electronics.fault !== null || facts.warning !== null),
  "§3.10: a remote start is accepted only where a driver could begin": (facts) =>
    !mayRemoteStart(facts) || status(facts) === "Available" || status(facts) === "Preparing",
  "no state is a trap: unplugged and stopped, every connector is Available again": (facts) => {
    const rules = { stopOnInvalidId: true, stopOnEvSideDisconnect: true };
    const way: readonly ConnectorEvent[] = [
      { kind: "ElectronicsChanged", electronics: pulled },
      { kind: "StopRequested", stop: { reason: "Remote" } },
      { kind: "StopCommitted" },
    ];
    const left = way.reduce((now, event) => step(now, event, rules).next, facts);
    return status(left) === "Available" && left.use.kind === "none";
  },
} as const satisfies Readonly<Record<string, (facts: ConnectorFacts) => boolean>>;

interface Walk {
  readonly states: ReadonlyMap<string, ConnectorFacts>;
  /** The codes of the status changes that were met. */
  readonly codes: ReadonlySet<string>;
  /** The first break of each law, as text. */
  readonly breaks: ReadonlyMap<string, string>;
}

const { states, codes, breaks } = walked();

for (const law of [...Object.keys(edgeLaws), ...Object.keys(stateLaws)]) {
  Deno.test({ name: `every connector state: ${law}`, permissions: "none" }, () => {
    assertEquals(breaks.get(law), undefined);
  });
}

Deno.test({ name: "every connector state: none was left out", permissions: "none" }, () => {
  // 2,208 when this was written.
  assertGreater(states.size, 2_000);
  assertEquals(
    [...new Set([...states.values()].map(status))].sort(),
    ["Available", "Charging", "Faulted", "Finishing", "Preparing", "SuspendedEV", "SuspendedEVSE"],
  );
});

Deno.test({
  name: "every connector state: these changes of status happen, and no others",
  permissions: "none",
}, () => {
  assertEquals(
    [...codes].sort().join(" "),
    "A2 A9 B1 B3 B4 B9 C4 C5 C6 C9 D3 D5 D6 D9 E6 E9 F1 F2 F9 I1 I2 I3 I4 I5 I6",
  );
});

/** From a connector at rest, and from a transaction that a restarted actor found in the store. */
function walked(): Walk {
  const found: RunningTransaction = { localId: 1, idTag: "DRIVER", mayCharge: true };
  const atRest: ConnectorFacts = { electronics: pulled, use: { kind: "none" }, warning: null };
  const states = new Map<string, ConnectorFacts>();
  const codes = new Set<string>();
  const breaks = new Map<string, string>();
  const open: ConnectorFacts[] = [];
  const laws = Object.entries(edgeLaws);

  function reach(facts: ConnectorFacts): void {
    const key = keyOf(facts);
    if (states.has(key)) return;
    states.set(key, frozen(facts));
    open.push(facts);
    for (const [law, holds] of Object.entries(stateLaws)) {
      if (!holds(facts) && !breaks.has(law)) breaks.set(law, JSON.stringify(facts));
    }
  }

  reach(atRest);
  for (const now of electronics) {
    reach({ electronics: now, use: { kind: "transaction", transaction: found }, warning: null });
  }
  for (let facts = open.shift(); facts !== undefined; facts = open.shift()) {
    const before = status(facts);
    for (const event of events) {
      for (const rules of allRules) {
        const { next, effects } = step(facts, event, rules);
        if (next === facts && effects.length === 0) continue;
        const edge = { facts, event, next, effects };
        for (const [law, holds] of laws) {
          if (!holds(edge) && !breaks.has(law)) breaks.set(law, JSON.stringify({ ...edge, rules }));
        }
        const after = status(next);
        if (before !== after) codes.add(changeCode(before, after) ?? `${before} to ${after}`);
        reach(next);
      }
    }
  }
  return { states, codes, breaks };
}

function keyOf({ electronics: now, use, warning }: ConnectorFacts): string {
  const place =
    `${now.plug} ${now.evDemandsEnergy} ${now.fault?.errorCode} ${warning?.errorCode} ${use.kind}`;
  switch (use.kind) {
    case "none":
      return place;
    case "ended":
      return `${place} ${use.reason}`;
    case "asked":
      return `${place} ${use.idTag} ${use.after.kind === "ended" ? use.after.reason : "none"}`;
    case "authorized":
    case "starting":
      return `${place} ${use.idTag} ${use.parentIdTag}`;
    case "transaction":
      return `${place} ${keyOfTransaction(use.transaction)}`;
    case "stopping":
      return `${place} ${keyOfTransaction(use.transaction)} ${use.stop.reason} ${use.stop.idTag}`;
  }
}

function keyOfTransaction(one: RunningTransaction): string {
  return `${one.localId} ${one.idTag} ${one.parentIdTag} ${one.transactionId} ${one.mayCharge}`;
}

/** A step that changed what it was given would throw. */
function frozen(facts: ConnectorFacts): ConnectorFacts {
  for (const part of [facts, facts.electronics, facts.use, transaction(facts)]) Object.freeze(part);
  return facts;
}

function transaction({ use }: ConnectorFacts): RunningTransaction | undefined {
  return use.kind === "transaction" || use.kind === "stopping" ? use.transaction : undefined;
}

function localId(facts: ConnectorFacts): number | undefined {
  return transaction(facts)?.localId;
}
