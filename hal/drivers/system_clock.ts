/**
 * The clock of the machine this runs on.
 *
 * Law: the port's (hal/clock.ts). A bare `setTimeout` breaks it twice: it cuts a fraction off and so calls early, and from
 * 2^31 ms on it calls at once.
 */
import type { Cancel, Clock } from "../clock.ts";

/** The longest delay that `setTimeout` honours, about 24.9 days. Longer ones are slept in pieces. */
const PIECE_MS_MAX = 2 ** 31 - 1;

/** `monotonicMs` counts from the start of the process. */
export function createSystemClock(): Clock {
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    after,
    soon: (call) => queueMicrotask(call),
  };
}

function after(delayMs: number, call: () => void): Cancel {
  let leftMs = delayMs > 0 ? Math.ceil(delayMs) : 0;
  if (leftMs === Infinity) return () => {};
  let timer = sleep();
  function sleep(): ReturnType<typeof setTimeout> {
    const pieceMs = Math.min(leftMs, PIECE_MS_MAX);
    leftMs -= pieceMs;
    return setTimeout(wake, pieceMs);
  }
  function wake(): void {
    if (leftMs > 0) timer = sleep();
    else call();
  }
  return () => clearTimeout(timer);
}
