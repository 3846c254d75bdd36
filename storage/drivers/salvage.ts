/**
 * The records that can still be read from a damaged store file: one bad page does not cost a charger all it remembers.
 *
 * Law: what is salvaged fits its own checksum under its own key, and nothing that was deleted comes back: no page is read that the
 * store may have given up. The record of the last commit is left behind: the new file has commits of its own.
 */
import type { SealedSet } from "../batch.ts";
import { RESERVED } from "../key.ts";
import { open } from "../record.ts";
import { treePage } from "./record_cells.ts";
import { openPages, PAGE_BYTES, type StorePages } from "./store_pages.ts";
import { decodeKey } from "./stored_key.ts";

/** The last of the pages with which tables and indexes begin, from 1 on: a bad first page cannot say which they are. */
export const LAST_ROOT = 9;

/**
 * In the order of their keys, in which they take the least room when they are written again. Empty when it is no database. Throws
 * where it cannot be read for another reason than damage.
 */
export function salvageRecords(path: string): readonly SealedSet[] {
  using pages = openPages(path);
  const whole = new Map<string, SealedSet>();
  for (const number of pagesOfRecords(pages)) {
    for (const [k, v] of treePage(pages, number)?.cells ?? []) {
      const key = decodeKey(k);
      if (key === null || key[0] === RESERVED || open(key, v).kind === "damaged") continue;
      whole.set(k.toHex(), { key, bytes: Uint8Array.from(v) });
    }
  }
  return [...whole].sort(([a], [b]) => a < b ? -1 : 1).map(([, set]) => set);
}

/**
 * Each page is in use or free. All that are not free are read, since behind a bad page there are some that nothing leads to any more.
 * Where one is both, either has been damaged, and nobody knows which: what is in use is read, and no such page. So it is where the list
 * of those that are free is lost.
 */
function pagesOfRecords(pages: StorePages): Iterable<number> {
  const inUse = pagesInUse(pages);
  const free = freePages(pages);
  if (free === null) return inUse;
  const doubtless = inUse.difference(free);
  if (doubtless.size < inUse.size) return doubtless;
  return new Set(numbersTo(pages.count)).difference(free);
}

/** The roots, and what is below them and beside. */
function pagesInUse(pages: StorePages): ReadonlySet<number> {
  const inUse = new Set<number>(numbersTo(LAST_ROOT));
  for (const number of inUse) {
    const page = treePage(pages, number);
    for (const next of [...page?.below ?? [], ...page?.beside ?? []]) inUse.add(next);
  }
  return inUse;
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

const HEADER = "SQLite format 3\0";

/** Those that the first page lists as free (§1.5 of the file format); null where the list does not hold together. */
function freePages(pages: StorePages): ReadonlySet<number> | null {
  const first = pages.read(1);
  if (first === null) return null;
  if (new TextDecoder().decode(new Uint8Array(first.buffer, first.byteOffset, 16)) !== HEADER) return null;
  const free = new Set<number>();
  const count = first.getUint32(36);
  let trunk = first.getUint32(32);
  let listed = 0;
  while (trunk !== 0) {
    const page = pages.read(trunk);
    const leaves = page?.getUint32(4) ?? Infinity;
    if (page === null || leaves > PAGE_BYTES / 4 - 2 || free.has(trunk)) return null;
    free.add(trunk);
    for (let leaf = 0; leaf < leaves; leaf++) free.add(page.getUint32(8 + 4 * leaf));
    listed += 1 + leaves;
    trunk = page.getUint32(0);
  }
  const isPlausible = [...free].every((number) => number > 1 && number <= pages.count);
  return listed === count && free.size === count && isPlausible ? free : null;
}

/** Few enough that a commit of the largest values stays within KV's 819,200 bytes. */
const RECORDS_AT_ONCE = 10;

export async function restoreRecords(kv: Deno.Kv, records: readonly SealedSet[]): Promise<void> {
  for (let first = 0; first < records.length; first += RECORDS_AT_ONCE) {
    const atomic = kv.atomic();
    for (const { key, bytes } of records.slice(first, first + RECORDS_AT_ONCE)) atomic.set(key, bytes);
    await atomic.commit();
  }
}
