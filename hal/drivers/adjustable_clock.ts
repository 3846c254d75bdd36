/**
 * A clock whose civil time can be set. It reads that of the clock that it wraps once, when it is made, and goes on by monotonic time.
 *
 * Law: civil time steps when `CivilTime.set` is called and at no other moment (decision D-clock): a step of the computer's own clock,
 * of which nobody would be told, does not reach it. What was set lives as long as the process.
 */
import type { CivilTime } from "../civil_time.ts";
import { createCivilTime } from "../civil_time.ts";
import type { Clock } from "../clock.ts";

export interface AdjustableClock {
  readonly clock: Clock;
  readonly civilTime: CivilTime;
}

export function createAdjustableClock(inner: Clock): AdjustableClock {
  let set = { wallMs: inner.wallMs(), monotonicMs: inner.monotonicMs() };
  return {
    clock: { ...inner, wallMs: () => set.wallMs + Math.floor(inner.monotonicMs() - set.monotonicMs) },
    civilTime: createCivilTime(inner, (wallMs) => {
      set = { wallMs, monotonicMs: inner.monotonicMs() };
    }),
  };
}
