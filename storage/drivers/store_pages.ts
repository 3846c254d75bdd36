/**
 * The pages of a SQLite file as its last whole commit left them: those of the log in place of the file's own. It is read without
 * SQLite, which opens no file whose first page is bad (https://sqlite.org/fileformat2.html, §1 and §4).
 *
 * Law: nothing is written. A page that cannot be read is null, and the log counts up to the last commit before its first wrong byte.
 */
import { sizeOf } from "./aside.ts";

/** That of each store: SQLite's own default, and what a test holds against this Deno. */
export const PAGE_BYTES = 4096;

export interface StorePages extends Disposable {
  /** They are numbered from 1. */
  readonly count: number;
  readonly read: (number: number) => DataView<ArrayBuffer> | null;
}

/** Of a log without its file, too. Throws where either cannot be read for another reason than a bad block. */
export function openPages(path: string): StorePages {
  const log = readLog(`${path}-wal`);
  const size = sizeOf(path);
  const count = log?.pageCount ?? Math.ceil((size ?? 0) / PAGE_BYTES);
  const file = size === null ? null : Deno.openSync(path);
  return {
    count,
    read: (number) => {
      if (number < 1 || number > count) return null;
      const logged = log?.pages.get(number);
      if (logged !== undefined || file === null) return logged ?? null;
      return readAt(file, (number - 1) * PAGE_BYTES, PAGE_BYTES);
    },
    [Symbol.dispose]: () => file?.close(),
  };
}

interface Log {
  readonly pages: ReadonlyMap<number, DataView<ArrayBuffer>>;
  /** Of the whole store, at the log's last commit. */
  readonly pageCount: number;
}

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Its lowest bit says in which order the sums read their words. */
const LOG_MAGIC = 0x377f0682;

/** Null where it holds no whole commit. */
function readLog(path: string): Log | null {
  if ((sizeOf(path) ?? 0) === 0) return null;
  using file = Deno.openSync(path);
  const header = readAt(file, 0, LOG_HEADER_BYTES);
  if (header === null || (header.getUint32(0) & ~1) >>> 0 !== LOG_MAGIC) return null;
  const isLittle = (header.getUint32(0) & 1) === 0;
  let sums = sumsOf(part(header, 0, 24), isLittle, [0, 0]);
  if (!isSummed(header, 24, sums)) return null;
  const pages = new Map<number, DataView<ArrayBuffer>>();
  let pageCount = 0;
  let uncommitted: (readonly [number, DataView<ArrayBuffer>])[] = [];
  for (let at = LOG_HEADER_BYTES;; at += FRAME_HEADER_BYTES + PAGE_BYTES) {
    const frame = readAt(file, at, FRAME_HEADER_BYTES + PAGE_BYTES);
    if (frame === null) break;
    const page = part(frame, FRAME_HEADER_BYTES, PAGE_BYTES);
    sums = sumsOf(page, isLittle, sumsOf(part(frame, 0, 8), isLittle, sums));
    // What is left from before the log was begun again had another sum to go on from.
    if (!isSummed(frame, 16, sums)) break;
    uncommitted.push([frame.getUint32(0), page]);
    if (frame.getUint32(4) === 0) continue;
    pageCount = frame.getUint32(4);
    for (const [number, page] of uncommitted) pages.set(number, page);
    uncommitted = [];
  }
  return pageCount === 0 ? null : { pages, pageCount };
}

type Sums = readonly [number, number];

/** §4.2 of the file format: over words of 32 bits, each taken with the other sum. */
function sumsOf(bytes: DataView, isLittle: boolean, [first, second]: Sums): Sums {
  for (let at = 0; at < bytes.byteLength; at += 8) {
    first = (first + bytes.getUint32(at, isLittle) + second) >>> 0;
    second = (second + bytes.getUint32(at + 4, isLittle) + first) >>> 0;
  }
  return [first, second];
}

function isSummed(bytes: DataView, at: number, [first, second]: Sums): boolean {
  return bytes.getUint32(at) === first && bytes.getUint32(at + 4) === second;
}

function part(of: DataView<ArrayBuffer>, at: number, bytes: number): DataView<ArrayBuffer> {
  return new DataView(of.buffer, of.byteOffset + at, bytes);
}

/** Null where the medium cannot read it, and behind the end. */
function readAt(file: Deno.FsFile, at: number, length: number): DataView<ArrayBuffer> | null {
  const bytes = new Uint8Array(length);
  try {
    file.seekSync(at, Deno.SeekMode.Start);
    for (let read = 0; read < length;) {
      const more = file.readSync(bytes.subarray(read));
      if (more === null) return null;
      read += more;
    }
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
  return new DataView(bytes.buffer);
}

/** Whether a read has met a bad block. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EIO";
}
