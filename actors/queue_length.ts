/**
 * How many transaction messages wait in the store.
 *
 * Law: a start reads one page of them, so that a backlog of weeks delays no BootNotification; the others are counted later,
 * a page a turn. Until then the length is a lower bound, and never 0 while any of them waits.
 */
import { keys, outboxKey } from "../storage/record_keys.ts";
import type { Key, Store } from "../storage/store.ts";
import { pageMax } from "./store_pages.ts";

/** What is not counted yet: behind `after`, up to `before`, where what was added since the start begins. */
interface Uncounted {
  readonly after: number;
  readonly before: number;
}

export class QueueLength {
  readonly #store: Store;
  #counted: number;
  #uncounted: Uncounted | null;

  private constructor(store: Store, counted: number, uncounted: Uncounted | null) {
    this.#store = store;
    this.#counted = counted;
    this.#uncounted = uncounted;
  }

  static async open(store: Store): Promise<QueueLength> {
    const page = await store.list(keys.outbox, { limit: pageMax });
    const last = page.at(-1);
    const uncounted = last === undefined || page.length < pageMax
      ? null
      : { after: sequenceOf(last.key), before: store.nextSequence() };
    return new QueueLength(store, page.length, uncounted);
  }

  /** All of it at once, however long that takes. */
  static async counted(store: Store): Promise<QueueLength> {
    const length = await QueueLength.open(store);
    while (!length.isWhole()) await length.countOn();
    return length;
  }

  value(): number {
    return this.#uncounted === null ? this.#counted : Math.max(this.#counted, 1);
  }

  isWhole(): boolean {
    return this.#uncounted === null;
  }

  /** One page more. */
  async countOn(): Promise<void> {
    if (this.#uncounted === null) return;
    const { after, before } = this.#uncounted;
    const page = await this.#store.list(keys.outbox, { limit: pageMax, after: outboxKey(after) });
    const sequences = page.map(({ key }) => sequenceOf(key)).filter((sequence) => sequence < before);
    this.#counted += sequences.length;
    const last = sequences.at(-1);
    this.#uncounted = last === undefined || sequences.length < pageMax ? null : { after: last, before };
  }

  added(): void {
    this.#counted += 1;
  }

  /** The drain may be ahead of the count. */
  removed(key: Key): void {
    const sequence = sequenceOf(key);
    const uncounted = this.#uncounted;
    if (uncounted !== null && sequence > uncounted.after && sequence < uncounted.before) return;
    this.#counted -= 1;
  }

  thinned(gone: number): void {
    this.#counted -= gone;
  }

  /** Seen: there is nothing. */
  emptied(): void {
    this.#counted = 0;
    this.#uncounted = null;
  }
}

function sequenceOf(key: Key): number {
  return Number(key.at(-1));
}
