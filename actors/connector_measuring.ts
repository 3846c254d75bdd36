/**
 * How long nobody has measured one connector's transaction (decision D-meter-failure; spec/behaviour.md §18).
 *
 * Law: of what this incarnation has read itself the monotonic clock tells; of what it found in the store the transaction's own time,
 * and after a power cut civil time.
 */
import type { Clock } from "../hal/clock.ts";
import type { Checkpoint, Since } from "../protocol/checkpoint.ts";
import { unmeasuredMsMax } from "../protocol/checkpoint.ts";
import type { TransactionRecord } from "../storage/records.ts";
import type { TransactionBook } from "./transaction_book.ts";

export interface ConnectorMeasuringParts {
  readonly clock: Clock;
  /** This boot's number. */
  readonly boot: number;
  /** Civil time was lost with the power: until the central system has told it, it says nothing of how long that was gone. */
  readonly hasLostTime: boolean;
  readonly book: TransactionBook;
}

export class ConnectorMeasuring {
  readonly #parts: ConnectorMeasuringParts;
  /** When this incarnation began, on the monotonic clock. */
  readonly #bornMs: number;
  /** When the meter has told it last that it measures, on the same clock. */
  #measured = { localId: 0, monotonicMs: 0 };

  constructor(parts: ConnectorMeasuringParts) {
    this.#parts = parts;
    this.#bornMs = parts.clock.monotonicMs();
  }

  /** A reading has counted for it. */
  measured({ localId }: TransactionRecord): void {
    this.#measured = { localId, monotonicMs: this.#parts.clock.monotonicMs() };
  }

  /** Whether the running transaction must not go on so. */
  isTooLong(): boolean {
    const { book, clock } = this.#parts;
    const isRead = this.#measured.localId === book.open()?.localId;
    return clock.monotonicMs() - (isRead ? this.#measured.monotonicMs : this.#bornMs) >= unmeasuredMsMax;
  }

  /** Since when energy may have flowed that `last` does not tell of; `nowMs` is the transaction's own time. */
  since(record: TransactionRecord, last: Checkpoint, nowMs: number): Since {
    const { boot, book, clock, hasLostTime } = this.#parts;
    if (this.#measured.localId === record.localId) {
      return { kind: "read", ms: clock.monotonicMs() - this.#measured.monotonicMs };
    }
    const isSeen = book.checkpoint()?.localId === record.localId;
    const sinceMs = isSeen ? last.atMs : record.begunMs ?? record.startedMs;
    if (record.boot === boot) return { kind: "found", ms: nowMs - sinceMs };
    // It may have charged up to the cut, and nobody knows when that was: before now.
    const wallMs = clock.wallMs();
    return { kind: "found", ms: hasLostTime || wallMs < last.atMs ? null : wallMs - sinceMs };
  }
}
