/**
 * One connector's timers: the waits for the plug and the lock, the next sample, the next point of the clock's grid.
 *
 * Law: whether a timer runs is derived from the facts at each step; nothing arms or disarms one by hand.
 */
import type { Cancel } from "../hal/clock.ts";
import type { Message, Self } from "./otp/actor.ts";

export interface TimerMessage extends Message {
  readonly kind: "ConnectionTimeOutExpired" | "LockTimedOut" | "SampleDue" | "AlignedDue" | "EnergyDue";
}

export class ConnectorTimers {
  readonly #self: Pick<Self<TimerMessage>, "after">;
  readonly #running = new Map<TimerMessage["kind"], Cancel>();

  constructor(self: Pick<Self<TimerMessage>, "after">) {
    this.#self = self;
  }

  /** Starts the timer unless it runs already; null stops it. `inMs` is asked only when it starts. */
  keep(kind: TimerMessage["kind"], inMs: (() => number | null) | null): void {
    if (inMs === null) return this.restart(kind);
    if (this.#running.has(kind)) return;
    const delayMs = inMs();
    if (delayMs !== null) this.#running.set(kind, this.#self.after(delayMs, { kind }));
  }

  /** It has fired, or what it counts has changed: the next `keep` starts it anew. */
  restart(kind: TimerMessage["kind"]): void {
    this.#running.get(kind)?.();
    this.#running.delete(kind);
  }
}
