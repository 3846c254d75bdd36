/**
 * The records that can still be read from a damaged store file: one bad page does not cost a charger all it remembers.
 *
 * Law: what is salvaged fits its own checksum under its own key; what is read twice or not at all is no worse than a damaged
 * record. The record of the last commit is left behind: the new file has commits of its own.
 */
import { DatabaseSync } from "node:sqlite";
import type { SealedSet } from "../batch.ts";
import { quote, RESERVED } from "../key.ts";
import { open } from "../record.ts";
import { isDamage } from "./store_file.ts";
import { decodeKey } from "./stored_key.ts";

/** In no order. Empty when it is no database. Throws where it cannot be read for another reason, as on a full disk: SQLite writes to read. */
export function salvageRecords(path: string): readonly SealedSet[] {
  // SQLite would delete the log of an empty file, which is evidence.
  if (!hasContent(path)) return [];
  const whole = new Map<string, SealedSet>();
  // From both ends up to the bad page.
  for (const order of ["asc", "desc"]) {
    try {
      using database = new DatabaseSync(path, READING_ON);
      // Only so does SQLite read a file that has lost its end; nothing is written.
      database.exec("pragma writable_schema = on");
      for (const { k, v } of database.prepare(`select k, v from kv order by k ${order}`).iterate()) {
        const key = k instanceof Uint8Array ? decodeKey(k) : null;
        if (key === null || key[0] === RESERVED || open(key, v).kind === "damaged") continue;
        whole.set(quote(key), { key, bytes: Uint8Array.from(v as Uint8Array) });
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      // The bad page, or a file that is no database: said already, and what was read until here is good.
    }
  }
  return [...whole.values()];
}

/** `defensive`, on by default and unknown to Deno's types, forbids `writable_schema`. */
const READING_ON = { readOnly: true, defensive: false } as const;

function hasContent(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
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
