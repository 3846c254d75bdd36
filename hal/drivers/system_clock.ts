/**
 * The clock of the machine this runs on.
 *
 * Law: the port's (hal/clock.ts). A bare `setTimeout` breaks it twice: it cuts a fraction off and so calls early, and from
 * 2^31 ms on it calls at once.
 *
 * All calls wait behind one timer of the host. Most are time-outs that are cancelled within a millisecond, and to set and
 * clear a timer for each costs a tenth of what a request does.
 */
import type { Cancel, Clock } from "../clock.ts";

/** The longest delay that `setTimeout` honours, about 24.9 days. Longer ones are slept in pieces. */
const PIECE_MS_MAX = 2 ** 31 - 1;

/** `monotonicMs` counts from the start of the process. */
export function createSystemClock(): Clock {
  const sleepers = new Sleepers();
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    after: (delayMs, call) => sleepers.add(delayMs, call),
    soon: (call) => queueMicrotask(call),
  };
}

interface Sleeper {
  readonly dueMs: number;
  readonly call: () => void;
}

class Sleepers {
  /** The next one first; those that are due together in the order of asking. */
  readonly #waiting: Sleeper[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** It may ring for one that has been cancelled since: then it is set anew. */
  #ringsMs = Infinity;

  add(delayMs: number, call: () => void): Cancel {
    if (delayMs === Infinity) return () => {};
    const sleeper = { dueMs: performance.now() + (delayMs > 0 ? delayMs : 0), call };
    const before = this.#waiting.findLastIndex(({ dueMs }) => dueMs <= sleeper.dueMs);
    this.#waiting.splice(before + 1, 0, sleeper);
    if (sleeper.dueMs < this.#ringsMs) this.#setTimer();
    return () => this.#cancel(sleeper);
  }

  #cancel(sleeper: Sleeper): void {
    const at = this.#waiting.lastIndexOf(sleeper);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    // A timer that nobody waits for would keep the process alive.
    if (this.#waiting.length === 0) this.#setTimer();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    this.#ringsMs = this.#waiting[0]?.dueMs ?? Infinity;
    if (this.#ringsMs === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(this.#ringsMs - performance.now()));
    this.#timer = setTimeout(() => this.#ring(), Math.min(delayMs, PIECE_MS_MAX));
  }

  /** One call at a time: what it asks for `soon` comes before the next. */
  #ring(): void {
    const isDue = (this.#waiting[0]?.dueMs ?? Infinity) <= performance.now();
    const sleeper = isDue ? this.#waiting.shift() : undefined;
    this.#setTimer();
    sleeper?.call();
  }
}
