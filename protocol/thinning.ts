/**
 * Which MeterValues go when a queue of transaction messages has grown too long (notes/reliability.md B2).
 *
 * Law: nothing but MeterValues, and of a transaction neither the first nor the last: of those in between every other one goes.
 * The queue is walked page by page; what is remembered from one page to the next is one key for each open transaction.
 */
import type { TransactionMessage } from "./transaction.ts";

/** One message of the queue, in its order. */
export interface Queued<K> {
  readonly key: K;
  readonly localId: number;
  readonly action: TransactionMessage["action"];
}

/** By transaction: the MeterValues that goes as soon as another one follows it; null when the one before it has gone. */
export type Thinning<K> = ReadonlyMap<number, K | null>;

/** What goes of this page, and of the ones before it. Begin with an empty map. */
export function thinPage<K>(
  thinning: Thinning<K>,
  page: readonly Queued<K>[],
): { readonly next: Thinning<K>; readonly gone: readonly K[] } {
  const next = new Map(thinning);
  const gone: K[] = [];
  for (const { key, localId, action } of page) {
    switch (action) {
      case "StartTransaction":
        break;
      case "MeterValues": {
        const before = next.get(localId);
        if (before === undefined) next.set(localId, null);
        else if (before === null) next.set(localId, key);
        else {
          gone.push(before);
          next.set(localId, null);
        }
        break;
      }
      case "StopTransaction":
        next.delete(localId);
        break;
    }
  }
  return { next, gone };
}
