/**
 * The authorization cache in the store: over reboots, resets and power losses (errata v4.0 §3.4).
 *
 * Law: what the central system says counts at once. A medium that refuses it costs the memory of it at the next start, and no
 * authorization before that.
 */
import type { AuthorizationCache } from "../protocol/authorization_cache.ts";
import { cachedInfo, remember } from "../protocol/authorization_cache.ts";
import { foldedIdTag } from "../protocol/id_tag.ts";
import type { IdTagInfo } from "../protocol/messages/types.ts";
import { cacheKey, keys } from "../storage/record_keys.ts";
import { readRecord } from "../storage/record_reading.ts";
import { CacheRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import { removeAll } from "./store_pages.ts";

export interface CacheBook {
  /** Null when nothing is known of it. */
  readonly known: (idTag: string, nowMs: number) => IdTagInfo | null;
  /** False when the store refused. */
  readonly remember: (idTag: string, info: IdTagInfo, nowMs: number) => Promise<boolean>;
  /** All of it, what is left in the store beyond memory too. False when the store refused: then memory has all of it still. */
  readonly clear: () => Promise<boolean>;
  readonly size: () => number;
}

export async function openCacheBook(store: Store): Promise<CacheBook> {
  const entries = await store.list(keys.cache);
  let cache: AuthorizationCache = new Map(
    entries.map((entry) => [String(entry.key[1]), readRecord(CacheRecord, entry)]),
  );
  return {
    known: (idTag, nowMs) => cachedInfo(cache, idTag, nowMs),
    remember: async (idTag, info, nowMs) => {
      const record: CacheRecord = { info, order: store.nextSequence() };
      const { next, evicted } = remember(cache, idTag, record, nowMs);
      cache = next;
      const folded = foldedIdTag(idTag);
      // There was no room for the new one itself.
      if (evicted === folded) return true;
      const outcome = await store.commit({
        sets: [{ key: cacheKey(folded), value: record }],
        deletes: evicted === null ? [] : [cacheKey(evicted)],
      });
      return outcome.kind === "committed";
    },
    clear: async () => {
      // An entry whose place was taken is still there where the commit that should have removed it was refused.
      if (!await removeAll(store, keys.cache)) return false;
      cache = new Map();
      return true;
    },
    size: () => cache.size,
  };
}
