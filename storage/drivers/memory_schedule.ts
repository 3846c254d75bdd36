/**
 * When the operations of the memory store end: in a microtask, or after a delay on the clock that it is given.
 *
 * Law: commits end in the order in which they were asked for, and after a power cut nothing ends.
 */
import type { Cancel, Clock } from "../../hal/clock.ts";

export type Operation = "get" | "list" | "commit";

/** The delay is drawn once for each operation, when it is asked for. */
export interface Latency {
  readonly clock: Pick<Clock, "monotonicMs" | "after">;
  readonly drawMs: (operation: Operation) => number;
}

export class MemorySchedule {
  readonly #latency: Latency | undefined;
  readonly #timers = new Set<Cancel>();
  #lastCommitDueMs = 0;
  #pending = 0;
  #cut = false;

  constructor(latency: Latency | undefined) {
    this.#latency = latency;
  }

  pending(): number {
    return this.#pending;
  }

  /** What `act` returns or throws, later. */
  after<T>(operation: Operation, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#cut) return;
      this.#pending++;
      this.#call(operation, () => {
        this.#pending--;
        try {
          resolve(act());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  cutPower(): void {
    this.#cut = true;
    this.#pending = 0;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #call(operation: Operation, act: () => void): void {
    if (this.#latency === undefined) {
      queueMicrotask(() => this.#cut || act());
      return;
    }
    const cancel = this.#latency.clock.after(this.#delayMs(this.#latency, operation), () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }

  /** Each waits for the commit before it, however short its own delay: commits keep their order, and reads see them. */
  #delayMs({ clock, drawMs }: Latency, operation: Operation): number {
    const nowMs = clock.monotonicMs();
    const dueMs = Math.max(this.#lastCommitDueMs, nowMs + drawMs(operation));
    if (operation === "commit") this.#lastCommitDueMs = dueMs;
    return dueMs - nowMs;
  }
}
