/**
 * The store's records below a key, page by page.
 *
 * Law: a backlog of weeks is never held in memory at once, unless who asks puts it there.
 */
import type { Entry, Key, Store } from "../storage/store.ts";

/** What is read or removed at a time: at most a batch. */
export const pageMax = 500;

/** In key order. Records that are removed meanwhile, up to the page in hand, do no harm. */
export async function* pagesOf(store: Store, prefix: Key): AsyncGenerator<readonly Entry[]> {
  let page = await store.list(prefix, { limit: pageMax });
  while (page.length > 0) {
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageMax) return;
    page = await store.list(prefix, { limit: pageMax, after: last.key });
  }
}

/** Removes everything below `prefix`, a batch at a time. False when the store refused: then the rest is still there. */
export async function removeAll(store: Store, prefix: Key): Promise<boolean> {
  for await (const page of pagesOf(store, prefix)) {
    const outcome = await store.commit({ deletes: page.map((entry) => entry.key) });
    if (outcome.kind !== "committed") return false;
  }
  return true;
}
