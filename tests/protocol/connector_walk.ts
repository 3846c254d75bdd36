/**
 * Every state that a connector can get into, found breadth-first over all events and rules, and each step on the way there.
 *
 * Law: it judges nothing. Two drivers of one group meet every plug position, with and without demand, fault and lock, under
 * every rule, in any order; what must hold is for the test to say.
 */
import { step } from "../../protocol/connector.ts";
import type {
  ConnectorEvent,
  ConnectorFacts,
  ConnectorRules,
  ConnectorStep,
  Electronics,
  Fault,
  Holder,
  RunningTransaction,
  Trouble,
  Use,
} from "../../protocol/connector_facts.ts";
import type { Reserved } from "../../protocol/reservation.ts";
import { notReserved } from "../../protocol/reservation.ts";

/** One step that was met. */
export interface Edge extends ConnectorStep {
  readonly facts: ConnectorFacts;
  readonly event: ConnectorEvent;
  readonly rules: ConnectorRules;
}

export interface Visitor {
  readonly state: (facts: ConnectorFacts) => void;
  readonly edge: (edge: Edge) => void;
}

const booleans = [true, false] as const;
const idTags = ["DRIVER", "FRIEND"];
const answers = [{}, { parentIdTag: "GROUP" }].flatMap((group) =>
  booleans.map((accepted) => ({ accepted, ...group }))
);

export const fixedCable = inGoodTimesAndBad([
  { plug: "none", lock: "absent", evDemandsEnergy: false },
  { plug: "both", lock: "absent", evDemandsEnergy: false },
  { plug: "both", lock: "absent", evDemandsEnergy: true },
]);
export const detachableCable = inGoodTimesAndBad([
  { plug: "none", lock: "open", evDemandsEnergy: false },
  // It cannot be, and electronics may say so nevertheless.
  { plug: "ev", lock: "closed", evDemandsEnergy: true },
  { plug: "station", lock: "open", evDemandsEnergy: false },
  { plug: "station", lock: "closed", evDemandsEnergy: false },
  { plug: "both", lock: "open", evDemandsEnergy: false },
  { plug: "both", lock: "open", evDemandsEnergy: true },
  { plug: "both", lock: "closed", evDemandsEnergy: false },
  { plug: "both", lock: "closed", evDemandsEnergy: true },
]);

const events: readonly ConnectorEvent[] = [
  ...idTags.map((idTag) => ({ kind: "Presented", idTag } as const)),
  ...idTags.flatMap((idTag) =>
    booleans.map((authorize) => ({ kind: "RemoteStartAccepted", idTag, authorize } as const))
  ),
  ...idTags.flatMap((idTag) =>
    answers.map((answer) => ({ kind: "AuthorizationAnswered", idTag, ...answer } as const))
  ),
  { kind: "ConnectionTimedOut" },
  { kind: "LockTimedOut" },
  { kind: "AvailabilityChanged", availability: "Operative" },
  { kind: "AvailabilityChanged", availability: "Inoperative" },
  { kind: "CurrentOffered", offeredA: 0 },
  { kind: "CurrentOffered", offeredA: 32 },
  { kind: "UnlockRequested" },
  { kind: "StopRequested", stop: { reason: "Remote" } },
  { kind: "RestartBegun", reason: "SoftReset" },
  { kind: "RestartFailed" },
  { kind: "FoundInterrupted" },
  { kind: "Resumed" },
  { kind: "StartCommitted", localId: 1 },
  { kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } },
  { kind: "StorageRecovered" },
  { kind: "MeterFailed" },
  { kind: "MeterRecovered" },
  { kind: "ClockRecovered" },
  ...answers.map((answer) =>
    ({ kind: "StartAnswered", localId: 1, transactionId: 7, energyWh: 1_000, ...answer }) as const
  ),
  { kind: "StartAnswered", localId: 2, transactionId: 8, energyWh: 1_000, accepted: false },
  ...[1_099, 1_100].map((energyWh) => ({ kind: "EnergyMeasured", energyWh } as const)),
  { kind: "StopCommitted" },
];

/**
 * Both values of each key, and all pairs of those that decide together: about a refusal, about the car's end of the cable, and
 * each of those with both ends of meeting a power loss; `stopAfterReboot` does what one or the other does.
 */
const allRules: readonly ConnectorRules[] = booleans.flatMap((one) =>
  booleans.map((other) => ({
    stopOnInvalidId: one,
    maxEnergyOnInvalidIdWh: other ? 100 : 0,
    stopOnEvSideDisconnect: one,
    unlockOnEvSideDisconnect: other,
    onPowerLoss: one === other ? "stopBeforeGoingDown" as const : "resume" as const,
  }))
);

/** Kept for a driver, kept for a group, claimed by a driver and open to all, and none of these. */
export const everyReservation: readonly Reserved[] = [
  notReserved,
  { held: true, claims: [{ reservationId: 5, idTag: "DRIVER" }] },
  { held: true, claims: [{ reservationId: 6, idTag: "OWNER", parentIdTag: "GROUP" }] },
  { held: false, claims: [{ reservationId: 7, idTag: "DRIVER" }] },
];

/** From a connector at rest, and from a transaction that a restarted actor found in the store, in use or scheduled out of it. */
export function walk(
  electronics: readonly Electronics[],
  visitor: Visitor,
  reservations: readonly Reserved[] = [],
): number {
  const seen = new Set<string>();
  const open: ConnectorFacts[] = [];
  const alphabet: readonly ConnectorEvent[] = [
    ...electronics.map((now) => ({ kind: "ElectronicsChanged", electronics: now } as const)),
    ...reservations.map((reserved) => ({ kind: "ReservationChanged", reserved } as const)),
    ...events,
  ];

  function reach(facts: ConnectorFacts): void {
    const key = keyOf(facts);
    if (seen.has(key)) return;
    seen.add(key);
    open.push(frozen(facts));
    visitor.state(facts);
  }

  const found: Extract<Use, { kind: "transaction" }> = {
    kind: "transaction",
    transaction: { localId: 1, idTag: "DRIVER", mayCharge: true },
  };
  const interrupted: Use = { ...found, transaction: { ...found.transaction, interrupted: true } };
  for (const now of electronics) {
    for (const use of [{ kind: "none" } as const, found, interrupted]) {
      for (const availability of ["Operative", "Inoperative"] as const) {
        reach({
          electronics: now,
          use,
          availability,
          reserved: notReserved,
          saysReserved: false,
          restarting: false,
          offeredA: 32,
          lockFault: null,
          warning: null,
        });
      }
    }
  }
  for (let at = 0; at < open.length; at++) {
    const facts = open[at];
    if (facts === undefined) break;
    for (const event of alphabet) {
      // The rules decide how a transaction ends, and nothing before or after it.
      for (const rules of facts.use.kind === "transaction" ? allRules : allRules.slice(0, 1)) {
        const { next, effects } = step(facts, event, rules);
        if (next === facts && effects.length === 0) continue;
        visitor.edge({ facts, event, rules, next, effects });
        reach(next);
      }
    }
  }
  return seen.size;
}

/** Whole, broken, with a car that does not answer, and on failing power. */
function inGoodTimesAndBad(
  all: readonly Omit<Electronics, "fault" | "warning" | "supply">[],
): readonly Electronics[] {
  const broken: Fault = { errorCode: "GroundFailure" };
  const silent: Trouble = { errorCode: "EVCommunicationError" };
  return all.flatMap((one) =>
    ([[null, null, "on"], [broken, null, "on"], [null, silent, "on"], [null, null, "failing"]] as const).map(
      ([fault, warning, supply]) => Object.freeze({ ...one, fault, warning, supply }),
    )
  );
}

/** Equal for equal facts alone. */
function keyOf(facts: ConnectorFacts): string {
  const { electronics: now, use, availability, reserved, saysReserved, restarting, lockFault, warning } =
    facts;
  return `${reserved.claims[0]?.reservationId} ${saysReserved} ` +
    `${now.plug} ${now.lock} ${now.evDemandsEnergy} ${now.fault?.errorCode} ${now.warning?.errorCode} ${now.supply} ${availability} ` +
    `${restarting} ${lockFault?.errorCode} ${warning?.errorCode} ${keyOfUse(use)}`;
}

function keyOfUse(use: Use): string {
  switch (use.kind) {
    case "none":
      return `none ${keyOfHolder(use.heldFor)}`;
    case "ended":
      return `ended ${use.reason} ${keyOfHolder(use.heldFor)}`;
    case "asked":
      return `asked ${use.idTag} ${keyOfUse(use.after)}`;
    case "authorized":
    case "locking":
    case "starting":
      return `${use.kind} ${keyOfHolder(use)}`;
    case "transaction":
      return `transaction ${keyOfTransaction(use.transaction)}`;
    case "stopping":
      return `stopping ${keyOfTransaction(use.transaction)} ${use.stop.reason} ${use.stop.idTag} ${
        keyOfHolder(use.heldFor)
      }`;
  }
}

function keyOfHolder(holder: Holder | undefined): string {
  return holder === undefined ? "-" : `${holder.idTag} ${holder.parentIdTag}`;
}

function keyOfTransaction(one: RunningTransaction): string {
  return `${one.localId} ${keyOfHolder(one)} ${one.transactionId} ${one.mayCharge} ${one.energyLimitWh} ` +
    `${one.interrupted}`;
}

/** A step that changed what it was given would throw. */
function frozen(facts: ConnectorFacts): ConnectorFacts {
  const { electronics, use } = facts;
  const inner = use.kind === "transaction" || use.kind === "stopping"
    ? use.transaction
    : use.kind === "asked"
    ? use.after
    : null;
  for (const part of [facts, electronics, use, inner]) Object.freeze(part);
  return facts;
}
