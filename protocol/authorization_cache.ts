/**
 * The authorization cache: what the central system last said of each idTag (OCPP 1.6 §3.5.1, errata v4.0 §3.4).
 *
 * Law: it holds valid and non-valid idTags alike. That an entry has expired is derived from its expiryDate, and stored nowhere.
 */
import { parseDateTimeMs } from "./date_time.ts";
import { foldedIdTag } from "./id_tag.ts";
import type { IdTagInfo } from "./messages/types.ts";

export interface CachedIdTag {
  readonly info: IdTagInfo;
  /** Greater than that of all entries that were written before it. */
  readonly order: number;
}

/** By folded idTag: identifiers have no case (§7.28). */
export type AuthorizationCache = ReadonlyMap<string, CachedIdTag>;

/** The regular customers of a charger for a month; ClearCache empties it in one commit, which takes 500 changes. */
export const cacheEntriesMax = 500;

/** What the cache knows of an idTag now; null when it knows nothing. */
export function cachedInfo(cache: AuthorizationCache, idTag: string, nowMs: number): IdTagInfo | null {
  const entry = cache.get(foldedIdTag(idTag));
  return entry === undefined ? null : currentInfo(entry.info, nowMs);
}

/** §3.5.1: when its validity expires, an entry changes to Expired. */
export function currentInfo(info: IdTagInfo, nowMs: number): IdTagInfo {
  const expiresMs = info.expiryDate === undefined ? null : parseDateTimeMs(info.expiryDate);
  const isOver = info.status === "Accepted" && expiresMs !== null && expiresMs <= nowMs;
  return isOver ? { ...info, status: "Expired" } : info;
}

export interface Remembered {
  readonly next: AuthorizationCache;
  /** The folded idTag that had to make room. It is the new one itself when it is the only one that is not valid. */
  readonly evicted: string | null;
}

/** §3.5.1: a full cache lets go of what is not valid first, then of the oldest that is. */
export function remember(
  cache: AuthorizationCache,
  idTag: string,
  entry: CachedIdTag,
  nowMs: number,
): Remembered {
  const next = new Map([...cache, [foldedIdTag(idTag), entry]]);
  if (next.size <= cacheEntriesMax) return { next, evicted: null };
  const all = [...next];
  const invalid = all.filter(([, { info }]) => currentInfo(info, nowMs).status !== "Accepted");
  const evicted = oldest(invalid.length > 0 ? invalid : all);
  if (evicted !== null) next.delete(evicted);
  return { next, evicted };
}

function oldest(entries: readonly (readonly [string, CachedIdTag])[]): string | null {
  let found: readonly [string, CachedIdTag] | null = null;
  for (const entry of entries) if (found === null || entry[1].order < found[1].order) found = entry;
  return found === null ? null : found[0];
}
