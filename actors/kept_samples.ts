/**
 * The meter values in the store that StopTransaction is to carry: written one by one, read all at once (OCPP 1.6 §4.10).
 *
 * Law: neither the work of a turn nor what is read grows with the length of a transaction, also where an earlier version has kept
 * every one of a week. They are counted, and the count is durable with them: neither a restart nor how they are numbered costs any of
 * those that follow. What is read is the same each time as long as nobody writes.
 */
import type { MeterValue } from "../protocol/messages/types.ts";
import { keptSamplesMax, samplePlace } from "../protocol/sample_spacing.ts";
import { samplesKey } from "../storage/record_keys.ts";
import type { CheckpointRecord } from "../storage/records.ts";
import type { Batch, Entry, Key, Store } from "../storage/store.ts";

/** What of a transaction was taken so far; undefined before the second one, and where an earlier version has not counted. */
export type Samples = CheckpointRecord["samples"];

/** What one more meter value changes in the store, and what was taken then. */
export interface SampleChange extends Batch {
  readonly samples: Samples;
}

/** The first of a transaction, which stands for its beginning. */
export function firstSample(localId: number, value: MeterValue | null): NonNullable<Batch["sets"]> {
  return value === null ? [] : [{ key: keyOf(localId, localId + 1), value }];
}

export async function nextSample(
  store: Store,
  localId: number,
  before: Samples,
  value: MeterValue | null,
): Promise<SampleChange> {
  if (value === null) return { samples: before };
  const { taken, last, gone } = before ?? await counted(store, localId);
  const samples = { taken: taken + 1, last: last + 1, gone };
  const sets = [{ key: keyOf(localId, samples.last), value }];
  const place = samplePlace(taken);
  switch (place.kind) {
    case "kept":
      return { sets, samples };
    case "keptInstead": {
      const after = keyOf(localId, place.isNewRound ? 0 : gone);
      const [, going] = await store.list(samplesKey(localId), { limit: 2, after });
      // Where damage has left fewer there is room for it.
      if (going === undefined) return { sets, samples };
      return { sets, deletes: [going.key], samples: { ...samples, gone: sequenceOf(going) } };
    }
    case "leftOut":
      return { samples };
  }
}

/** The last of a transaction, which stands for its end: whatever its number. */
export async function lastSample(
  store: Store,
  localId: number,
  before: Samples,
  value: MeterValue | null,
): Promise<NonNullable<Batch["sets"]>> {
  if (value === null) return [];
  const { last } = before ?? await counted(store, localId);
  return [{ key: keyOf(localId, last + 1), value }];
}

/** What is there, however it was numbered: where that is as many as may be, the spacing begins with the next. */
async function counted(store: Store, localId: number): Promise<NonNullable<Samples>> {
  const found = await store.list(samplesKey(localId), { limit: keptSamplesMax });
  const ahead = found.at(-1);
  const last = ahead === undefined ? localId : sequenceOf(await lastFrom(store, localId, ahead));
  return { taken: found.length, last, gone: 0 };
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
  const [entry] = await store.list(samplesKey(localId), { limit: 1, after: keyOf(localId, sequence) });
  return entry ?? null;
}

function keyOf(localId: number, sequence: number): Key {
  return [...samplesKey(localId), sequence];
}

function sequenceOf({ key }: Entry): number {
  return Number(key.at(-1));
}
