/**
 * Which transactions the store knows of: those that something is kept of, and those that are not over.
 *
 * Law: it is told by the records themselves, whatever state they are in; nobody's book of them is believed.
 */
import type { TransactionRecord } from "../storage/records.ts";
import { keys } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import { glimpsed, unknownLocalId } from "../storage/unreadable.ts";
import { pagesOf } from "./store_pages.ts";

/**
 * Transactions of which something is kept, the oldest first: by what is kept, since a header may be damaged. One read for each of
 * them, however much of it is kept.
 */
export async function keptLocalIds(store: Store): Promise<readonly number[]> {
  const localIds = new Set<number>();
  for await (const page of pagesOf(store, keys.parked)) {
    for (const { key } of page) localIds.add(Number(key.at(-1)));
  }
  for (const prefix of [keys.archive, keys.unreadable]) {
    let [first] = await store.list(prefix, { limit: 1 });
    while (first !== undefined) {
      const localId = Number(first.key[1]);
      localIds.add(localId);
      [first] = await store.list(prefix, { limit: 1, after: [...prefix, localId, Number.MAX_VALUE] });
    }
  }
  return [...localIds].sort((one, other) => one - other);
}

/**
 * Transactions that go on, or of which a message waits. Read in this order, since a stop moves from the one to the other in one
 * commit.
 */
export async function openLocalIds(store: Store): Promise<ReadonlySet<number>> {
  const localIds = new Set<number>();
  // Nothing but their numbers is wanted: a record of another shape is its connector's to find.
  for (const { value } of await store.list(keys.transactions)) {
    localIds.add((value as TransactionRecord).localId);
  }
  for await (const page of pagesOf(store, keys.outbox)) {
    for (const { value } of page) localIds.add(glimpsed(value)?.localId ?? unknownLocalId);
  }
  return localIds;
}
