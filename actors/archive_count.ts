/**
 * How many messages are set aside, and how many of each transaction were refused for good.
 *
 * Law: a start reads one page of them, so that a year of parked bills delays no BootNotification; the others are counted later, a page
 * a turn. Until then the numbers are lower bounds.
 */
import type { ArchiveRecord } from "../storage/records.ts";
import { archiveKey, keys } from "../storage/record_keys.ts";
import type { Key, Store, Value } from "../storage/store.ts";
import { saysRefused, unknownLocalId } from "../storage/unreadable.ts";
import { pageMax } from "./store_pages.ts";

/** Before every key of the archive. */
const beginning = archiveKey(unknownLocalId);

interface Tally {
  readonly messages: number;
  readonly refused: number;
}

const nothing: Tally = { messages: 0, refused: 0 };

export class ArchiveCount {
  readonly #store: Store;
  readonly #tallies = new Map<number, Tally>();
  #all = nothing;
  /** Of which something was refused for good. */
  #transactions = 0;
  /** Up to here they are counted; null once they all are. */
  #countedTo: Key | null = beginning;

  private constructor(store: Store) {
    this.#store = store;
  }

  static async open(store: Store): Promise<ArchiveCount> {
    const count = new ArchiveCount(store);
    await count.countOn();
    return count;
  }

  isWhole(): boolean {
    return this.#countedTo === null;
  }

  /** Refused or not. */
  messages(): number {
    return this.#all.messages;
  }

  refused(): number {
    return this.#all.refused;
  }

  transactions(): number {
    return this.#transactions;
  }

  /** One page more. */
  async countOn(): Promise<void> {
    if (this.#countedTo === null) return;
    const page = await this.#store.list(keys.archive, { limit: pageMax, after: this.#countedTo });
    for (const { key, value } of page) this.#add(key, value, 1);
    this.#countedTo = page.length < pageMax ? null : page.at(-1)?.key ?? null;
  }

  /** A message has come (1) or gone (-1). Of what the count has not come to yet, it learns in its turn. */
  changed(key: Key, record: ArchiveRecord, by: 1 | -1): void {
    if (this.#countedTo === null || !isBehind(key, this.#countedTo)) this.#add(key, record, by);
  }

  /** All of a transaction has gone. */
  gone(localId: number): void {
    this.#put(localId, nothing);
  }

  /** No more is read than what is counted: what else is wrong with a record is for who sends it to say. */
  #add(key: Key, record: Value, by: 1 | -1): void {
    const localId = Number(key[keys.archive.length]);
    const { messages, refused } = this.#of(localId);
    this.#put(localId, { messages: messages + by, refused: saysRefused(record) ? refused + by : refused });
  }

  #put(localId: number, tally: Tally): void {
    const before = this.#of(localId);
    this.#all = {
      messages: this.#all.messages + tally.messages - before.messages,
      refused: this.#all.refused + tally.refused - before.refused,
    };
    this.#transactions += Math.sign(tally.refused) - Math.sign(before.refused);
    if (tally.messages > 0) this.#tallies.set(localId, tally);
    else this.#tallies.delete(localId);
  }

  #of(localId: number): Tally {
    return this.#tallies.get(localId) ?? nothing;
  }
}

/** By localId, then by sequence. */
function isBehind(key: Key, other: Key): boolean {
  for (let part = keys.archive.length; part < key.length; part++) {
    const difference = Number(key[part]) - Number(other[part]);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
