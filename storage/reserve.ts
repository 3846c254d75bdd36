/**
 * The reserve for a full disk: given up when the end of a transaction would otherwise not be stored (notes/reliability.md D11).
 *
 * Law: what ends goes before what begins. Nothing but an ending touches the reserve; a new transaction on a full disk is refused.
 */
import { keys } from "./records.ts";
import type { Batch, Store } from "./store.ts";

/** The same store; a refused ending is tried once more after `release` has made room. False from it: there is no reserve left. */
export function withReserve(store: Store, release: () => Promise<boolean>): Store {
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    nextSequence: () => store.nextSequence(),
    commit: async (batch) => {
      const outcome = await store.commit(batch);
      if (outcome.kind !== "refused" || !isEnding(batch) || !await release()) return outcome;
      return await store.commit(batch);
    },
  };
}

/** It closes an open transaction, or takes one off the queue. */
function isEnding(batch: Batch): boolean {
  return (batch.deletes ?? []).some(([kind]) => kind === keys.transactions[0] || kind === keys.outbox[0]);
}
