/**
 * The meter values that StopTransaction carries, as many as its frame has room for (OCPP 1.6 §4.10; errata v4.0 §3.14).
 *
 * Law: the first and the last always; of those in between every other one goes, and again, until the rest fits. They come one
 * by one, and what is held is never more than what fits: a transaction of weeks has more samples than there is memory.
 */
import type { MeterValue } from "./messages/types.ts";

export interface TransactionDataLimits {
  /** StopTransactionMaxMeterValues; fewer than 2 are 2. */
  readonly lengthMax: number;
  readonly bytesMax: number;
}

/** With the rest of its frame 256 KiB: as much as a frame to us may have. */
export const transactionDataBytesMax = 255 * 1_024;

/**
 * The room for transactionData after so many losses of the link in a row, each with the same message under way, while the peer
 * answered what else it was sent. Once is any network's bad luck. Again and again may be a peer, or a line, for which the frame is too big (decision D-too-big).
 */
export function transactionDataRoom(losses: number): number {
  return Math.floor(transactionDataBytesMax / 2 ** Math.max(0, losses - 1));
}

interface Sized {
  readonly value: MeterValue;
  readonly bytes: number;
}

export class TransactionData {
  readonly #limits: TransactionDataLimits;
  /** Each `#stride`-th, from the first on. */
  #kept: Sized[] = [];
  #keptBytes = 0;
  #last: Sized | null = null;
  #stride = 1;
  #count = 0;

  constructor(limits: TransactionDataLimits) {
    this.#limits = limits;
  }

  /** The next one, in the order in which they were taken. */
  add(value: MeterValue): void {
    // What the charger measures is told in ASCII; the comma counts.
    const sized: Sized = { value, bytes: JSON.stringify(value).length + 1 };
    if (this.#count % this.#stride === 0) {
      this.#kept.push(sized);
      this.#keptBytes += sized.bytes;
    }
    this.#last = sized;
    this.#count += 1;
    while (this.#isTooMuch()) this.#thin();
  }

  values(): readonly MeterValue[] {
    return [...this.#kept, ...this.#behind()].map(({ value }) => value);
  }

  /** The last one, where it is not kept anyway. */
  #behind(): readonly Sized[] {
    return this.#last === null || this.#last === this.#kept.at(-1) ? [] : [this.#last];
  }

  #isTooMuch(): boolean {
    if (this.#kept.length < 2) return false;
    const behind = this.#behind();
    const bytes = behind.reduce((sum, one) => sum + one.bytes, this.#keptBytes);
    return this.#kept.length + behind.length > Math.max(this.#limits.lengthMax, 2) ||
      bytes > this.#limits.bytesMax;
  }

  #thin(): void {
    this.#stride *= 2;
    this.#kept = this.#kept.filter((_, at) => at % 2 === 0);
    this.#keptBytes = this.#kept.reduce((sum, one) => sum + one.bytes, 0);
  }
}
