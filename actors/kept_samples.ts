/**
 * The meter values in the store that StopTransaction is to carry: written one by one, read all at once (OCPP 1.6 §4.10).
 *
 * Law: neither the work of a turn nor what is read grows with the length of a transaction, also where an earlier version has kept
 * every one of a week. What is read is the same each time as long as nobody writes.
 */
import type { MeterValue } from "../protocol/messages/types.ts";
import { keptSamplesMax, samplePlace } from "../protocol/sample_spacing.ts";
import { samplesKey } from "../storage/record_keys.ts";
import type { Entry, Key, Store } from "../storage/store.ts";

/** What one more meter value changes in the store. */
export interface SampleChange {
  readonly sets: readonly { readonly key: Key; readonly value: MeterValue }[];
  readonly deletes: readonly Key[];
  /** To be called once it is durable. */
  readonly done: () => void;
}

const nothing: SampleChange = { sets: [], deletes: [], done: () => {} };

/** The first of a transaction, which stands for its beginning. */
export function firstSample(localId: number, value: MeterValue | null): SampleChange["sets"] {
  return value === null ? [] : [{ key: keyOf(localId, 0), value }];
}

/** Of one connector: it has one transaction at a time. */
export class SampleWriter {
  readonly #store: Store;
  /** The number of the next one; forgotten by a crash, it is behind the last that is there. */
  #next: { readonly localId: number; readonly number: number } | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  async next(localId: number, value: MeterValue | null): Promise<SampleChange> {
    if (value === null) return nothing;
    const number = await this.#numberOf(localId);
    const done = () => void (this.#next = { localId, number: number + 1 });
    const place = samplePlace(number);
    switch (place.kind) {
      case "kept":
        return { sets: [{ key: keyOf(localId, number), value }], deletes: [], done };
      case "keptInstead":
        return {
          sets: [{ key: keyOf(localId, number), value }],
          deletes: [keyOf(localId, place.of)],
          done,
        };
      case "leftOut":
        return { sets: [], deletes: [], done };
    }
  }

  /** The last of a transaction, which stands for its end: whatever its number. */
  async last(localId: number, value: MeterValue | null): Promise<SampleChange["sets"]> {
    return value === null ? [] : [{ key: keyOf(localId, await this.#numberOf(localId)), value }];
  }

  async #numberOf(localId: number): Promise<number> {
    if (this.#next?.localId !== localId) {
      const first = await firstBehind(this.#store, localId, localId);
      const number = first === null ? 0 : sequenceOf(await lastFrom(this.#store, localId, first)) - localId;
      this.#next = { localId, number };
    }
    return this.#next.number;
  }
}

/** In their order, the first and the last always: all of them, or of more than are kept now so many at even distances. */
export async function keptSamples(store: Store, localId: number): Promise<readonly Entry[]> {
  // The last stands beside those.
  const found = await store.list(samplesKey(localId), { limit: keptSamplesMax + 2 });
  const [first] = found;
  if (first === undefined || found.length < keptSamplesMax + 2) return found;
  const last = await lastFrom(store, localId, first);
  const from = sequenceOf(first);
  const gap = Math.ceil((sequenceOf(last) - from) / (keptSamplesMax - 1));
  const spaced = [first];
  for (let at = from + gap; at < sequenceOf(last); at += gap) {
    const next = await firstBehind(store, localId, at - 1);
    if (next !== null && sequenceOf(next) > sequenceOf(spaced.at(-1) ?? first)) spaced.push(next);
  }
  return sequenceOf(spaced.at(-1) ?? first) === sequenceOf(last) ? spaced : [...spaced, last];
}

/** From one that is there, in strides that double until nothing is ahead, and halve then. */
async function lastFrom(store: Store, localId: number, first: Entry): Promise<Entry> {
  let last = first;
  let stride = 1;
  for (let ahead: Entry | null = first; ahead !== null; stride *= 2) {
    last = ahead;
    ahead = await firstBehind(store, localId, sequenceOf(last) + stride);
  }
  for (; stride >= 1; stride /= 2) {
    last = await firstBehind(store, localId, sequenceOf(last) + stride - 1) ?? last;
  }
  return last;
}

async function firstBehind(store: Store, localId: number, sequence: number): Promise<Entry | null> {
  const prefix = samplesKey(localId);
  const [entry] = await store.list(prefix, { limit: 1, after: [...prefix, sequence] });
  return entry ?? null;
}

/** Behind the number of the transaction, as an earlier version numbered them: those go on in their order. */
function keyOf(localId: number, number: number): Key {
  return [...samplesKey(localId), localId + 1 + number];
}

function sequenceOf({ key }: Entry): number {
  return Number(key.at(-1));
}
