/**
 * The moments at which a charger is killed, story by story.
 *
 * Law: a moment names what has just happened when the kill becomes due; at an `unanswered` one it falls at once.
 */
import type { Entropy } from "../../hal/entropy.ts";

export const SESSION_MOMENTS = [
  "spawned",
  "booting",
  "recovered",
  "plugged",
  "swiped",
  "authorizing",
  "start unanswered",
  "started",
  "charging",
  "sampled",
  "swiped again",
  "stop unanswered",
  "stopped",
  "unplugged",
] as const;

export const DRAIN_MOMENTS = [
  "network lost",
  "charging offline",
  "stopped offline",
  "network back",
  "drain unanswered",
  "draining",
  "drained",
] as const;

export type SessionMoment = (typeof SESSION_MOMENTS)[number];
export type DrainMoment = (typeof DRAIN_MOMENTS)[number];
export type Moment = SessionMoment | DrainMoment;

export interface Kill {
  readonly moment: Moment;
  readonly afterMs: number;
  /** Of an unanswered message: the central system has booked it. */
  readonly isBooked: boolean;
  /** How far into the backlog, or into the sessions that make it: in [0, 1). */
  readonly depth: number;
}

/** A process start takes some hundred ms; samples come every 100 ms. */
const SPREAD_MS: Readonly<Partial<Record<Moment, number>>> = {
  "spawned": 400,
  "booting": 60,
  "charging": 100,
  "charging offline": 100,
  "network back": 60,
};
/** A commit or two, and what stands around them. */
const SPREAD_OTHERS_MS = 20;

export function drawKill(entropy: Entropy, moment: Moment): Kill {
  const spreadMs = SPREAD_MS[moment] ?? SPREAD_OTHERS_MS;
  return {
    moment,
    // The commit that follows upon a moment follows soon: half of the kills fall into the first quarter.
    afterMs: Math.floor(entropy.fraction("afterMs") ** 2 * spreadMs),
    isBooked: entropy.fraction("isBooked") < 0.5,
    depth: entropy.fraction("depth"),
  };
}

/** Each of `kinds` as often as the others, in an order of the seed's. */
export function drawMoments<M extends Moment>(
  entropy: Entropy,
  kinds: readonly M[],
  count: number,
): readonly M[] {
  return Array.from({ length: count }, (_, index) => index % kinds.length)
    .flatMap((index) => kinds.slice(index, index + 1))
    .map((moment) => ({ moment, rank: entropy.fraction("order") }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ moment }) => moment);
}

export function isDrainMoment(moment: Moment): moment is DrainMoment {
  return DRAIN_MOMENTS.some((known) => known === moment);
}
