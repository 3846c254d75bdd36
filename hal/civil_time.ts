/**
 * The civil time port: sets what `Clock.wallMs` tells, for a charger whose own clock is wrong or was never set.
 *
 * Law: monotonic time and every timer go on as they were; only what is written on bills and logs moves.
 */

import type { Clock } from "./clock.ts";

/** Two drivers: that laid over any clock (the computer's own is left alone), and the simulated clock's hand. Milliseconds since 1970-01-01T00:00Z. */
export interface CivilTime {
  /** From now on. */
  readonly set: (wallMs: number) => void;
  /** Somebody knows it: a clock that has not lost it, else the central system. */
  readonly tell: (wallMs: number) => void;
  /** What it is now by whoever told it first in this life of the process; null while nobody has. Later ones may be wrong, and change nothing here. */
  readonly firstToldMs: () => number | null;
}

/** Over what sets the clock. */
export function createCivilTime(clock: Clock, set: (wallMs: number) => void): CivilTime {
  let zeroMs: number | null = null;
  return {
    set,
    tell: (wallMs) => {
      zeroMs ??= wallMs - clock.monotonicMs();
    },
    firstToldMs: () => zeroMs === null ? null : zeroMs + clock.monotonicMs(),
  };
}
