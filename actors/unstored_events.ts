/**
 * The security events that the store has not taken yet: they wait in memory, in their order, until it does.
 *
 * Law: 50 wait. Beyond them the youngest are left out, since the oldest tell how it began; they are counted, and the log says how many
 * of which type as soon as it can say anything (security white paper A04.FR.04).
 */
import type { SecurityEventType } from "../protocol/security_event.ts";
import { techInfoOf } from "../protocol/security_event.ts";
import type { SecurityEvent } from "./security_book.ts";

const waitingMax = 50;

export class UnstoredEvents {
  #waiting: readonly SecurityEvent[] = [];
  #leftOut: ReadonlyMap<SecurityEventType, number> = new Map();

  add(event: SecurityEvent): void {
    if (this.#waiting.length < waitingMax) this.#waiting = [...this.#waiting, event];
    else this.#leftOut = new Map([...this.#leftOut, [event.type, (this.#leftOut.get(event.type) ?? 0) + 1]]);
  }

  count(): number {
    return this.#waiting.length;
  }

  /** What is to be stored now, with a word about those that were left out; `told` is what that word needs beside itself. */
  all(told: Pick<SecurityEvent, "timestamp" | "isSent">): readonly SecurityEvent[] {
    if (this.#leftOut.size === 0) return this.#waiting;
    const count = [...this.#leftOut.values()].reduce((sum, one) => sum + one, 0);
    const types = [...this.#leftOut].map(([type, one]) => `${type} ${one}`).join(", ");
    const techInfo = techInfoOf(`${count} events were not stored: ${types}`);
    return [...this.#waiting, { type: "MemoryExhaustion", techInfo, ...told }];
  }

  /** All of them are. */
  stored(): void {
    this.#waiting = [];
    this.#leftOut = new Map();
  }
}
