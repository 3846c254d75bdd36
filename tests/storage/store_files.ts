/** What tests do behind the store's back to its SQLite file, while it is closed. */
import { DatabaseSync } from "node:sqlite";
import type { Key } from "../../storage/store.ts";

/** Runs one statement on the file. */
export function runSql(directory: string, sql: string, ...values: (Uint8Array | string)[]): void {
  using database = new DatabaseSync(`${directory}/store.kv`);
  database.prepare(sql).run(...values);
}

/** Where the first page of a table or index begins. */
export function rootOffset(directory: string, name: string): number {
  using database = new DatabaseSync(`${directory}/store.kv`, { readOnly: true });
  const row = database.prepare("select (rootpage - 1) * 4096 as at from sqlite_master where name = ?").get(
    name,
  );
  return Number(row?.["at"]);
}

/** Flips one bit of the record's data. */
export function flipBit(directory: string, key: Key): void {
  using database = new DatabaseSync(`${directory}/store.kv`);
  const row = database.prepare("select v from kv where k = ?").get(encoded(key));
  const bytes = row?.["v"];
  if (!(bytes instanceof Uint8Array)) throw new Error(`no record ${JSON.stringify(key)}`);
  const flipped = bytes.map((byte, index) => index === bytes.length - 2 ? byte ^ 1 : byte);
  database.prepare("update kv set v = ? where k = ?").run(flipped, encoded(key));
}

/** As Deno KV lays a key out: strings between 2 and 0; numbers as 0x21 and the double, its sign flipped so that it sorts. */
export function encoded(key: Key): Uint8Array {
  const bytes: number[] = [];
  for (const part of key) {
    if (typeof part === "string") {
      bytes.push(0x02, ...new TextEncoder().encode(part), 0x00);
    } else {
      const double = new DataView(new ArrayBuffer(8));
      double.setFloat64(0, part);
      double.setUint8(0, double.getUint8(0) ^ 0x80);
      bytes.push(0x21, ...new Uint8Array(double.buffer));
    }
  }
  return Uint8Array.from(bytes);
}
