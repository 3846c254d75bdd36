/**
 * What of the transactions goes next, and what follows from its answer: attempts, intervals, the place where it is parked (§3.7.1).
 *
 * Law: what is sent again by a person's wish goes only while nothing else waits, so that no old bill holds up a new one; each
 * of the two waits out its own intervals, unless the end is near.
 */
import type { Clock } from "../hal/clock.ts";
import type { Concluded } from "../protocol/answer.ts";
import { intervalsAfterLosses, retry } from "../protocol/call_queue.ts";
import type { Settings } from "../protocol/configuration.ts";
import { refusalOf } from "../protocol/refusal.ts";
import { transactionDataRoom } from "../protocol/transaction_data.ts";
import type { Deliveries, Delivery } from "./delivery.ts";

export interface TransactionDeliveryParts {
  readonly clock: Clock;
  readonly queue: Deliveries;
  readonly resends: Deliveries;
  readonly trace: (effect: string, detail: unknown) => void;
}

interface Source {
  readonly deliveries: Deliveries;
  /** Since when it waits, in monotonic ms, and how many TransactionMessageRetryIntervals, as long as they are now. */
  wait: { readonly sinceMs: number; readonly intervals: number };
  /** How often in a row the link was lost while the same StopTransaction was under way. */
  losses: number;
}

const noWait: Source["wait"] = { sinceMs: 0, intervals: 0 };

/** A delivery, and where it comes from. */
export interface OnItsWay extends Delivery {
  readonly source: Source;
}

export class TransactionDelivery {
  readonly #parts: TransactionDeliveryParts;
  readonly #queue: Source;
  readonly #resends: Source;

  constructor(parts: TransactionDeliveryParts) {
    this.#parts = parts;
    this.#queue = { deliveries: parts.queue, wait: noWait, losses: 0 };
    this.#resends = { deliveries: parts.resends, wait: noWait, losses: 0 };
  }

  /** When the next one may go, in monotonic ms; null when there is none. The keys count as they are now. */
  dueMs({ TransactionMessageRetryInterval }: Settings): number | null {
    const source = this.#source();
    if (source === null) return null;
    const { sinceMs, intervals } = source.wait;
    return intervals === 0 ? 0 : sinceMs + intervals * TransactionMessageRetryInterval * 1_000;
  }

  /** The end is near: the queue waits out its interval no longer, this once. */
  hurry(): void {
    this.#queue.wait = noWait;
  }

  /** Whether the next one may be too big: then it goes only to a peer that was tried with something else (decision D-too-big). */
  isDoubted(): boolean {
    return (this.#source()?.losses ?? 0) > 0;
  }

  async next(): Promise<OnItsWay | null> {
    const source = this.#source();
    const delivery = await source?.deliveries.head(transactionDataRoom(source.losses)) ?? null;
    if (source === null) return null;
    if (delivery !== null) return { ...delivery, source };
    // Something is there, and the medium refuses what must go before it.
    if (source.deliveries.length() > 0) this.#wait(source, 1);
    return null;
  }

  /** Attempts that were lowered meanwhile count at once. */
  async concluded(delivery: OnItsWay, outcome: Concluded, settings: Settings): Promise<void> {
    const { source } = delivery;
    source.losses = 0;
    switch (outcome.kind) {
      case "result": {
        const settled = await delivery.answered(outcome.payload);
        // The medium refuses: the same message goes again later, and its content tells the central system that it is the same.
        this.#wait(source, settled ? 0 : 1);
        return;
      }
      case "error":
      case "timeout":
        return await this.#failed(delivery, outcome, settings);
    }
  }

  /**
   * A lost link is nobody's refusal (decision D-offline-attempts). But a StopTransaction may be more than the peer or the line can
   * take: lost again and again, there is less in it each time, and it waits (D-too-big).
   */
  linkLost(delivery: OnItsWay, settings: Settings): void {
    const { localId, source, call: { action } } = delivery;
    if (action !== "StopTransaction") return;
    source.losses += 1;
    const { losses } = source;
    if (losses > 1) this.#parts.trace("LinkLostAgain", { action, localId, losses });
    this.#wait(source, intervalsAfterLosses(losses, settings.TransactionMessageAttempts));
  }

  async #failed(
    delivery: OnItsWay,
    outcome: Extract<Concluded, { kind: "error" | "timeout" }>,
    settings: Settings,
  ): Promise<void> {
    const failures = delivery.failures + 1;
    const decision = retry(failures, settings.TransactionMessageAttempts);
    const { localId, call: { action } } = delivery;
    this.#parts.trace("TransactionMessageFailed", { action, localId, failures, decision, outcome });
    const refusal = refusalOf(outcome, this.#parts.clock.wallMs());
    const parked = decision.kind === "park" && await delivery.park(refusal);
    if (!parked) await delivery.failed(refusal);
    const intervals = decision.kind === "again" ? decision.intervals : 1;
    this.#wait(delivery.source, parked ? 0 : intervals);
  }

  #wait(source: Source, intervals: number): void {
    source.wait = { sinceMs: this.#parts.clock.monotonicMs(), intervals };
  }

  #source(): Source | null {
    if (this.#queue.deliveries.length() > 0) return this.#queue;
    return this.#resends.deliveries.length() > 0 ? this.#resends : null;
  }
}
