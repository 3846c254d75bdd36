/**
 * How long nobody has measured one connector's transaction, and how long its register has stood (decisions D-meter-failure, D-last-rise;
 * spec/behaviour.md §18).
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
  /** When the meter has told it last that it measures, and when its register rose last, on the same clock. */
  #measured = { localId: 0, monotonicMs: 0, risenMs: 0 };

  constructor(parts: ConnectorMeasuringParts) {
    this.#parts = parts;
    this.#bornMs = parts.clock.monotonicMs();
  }

  /** A reading has counted for it, which tells what its register has told for `stoodMs` of the transaction's own time. */
  measured({ localId }: TransactionRecord, stoodMs: number): void {
    const monotonicMs = this.#parts.clock.monotonicMs();
    const isKnown = this.#measured.localId === localId && stoodMs > 0;
    this.#measured = {
      localId,
      monotonicMs,
      risenMs: isKnown ? this.#measured.risenMs : monotonicMs - stoodMs,
    };
  }

  /** Whether the running transaction must not go on so. */
  isTooLong(): boolean {
    const { book, clock } = this.#parts;
    const isRead = this.#measured.localId === book.open()?.localId;
    return clock.monotonicMs() - (isRead ? this.#measured.monotonicMs : this.#bornMs) >= unmeasuredMsMax;
  }

  /** Since when energy may have flowed that `last` does not tell of; `nowMs` is the transaction's own time. */
  since(record: TransactionRecord, last: Checkpoint, nowMs: number): Since {
    const { boot, clock, hasLostTime } = this.#parts;
    if (this.#measured.localId === record.localId) {
      return { kind: "read", ms: clock.monotonicMs() - this.#measured.risenMs };
    }
    if (record.boot === boot) return { kind: "found", ms: nowMs - last.risenMs };
    // It may have charged up to the cut, and nobody knows when that was: before now.
    const wallMs = clock.wallMs();
    return { kind: "found", ms: hasLostTime || wallMs < last.atMs ? null : wallMs - last.risenMs };
  }
}
