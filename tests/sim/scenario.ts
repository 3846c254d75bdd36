/**
 * What happens in a run: everything that can come from outside of the charger, as plain data, and a list of it drawn from a seed
 * before the run begins.
 *
 * Law: JSON in, JSON out, so that a scenario that broke something can be cut down and kept in a file. Whatever lasts has an act
 * of its own that ends it; an end without its beginning does nothing. Most of the troubles come just after somebody did something.
 */
import type { ScriptedEnd } from "../../firmware/drivers/simulated_transfer.ts";
import type { CableSide } from "../../hal/hardware_verb.ts";
import type { PhysicalFault } from "../../hal/physical_state.ts";
import type { Handshake } from "./handshake.ts";
import type { DialFault } from "./faulty_dial.ts";
import type { StuckContactor } from "./faulty_contactors.ts";
import type { FailedCommit } from "./faulty_disk.ts";
import type { MeterFault } from "./faulty_meter.ts";
import type { Sabotage } from "./saboteur.ts";
import type { SecurityWord } from "./security_office.ts";
import type { Turn } from "./turn.ts";
import type { Entropy } from "../../hal/entropy.ts";
import { type Draw, oneOf, whole } from "./draw.ts";
import { drawMuteness } from "./muteness.ts";
import { drawRollovers } from "./security_words.ts";
import { drawMeterSteps } from "./hardware_troubles.ts";
import { drawSwarm } from "./swarm.ts";

export interface Event {
  readonly atMs: number;
  readonly act: Act;
}

export type Act = Hand | Weather | Word | SecurityWord | Trouble | Blow | Aimed;

/** What drivers, cars and operators do. */
export type Hand =
  | { readonly kind: "plug"; readonly connectorId: number; readonly side?: CableSide }
  | { readonly kind: "unplug"; readonly connectorId: number; readonly side?: CableSide }
  /** The same card so many times at once; default 1. */
  | { readonly kind: "swipe"; readonly connectorId: number; readonly idTag: string; readonly times?: number }
  | { readonly kind: "carPauses"; readonly connectorId: number; readonly suspended: boolean }
  /** So much of the current that it is offered; the cars that come after it do so too. */
  | { readonly kind: "carDraws"; readonly connectorId: number; readonly share: number }
  /** Of the transaction that was set aside first: as an operator asks at the debug socket. */
  | { readonly kind: "parked"; readonly wish: "resend" | "discard" };

/** The network. */
export type Weather =
  | { readonly kind: "link"; readonly state: "up" | "down" | "silent" | "deaf" }
  /** The connection is dead for good, and neither end is told. */
  | { readonly kind: "loseConnection" }
  /** The central system cuts the connection, or closes it in order. */
  | { readonly kind: "hangUp" }
  /** On every CALL, as a gateway does whose backend is dead. */
  | { readonly kind: "hangUpOnCalls"; readonly always: boolean }
  | { readonly kind: "close"; readonly code: number }
  | { readonly kind: "latency"; readonly maxMs: number }
  | { readonly kind: "dials"; readonly fault: DialFault | null }
  | { readonly kind: "handshakes"; readonly handshakes: readonly Handshake[] };

/** What the central system says, and how it answers. */
export type Word =
  | {
    readonly kind: "remoteStart";
    readonly connectorId: number;
    readonly idTag: string;
    readonly profile?: DrawnProfile;
  }
  /** Of the oldest open transaction, or the last one of a connector; of one that nobody knows where none is open. */
  | { readonly kind: "remoteStop"; readonly connectorId?: number }
  | { readonly kind: "reset"; readonly type: "Soft" | "Hard" }
  | { readonly kind: "change"; readonly key: string; readonly value: string }
  | { readonly kind: "trigger"; readonly requestedMessage: string }
  /** The same CALL so many times at once, with ids of their own, or with `sameId` the same frame. */
  | {
    readonly kind: "call";
    readonly action: string;
    readonly payload: unknown;
    readonly times: number;
    readonly sameId?: true;
  }
  /** A TxProfile is of the oldest open transaction. */
  | {
    readonly kind: "chargingProfile";
    readonly purpose: "ChargePointMaxProfile" | "TxDefaultProfile" | "TxProfile";
    readonly connectorId: number;
  } & DrawnProfile
  /** That expires so many minutes of civil time from then. */
  | {
    readonly kind: "reserve";
    readonly connectorId: number;
    readonly reservationId: number;
    readonly idTag: string;
    readonly minutes: number;
  }
  | {
    readonly kind: "availability";
    readonly connectorId: number;
    readonly type: "Operative" | "Inoperative";
  }
  /** What it does with the next CALLs of this action. */
  | { readonly kind: "script"; readonly action: string; readonly turn: Turn; readonly times?: number }
  /** It never answers this action, until one of them was set aside. */
  | { readonly kind: "mute"; readonly action: "StartTransaction" | "MeterValues" | "StopTransaction" };

/** A charging profile but for its place; its times in seconds from the moment at which it is sent. */
export interface DrawnProfile {
  readonly id: number;
  readonly stackLevel: number;
  /** Default: Absolute. */
  readonly of?: "Absolute" | "Relative" | "Daily" | "Weekly";
  /** Before that moment its schedule has begun; absent where it counts from the start of charging. */
  readonly agoS?: number;
  readonly durationS?: number;
  readonly fromS?: number;
  readonly toS?: number;
  /** Ampere, also where they are sent in watt: on the stations that take watts. */
  readonly periods: readonly {
    readonly startPeriod: number;
    readonly limit: number;
    readonly numberPhases?: number;
  }[];
  readonly inWatts?: true;
}

/** What breaks in the charger and around it. */
export type Trouble =
  /** Connector 0 is the whole station. */
  | { readonly kind: "fault"; readonly connectorId: number; readonly fault?: PhysicalFault }
  | { readonly kind: "clearFault"; readonly connectorId: number }
  | { readonly kind: "lock"; readonly connectorId: number; readonly failure: boolean }
  | { readonly kind: "contactor"; readonly connectorId: number; readonly stuck: StuckContactor | null }
  | { readonly kind: "meter"; readonly connectorId: number; readonly fault: MeterFault | null }
  /** All of them, to the end. */
  | { readonly kind: "meterSteps"; readonly stepWh: number }
  /** By so much the central system sets the charger's clock wrong. */
  | { readonly kind: "clock"; readonly stepMs: number }
  | { readonly kind: "diskSlow"; readonly extraMs: number }
  /** Default: it has its reserve. */
  | { readonly kind: "diskFull"; readonly isFull: boolean; readonly reserve?: "gone" }
  | { readonly kind: "diskScarce"; readonly isScarce: boolean }
  | { readonly kind: "diskFails"; readonly outcome: FailedCommit; readonly commits: number }
  /** The writes of the credentials that come next: nothing of them is there, or one of the two copies. */
  | { readonly kind: "credentialsFail"; readonly outcome: "lost" | "torn"; readonly writes: number }
  | { readonly kind: "sabotage"; readonly actor: string; readonly sabotage: Sabotage }
  /** Of the next ones. */
  | { readonly kind: "uploads"; readonly ends: readonly ScriptedEnd[] }
  /** Mains fails; after `warningMs` the board dies, or mains is back in time. */
  | { readonly kind: "powerFails"; readonly warningMs: number; readonly returns: boolean };

/** What takes the charger, or a part of it, by surprise. */
export type Blow =
  /** Null is the actor whose commit it is, for a blow that falls at one. */
  | { readonly kind: "crash"; readonly actor: string | null }
  /** Of the commits under way so many are durable. */
  | {
    readonly kind: "powerCycle";
    readonly keptCommits: number;
    /** Default 5,000. */
    readonly darkMs?: number;
    /** One bit of the record at this share of all, of those that bills are made of, or of open transactions, is flipped; or all of them are gone. */
    readonly medium?:
      | { readonly kind: "corrupt"; readonly at: number; readonly of?: "bills" | "open" | "starts" }
      | { readonly kind: "emptied" };
    /** The clock has no battery: it begins at 1970. */
    readonly clockUnset?: boolean;
  };

/** A blow that waits for its moment. */
export type Aimed =
  /** It falls `afterMs` after the `nth` commit, or write of the credentials, from now has been asked for: before, in or just after it. */
  | { readonly kind: "atCommit"; readonly nth: number; readonly afterMs: number; readonly blow: Blow }
  | { readonly kind: "atCredentials"; readonly nth: number; readonly afterMs: number; readonly blow: Blow }
  /** It falls `afterMs` after that actor has taken the `nth` message of that kind in hand. */
  | {
    readonly kind: "atMessage";
    readonly actor: string;
    readonly message: string;
    readonly nth: number;
    readonly afterMs: number;
    readonly blow: Blow;
  };

const hourMs = 3_600_000;
const idTags = ["ALICE", "BOB", "CAROL", "ALICE", "BOB", "MALLORY"];
/** Cars an hour, at the whole station: some are refused, some leave again. */
const sessionsAnHour = 2.65;
const shortSessionMs = 180_000;

export function drawScenario(entropy: Entropy, hours: number, connectors: number): readonly Event[] {
  const draw = () => entropy.fraction("scenario");
  const swarm = drawSwarm(draw);
  const sessions = Math.max(1, Math.round(hours * sessionsAnHour));
  const slotMs = (hours * hourMs) / sessions;
  const events: Event[] = [];
  for (let n = 0; n < sessions; n++) {
    events.push(...drawSession(draw, n * slotMs, slotMs, whole(draw, 1, connectors)));
  }
  const moments = events.map((event) => event.atMs);
  for (let n = 0; n < sessions * swarm.intensity; n++) {
    const atMs = draw() < 0.6 ? oneOf(draw, moments) + draw() * 400 : draw() * hours * hourMs;
    events.push(...swarm.next(draw)(draw, { atMs, connectors }));
  }
  events.push(...drawMuteness(() => entropy.fraction("muteness"), moments));
  events.push(...drawMeterSteps(() => entropy.fraction("meterSteps")));
  events.push(...drawRollovers(() => entropy.fraction("rollovers"), hours));
  return events.sort((one, other) => one.atMs - other.atMs);
}

function drawSession(draw: Draw, fromMs: number, slotMs: number, connectorId: number): readonly Event[] {
  const idTag = oneOf(draw, idTags);
  const beginMs = fromMs + draw() * slotMs * 0.2;
  const plugMs = beginMs + draw() * 40_000;
  const startMs = beginMs + draw() * 40_000;
  // Most are short and some are long: what goes wrong does so when a session begins or ends, and little happens in between.
  const lastsMs = draw() < 0.05 ? draw() * slotMs * 0.6 : draw() ** 3 * shortSessionMs;
  const stopMs = Math.max(plugMs, startMs) + lastsMs;
  const unplugMs = stopMs + draw() * 30_000;
  const unlockMs = unplugMs + draw() * 30_000;
  const start: Act = draw() < 0.3
    ? { kind: "remoteStart", connectorId, idTag }
    : { kind: "swipe", connectorId, idTag };
  const stop = draw();
  const events: Event[] = [
    { atMs: plugMs, act: { kind: "plug", connectorId } },
    { atMs: startMs, act: start },
    { atMs: unplugMs, act: { kind: "unplug", connectorId } },
  ];
  if (stop < 0.4) events.push({ atMs: stopMs, act: { kind: "swipe", connectorId, idTag } });
  else if (stop < 0.7) events.push({ atMs: stopMs, act: { kind: "remoteStop" } });
  // Who cannot leave asks for help, and who has left is not charged on: else there are hours in which only a meter is read.
  if (stop >= 0.7 || draw() < 0.7) {
    const unlock: Act = { kind: "call", action: "UnlockConnector", payload: { connectorId }, times: 1 };
    events.push({ atMs: unlockMs, act: unlock });
    events.push({ atMs: unlockMs + draw() * 10_000, act: { kind: "unplug", connectorId } });
    events.push({ atMs: unlockMs + 10_000 + draw() * 10_000, act: { kind: "remoteStop", connectorId } });
  }
  if (draw() < 0.2) {
    events.push({ atMs: stopMs - 5_000, act: { kind: "carPauses", connectorId, suspended: true } });
    events.push({ atMs: stopMs - 2_000, act: { kind: "carPauses", connectorId, suspended: false } });
  }
  return events;
}
