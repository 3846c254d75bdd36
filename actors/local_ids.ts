/**
 * Which transactions the store knows of: those that something is kept of, and those that are not over.
 *
 * Law: it is told by the records themselves, whatever state they are in; nobody's book of them is believed.
 */
import { answerKey, keys } from "../storage/record_keys.ts";
import type { Key, Store } from "../storage/store.ts";
import { glimpsed, saysLocalId, unknownLocalId } from "../storage/unreadable.ts";
import { pagesOf } from "./store_pages.ts";

export interface KnownLocalIds {
  /** Of which something is kept, or that were cut short; the oldest first. */
  readonly kept: readonly number[];
  readonly open: ReadonlySet<number>;
  /**
   * The central system believes that they go on, and no message is left to end them: StopTransaction was damaged, or all that told of
   * an open one. What StartTransaction was answered is there until StopTransaction is done with.
   */
  readonly cutShort: ReadonlySet<number>;
}

/** By what is kept, since a header may be damaged: one read for each of them, however much of it is kept. */
export async function knownLocalIds(store: Store): Promise<KnownLocalIds> {
  const kept = new Set(await numbersBelow(store, keys.parked));
  for (const prefix of [keys.archive, keys.unreadable]) {
    let [first] = await store.list(prefix, { limit: 1 });
    while (first !== undefined) {
      const localId = Number(first.key[1]);
      kept.add(localId);
      [first] = await store.list(prefix, { limit: 1, after: [...prefix, localId, Number.MAX_VALUE] });
    }
  }
  const answered = await answeredLocalIds(store);
  const open = await openLocalIds(store);
  const cutShort = new Set<number>();
  for (const localId of answered) {
    // Answered before, and over by now, it had its StopTransaction in between.
    if (!open.has(localId) && await isAnswered(store, localId)) cutShort.add(localId);
  }
  for (const localId of cutShort) kept.add(localId);
  return { kept: [...kept].sort((one, other) => one - other), open, cutShort };
}

/**
 * Transactions that go on, or of which a message waits. Read in this order, since a stop moves from the one to the other in one
 * commit. A record of another shape is its connector's to find: its last sign of life says that it goes on.
 */
export async function openLocalIds(store: Store): Promise<ReadonlySet<number>> {
  const localIds = await runningLocalIds(store);
  for await (const page of pagesOf(store, keys.outbox)) {
    for (const { value } of page) localIds.add(glimpsed(value)?.localId ?? unknownLocalId);
  }
  return localIds;
}

/** Transactions that go on. */
export async function runningLocalIds(store: Store): Promise<Set<number>> {
  const localIds = new Set<number>();
  for (const prefix of [keys.checkpoints, keys.transactions]) {
    for (const { value } of await store.list(prefix)) {
      const localId = saysLocalId(value);
      if (localId !== null) localIds.add(localId);
    }
  }
  return localIds;
}

/** Of which the StartTransaction has been answered, and the StopTransaction has not. */
export function answeredLocalIds(store: Store): Promise<readonly number[]> {
  return numbersBelow(store, keys.answers);
}

async function numbersBelow(store: Store, prefix: Key): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const page of pagesOf(store, prefix)) numbers.push(...page.map(({ key }) => Number(key.at(-1))));
  return numbers;
}

/** As a list tells it, which leaves a damaged answer out. */
export async function isAnswered(store: Store, localId: number): Promise<boolean> {
  const [next] = await store.list(keys.answers, { limit: 1, after: answerKey(localId - 1) });
  return next?.key.at(-1) === localId;
}
