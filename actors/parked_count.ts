/**
 * How many transactions need a person, as many as `GET /parked` lists; how many messages are set aside, and how many of them were refused.
 *
 * Law: a start reads one page of them, so that a year of parked bills delays no BootNotification; the others are counted later, a page
 * a turn. Until then the numbers are lower bounds.
 */
import type { ArchiveRecord } from "../storage/records.ts";
import { keys } from "../storage/record_keys.ts";
import type { Key, Store, Value } from "../storage/store.ts";
import { saysRefused } from "../storage/unreadable.ts";
import { CutShortSearch } from "./cut_short_search.ts";
import { pageMax } from "./store_pages.ts";

/** Where something is kept of a transaction, below its localId. */
const places: readonly Key[] = [keys.archive, keys.parked, keys.unreadable];

interface Tally {
  readonly messages: number;
  readonly refused: number;
}

const nothing: Tally = { messages: 0, refused: 0 };

export class ParkedCount {
  readonly #store: Store;
  /** Of each transaction that needs a person, also where no message of it is set aside. */
  readonly #tallies = new Map<number, Tally>();
  #all = nothing;
  /** Of the places those that are counted, and of the next one up to where. */
  #counted = 0;
  #countedTo: Key | null = null;
  /** Null once it is over. */
  #search: CutShortSearch | null;

  private constructor(store: Store) {
    this.#store = store;
    this.#search = this.#newSearch();
  }

  static async open(store: Store): Promise<ParkedCount> {
    const count = new ParkedCount(store);
    let isPageFull = false;
    while (!isPageFull && !count.isWhole()) isPageFull = await count.#goOn();
    return count;
  }

  isWhole(): boolean {
    return this.#search === null;
  }

  /** Set aside, refused or not. */
  messages(): number {
    return this.#all.messages;
  }

  refused(): number {
    return this.#all.refused;
  }

  transactions(): number {
    return this.#tallies.size;
  }

  /** One page more. */
  async countOn(): Promise<void> {
    await this.#goOn();
  }

  /** Whether a bill has been cut short since: a record may be damaged at any time, and nobody who could tell need find it. */
  searchAgain(): void {
    this.#search ??= this.#newSearch();
  }

  /** A message has come (1) or gone (-1). Of what the count has not come to yet, it learns in its turn. */
  changed(key: Key, record: ArchiveRecord, by: 1 | -1): void {
    const isUncounted = this.#counted === 0 && (this.#countedTo === null || isBehind(key, this.#countedTo));
    if (!isUncounted) this.#add(key, record, by);
  }

  /** Something of a transaction is kept that is no message. */
  keeps(localId: number): void {
    this.#tallies.set(localId, this.#of(localId));
  }

  /** Nothing of a transaction is left. */
  gone(localId: number): void {
    const { messages, refused } = this.#of(localId);
    this.#all = { messages: this.#all.messages - messages, refused: this.#all.refused - refused };
    this.#tallies.delete(localId);
  }

  /** Whether the page was full: then there may be more of it. */
  async #goOn(): Promise<boolean> {
    const place = places[this.#counted];
    if (place === undefined) return await this.#searchOn();
    const after = this.#countedTo === null ? {} : { after: this.#countedTo };
    const page = await this.#store.list(place, { limit: pageMax, ...after });
    for (const { key, value } of page) {
      if (place === keys.archive) this.#add(key, value, 1);
      else this.keeps(localIdOf(key));
    }
    const isFull = page.length === pageMax;
    this.#countedTo = isFull ? page.at(-1)?.key ?? null : null;
    if (!isFull) this.#counted += 1;
    return isFull;
  }

  async #searchOn(): Promise<boolean> {
    const found = await this.#search?.goOn() ?? [];
    if (found === "more") return true;
    for (const localId of found) this.keeps(localId);
    this.#search = null;
    return false;
  }

  #newSearch(): CutShortSearch {
    return new CutShortSearch(this.#store, (localId) => this.#tallies.has(localId));
  }

  /** No more is read than what is counted: what else is wrong with a record is for who sends it to say. */
  #add(key: Key, record: Value, by: 1 | -1): void {
    const localId = localIdOf(key);
    const { messages, refused } = this.#of(localId);
    const refusedBy = saysRefused(record) ? by : 0;
    this.#tallies.set(localId, { messages: messages + by, refused: refused + refusedBy });
    this.#all = { messages: this.#all.messages + by, refused: this.#all.refused + refusedBy };
  }

  #of(localId: number): Tally {
    return this.#tallies.get(localId) ?? nothing;
  }
}

/** Of each of the places. */
function localIdOf(key: Key): number {
  return Number(key[1]);
}

/** In the archive: by localId, then by sequence. */
function isBehind(key: Key, other: Key): boolean {
  for (let part = keys.archive.length; part < key.length; part++) {
    const difference = Number(key[part]) - Number(other[part]);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
