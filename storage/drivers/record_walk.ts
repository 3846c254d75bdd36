/**
 * Every row of the store before anybody asks for it: can its key be read, and is the record under it the one that was written there?
 *
 * Law: no record is missing without a word. One changed bit in a key puts its record where nobody looks for it, or makes Deno KV throw at
 * each list that comes by; SQLite finds nothing wrong with either.
 *
 * Rows come in pages, each as one row of SQLite: to step from row to row costs more than all that is asked of them here.
 */
import type { DatabaseSync } from "node:sqlite";
import { RESERVED } from "../key.ts";
import { isWhole, open } from "../record.ts";
import type { Key } from "../store.ts";
import { decodeKey } from "./stored_key.ts";

export type Walked =
  /** Where a record does not fit its key; the records of the store itself are read at each start, and left to that. */
  | { readonly kind: "walked"; readonly damaged: readonly DamagedRow[] }
  /** Deno KV could not read it. */
  | { readonly kind: "unreadable"; readonly error: string };

export interface DamagedRow {
  readonly key: Key;
  readonly error: string;
}

/** Throws what SQLite throws. */
export function walkRecords(database: DatabaseSync): Walked {
  const damaged: DamagedRow[] = [];
  let page = database.prepare(pageOf("")).get();
  const next = database.prepare(pageOf("where k > ?"));
  while (page !== undefined && page["rows"] !== 0) {
    const { areBytes, last, keys, keyBytes, values, valueBytes } = page;
    if (areBytes !== 1 || !isBytes(last) || !isBytes(keys) || !isBytes(values)) {
      return { kind: "unreadable", error: "it has a key that is not of bytes" };
    }
    const keysOf = pieces(keys, keyBytes);
    const valuesOf = pieces(values, valueBytes);
    for (const [index, bytes] of keysOf.entries()) {
      const key = decodeKey(bytes);
      if (key === null) {
        return { kind: "unreadable", error: `it has the key ${bytes.toHex()}, which is none` };
      }
      const error = key[0] === RESERVED ? null : whyDamaged(key, valuesOf[index]);
      if (error !== null) damaged.push({ key, error });
    }
    page = next.get(last);
  }
  return { kind: "walked", damaged };
}

/** The largest record is of 60 KiB. */
const PAGE_ROWS = 250;

/** `group_concat` makes text of all that it is given, and changes no byte of it. */
function pageOf(where: string): string {
  return `select count(*) as rows, min(typeof(k) = 'blob') as areBytes, max(k) as last,
    cast(group_concat(k, '') as blob) as keys, group_concat(length(k)) as keyBytes,
    cast(group_concat(v, '') as blob) as "values", group_concat(length(v)) as valueBytes
    from (select k, cast(v as blob) as v from kv ${where} order by k limit ${PAGE_ROWS})`;
}

function pieces(joined: Uint8Array, lengths: unknown): readonly Uint8Array[] {
  let end = 0;
  return String(lengths).split(",").map((length) => joined.subarray(end, end += Number(length)));
}

function whyDamaged(key: Key, stored: Uint8Array | undefined): string | null {
  if (stored !== undefined && isWhole(key, stored)) return null;
  const opened = open(key, stored);
  return opened.kind === "damaged" ? opened.error : null;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
