/**
 * The records that can still be read from a damaged store file: one bad page does not cost a charger all it remembers.
 *
 * Law: what is salvaged fits its own checksum under its own key, and nothing that was deleted comes back: no page is read that the
 * store may have given up. The record of the last commit is left behind: the new file has commits of its own.
 */
import type { SealedSet } from "../batch.ts";
import { quote, RESERVED } from "../key.ts";
import { open } from "../record.ts";
import type { Key } from "../store.ts";
import { sizeOf } from "./aside.ts";
import { treePage } from "./record_cells.ts";
import { openPages, PAGE_BYTES, type StorePages } from "./store_pages.ts";

/** The first page of the table `kv`: a new store is always made in the same order. Here, since a bad first page cannot say it. */
export const KV_ROOT = 4;

/** In no order. Empty when it is no database. Throws where it cannot be read for another reason than damage. */
export function salvageRecords(path: string): readonly SealedSet[] {
  if ((sizeOf(path) ?? 0) === 0) return [];
  using pages = openPages(path);
  const whole = new Map<string, SealedSet>();
  for (const number of pagesOfRecords(pages)) {
    for (const [k, v] of treePage(pages, number)?.cells ?? []) {
      const key = decodeKey(k);
      if (key === null || key[0] === RESERVED || open(key, v).kind === "damaged") continue;
      whole.set(quote(key), { key, bytes: Uint8Array.from(v) });
    }
  }
  return [...whole.values()];
}

/**
 * What can be reached from the root, and where that ends at a bad page, what lies behind it: each page that is neither reached nor
 * free. A page that is both has been damaged in one of them, and nobody knows in which: it is left, and what lies behind as well.
 */
function pagesOfRecords(pages: StorePages): Iterable<number> {
  const reached = new Set<number>([KV_ROOT]);
  let isWhole = true;
  for (const number of reached) {
    const page = treePage(pages, number);
    if (page === null || !page.isSound) isWhole = false;
    for (const below of page?.below ?? []) {
      if (reached.has(below)) isWhole = false;
      reached.add(below);
    }
  }
  const free = freePages(pages);
  if (free === null) return reached;
  const doubtless = reached.difference(free);
  if (isWhole || doubtless.size < reached.size) return doubtless;
  const all = new Set(Array.from({ length: pages.count }, (_, index) => index + 1));
  return all.difference(free);
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

/** Deno KV's layout: a string between 2 and 0 (a NUL in it is 0 255), a number as 33 and its double, sign flipped to sort. */
function decodeKey(bytes: Uint8Array): Key | null {
  const parts: (string | number)[] = [];
  for (let at = 0; at < bytes.length;) {
    const mark = bytes[at++];
    if (mark === 0x02) {
      const text: number[] = [];
      for (; at < bytes.length && (bytes[at] !== 0 || bytes[at + 1] === 0xff); at++) {
        text.push(bytes[at] ?? 0);
        if (bytes[at] === 0) at++;
      }
      at++;
      parts.push(new TextDecoder().decode(Uint8Array.from(text)));
    } else if (mark === 0x21 && at + 8 <= bytes.length) {
      parts.push(decodeNumber(bytes.slice(at, at + 8)));
      at += 8;
    } else {
      return null;
    }
  }
  return parts;
}

/** Of a positive number the sign bit is flipped, of a negative one every bit. */
function decodeNumber(bytes: Uint8Array): number {
  const positive = (bytes[0] ?? 0) >= 0x80;
  const double = bytes.map((byte, index) => positive ? (index === 0 ? byte ^ 0x80 : byte) : byte ^ 0xff);
  return new DataView(double.buffer).getFloat64(0);
}
