/**
 * A clock that runs faster than the one it wraps, from the moment it was made: `simulate --speed N`.
 *
 * Law: both of its times run `factor` times as fast, yet a step of civil time is passed on as it is.
 */
import type { Clock } from "../clock.ts";

/** Fractions of a millisecond that survive: coarse enough for a delay to be over when its call comes. */
const STEPS_PER_MS = 1_000;

export function createScaledClock(clock: Clock, factor: number): Clock {
  if (!(factor > 0 && factor < Infinity)) {
    throw new RangeError(`make the clock run by a factor above 0, not ${factor}`);
  }
  const beganMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - beganMs;
  return {
    monotonicMs: () => Math.round((beganMs + elapsedMs() * factor) * STEPS_PER_MS) / STEPS_PER_MS,
    wallMs: () => Math.floor(clock.wallMs() + elapsedMs() * (factor - 1)),
    after: (delayMs, call) => clock.after(delayMs / factor, call),
    soon: clock.soon,
  };
}
