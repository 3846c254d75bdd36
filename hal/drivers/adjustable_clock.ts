/**
 * A clock whose civil time can be set: an offset over the clock that it wraps. The computer's own clock is left alone.
 *
 * Law: the offset lives as long as the process; what the next one begins with is for the store to know.
 */
import type { CivilTime } from "../civil_time.ts";
import type { Clock } from "../clock.ts";

export interface AdjustableClock {
  readonly clock: Clock;
  readonly civilTime: CivilTime;
}

export function createAdjustableClock(inner: Clock): AdjustableClock {
  let offsetMs = 0;
  return {
    clock: { ...inner, wallMs: () => inner.wallMs() + offsetMs },
    civilTime: {
      set: (wallMs) => {
        offsetMs = wallMs - inner.wallMs();
      },
    },
  };
}
