/**
 * What one page of the tree of a SQLite index holds, which is what a table without rowids is: its cells and the pages below it
 * (https://sqlite.org/fileformat2.html, §1.6 and §2). Pure, but for the pages that it asks for.
 *
 * Law: it is null of a page that is none of such a tree, and a cell that leads out of its page is left out. Whether one is whole its
 * reader must know: no sum covers it.
 */
import { PAGE_BYTES, type StorePages } from "./store_pages.ts";

export interface TreePage {
  /** The first two columns of each cell, where these have bytes. */
  readonly cells: readonly (readonly [Uint8Array, Uint8Array])[];
  /** Of a leaf, none. */
  readonly below: readonly number[];
  /** Onto which cells flow over. */
  readonly beside: readonly number[];
}

export function treePage(pages: StorePages, number: number): TreePage | null {
  const page = pages.read(number);
  const kind = page?.getUint8(0);
  if (page === null || (kind !== INTERIOR && kind !== LEAF)) return null;
  const isLeaf = kind === LEAF;
  const pointersAt = isLeaf ? 8 : 12;
  const count = Math.min(page.getUint16(3), (PAGE_BYTES - pointersAt) / 2);
  const beside: number[] = [];
  // What lies below has been deleted.
  const contentAt = page.getUint16(5);
  const cells: (readonly [Uint8Array, Uint8Array])[] = [];
  const below = isLeaf ? [] : [page.getUint32(8)];
  for (let cell = 0; cell < count; cell++) {
    const at = page.getUint16(pointersAt + 2 * cell);
    if (at < contentAt || at + 4 > PAGE_BYTES) continue;
    if (!isLeaf) below.push(page.getUint32(at));
    const payload = payloadAt(pages, page, isLeaf ? at : at + 4, beside);
    const columns = payload === null ? null : firstColumns(payload);
    if (columns !== null) cells.push(columns);
  }
  return { cells, below, beside };
}

const INTERIOR = 0x02;
const LEAF = 0x0a;

/** How much of a payload may stand in the page itself, and how much must when the rest flows over (§1.6). */
const LOCAL_MAX = Math.floor((PAGE_BYTES - 12) * 64 / 255) - 23;
const LOCAL_MIN = Math.floor((PAGE_BYTES - 12) * 32 / 255) - 23;
const OVERFLOW_BYTES = PAGE_BYTES - 4;

/** More than the largest record: KV takes no longer keys and values. */
const PAYLOAD_MAX = 128 * 1024;

function payloadAt(
  pages: StorePages,
  page: DataView<ArrayBuffer>,
  at: number,
  beside: number[],
): Uint8Array | null {
  const pageBytes = new Uint8Array(page.buffer, page.byteOffset, PAGE_BYTES);
  const [bytes, from] = varint(pageBytes, at);
  if (bytes > PAYLOAD_MAX) return null;
  const flowing = LOCAL_MIN + (bytes - LOCAL_MIN) % OVERFLOW_BYTES;
  const local = bytes <= LOCAL_MAX ? bytes : flowing <= LOCAL_MAX ? flowing : LOCAL_MIN;
  if (from + local > PAGE_BYTES - (local < bytes ? 4 : 0)) return null;
  const payload = new Uint8Array(bytes);
  payload.set(pageBytes.subarray(from, from + local));
  let next = local < bytes ? page.getUint32(from + local) : 0;
  for (let filled = local; filled < bytes; filled += OVERFLOW_BYTES) {
    beside.push(next);
    const over = pages.read(next);
    if (over === null) return null;
    const rest = new Uint8Array(over.buffer, over.byteOffset + 4, Math.min(OVERFLOW_BYTES, bytes - filled));
    payload.set(rest, filled);
    next = over.getUint32(0);
  }
  return payload;
}

/** A bit tells text from bytes, which are the same (§2.1). */
function firstColumns(payload: Uint8Array): readonly [Uint8Array, Uint8Array] | null {
  const [headerBytes, firstAt] = varint(payload, 0);
  const [first, secondAt] = varint(payload, firstAt);
  const [second] = varint(payload, secondAt);
  if (first < 12 || second < 12) return null;
  const between = headerBytes + Math.floor((first - 12) / 2);
  const end = between + Math.floor((second - 12) / 2);
  if (end > payload.length) return null;
  return [payload.slice(headerBytes, between), payload.slice(between, end)];
}

/** The number, and where the next byte stands; infinite where it has more bytes than any that may stand here. */
function varint(bytes: Uint8Array, at: number): readonly [number, number] {
  let number = 0;
  for (let length = 1; length <= 4; length++) {
    const byte = bytes[at++] ?? 0xff;
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) return [number, at];
  }
  return [Infinity, at];
}
