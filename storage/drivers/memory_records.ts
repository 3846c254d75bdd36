/**
 * Sealed records in key order, in memory.
 *
 * Law: the bytes of a record are never changed in place, so a copy of the list is a copy of the medium.
 */
import type { SealedSet } from "../batch.ts";
import { compareKeys, isBelow } from "../key.ts";
import type { Key } from "../store.ts";

export class MemoryRecords {
  readonly #records: SealedSet[];

  /** `records` must be in key order. */
  constructor(records: readonly SealedSet[]) {
    this.#records = [...records];
  }

  get(key: Key): SealedSet | null {
    const record = this.#records[this.#placeOf(key)];
    return record !== undefined && compareKeys(record.key, key) === 0 ? record : null;
  }

  set(record: SealedSet): void {
    const place = this.#placeOf(record.key);
    this.#records.splice(place, this.get(record.key) === null ? 0 : 1, record);
  }

  delete(key: Key): void {
    if (this.get(key) !== null) this.#records.splice(this.#placeOf(key), 1);
  }

  /** Those below `prefix` and behind `after`, as far as they are asked for. Nothing may change meanwhile. */
  *below(prefix: Key, after: Key = prefix): Generator<SealedSet> {
    let place = this.#placeOf(after);
    if (this.get(after) !== null) place++;
    for (let record = this.#records[place]; record !== undefined; record = this.#records[++place]) {
      if (!isBelow(prefix, record.key)) return;
      yield record;
    }
  }

  all(): readonly SealedSet[] {
    return [...this.#records];
  }

  /** Where `key` is, or would be: the first place whose key is not before it. */
  #placeOf(key: Key): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#records[middle];
      if (record !== undefined && compareKeys(record.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
