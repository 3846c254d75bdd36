/**
 * The store's SQLite file before Deno KV opens it: sound, absent, or damaged.
 *
 * Law: KV opens nothing that fails `PRAGMA integrity_check`, nor tables that are not as it makes them itself, because it would
 * answer some damage with a panic that no one can catch, and other damage with silence (notes/reliability.md A5). What was no
 * damage, but a lock or a lack of permission, is thrown.
 */
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "../crc32.ts";
import { StoreFailed } from "../store.ts";
import { sizeOf } from "./aside.ts";
import { type DamagedRow, walkRecords } from "./record_walk.ts";
import { isUnreadable } from "./store_pages.ts";

export type StoreFileVerdict =
  /** There is nothing that could be lost: no file, or one whose creation was cut off. */
  | { readonly kind: "absent" }
  /** `foreignRows` is how many rows `repairRows` would put right; the damaged ones are left out by who lists them. */
  | { readonly kind: "sound"; readonly foreignRows: number; readonly damagedRows: readonly DamagedRow[] }
  | { readonly kind: "damaged"; readonly error: string };

/** Reads the whole file. Throws when it cannot be looked at. */
export function inspectStoreFile(path: string): StoreFileVerdict {
  if ((sizeOf(path) ?? 0) === 0) {
    // SQLite would take an empty file for a new store, and throw the log away that belongs to the lost one.
    return (sizeOf(`${path}-wal`) ?? 0) === 0
      ? { kind: "absent" }
      : { kind: "damaged", error: "it is empty or missing, and its log is not" };
  }
  // What passes is asked again; what comes twice would come at each start.
  const writeVersion = byteAt(path, WRITE_VERSION_AT) ?? byteAt(path, WRITE_VERSION_AT);
  if (writeVersion === null) return { kind: "damaged", error: "its first page cannot be read" };
  if (writeVersion > WRITE_VERSION_MAX) {
    return { kind: "damaged", error: "its first page says that only a newer SQLite may write to it" };
  }
  try {
    // A journal is there where the power went while the file was being made: only who may write can roll it back.
    const readOnly = sizeOf(`${path}-journal`) === null;
    return withDatabase(path, { readOnly }, inspectTables);
  } catch (error) {
    if (isDamage(error)) return { kind: "damaged", error: (error as Error).message };
    throw error;
  }
}

/**
 * Puts right what KV would stumble over though the record may be whole: the encoding (the house stores bytes only), the
 * expiry (the house has none, and KV would delete the record), and a column of another type.
 */
export function repairRows(path: string): void {
  withDatabase(path, { readOnly: false }, (database) => {
    database.exec(
      `update kv set v = cast(v as blob), v_encoding = ${BYTES_ENCODING}, expiration_ms = ${NO_EXPIRY}, ` +
        `version = iif(typeof(version) = 'integer', version, 0) where ${FOREIGN}`,
    );
  });
}

/** Of the one Deno whose tables are known: a checksum over what `layoutOf` reads. Another Deno's are not judged. */
export const KNOWN_LAYOUT = { deno: "2.9.6", checksum: 0xea050e53 } as const;

/**
 * What makes the tables of a file those that a Deno makes: their definitions, in order, and by which migration it came to them. What
 * SQLite's own ANALYZE has counted is no part of it.
 */
export function layoutOf(database: DatabaseSync): number {
  const tables = database.prepare(
    "select type, name, tbl_name, sql from sqlite_master where name not like 'sqlite_stat%' order by rowid",
  ).all();
  const migrations = database.prepare("select quote(k), quote(version) from migration_state").all();
  return crc32(new TextEncoder().encode(JSON.stringify([tables, migrations])));
}

/** Whether SQLite says that the file's content is at fault; Deno KV hands on its words, `node:sqlite` its code too. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return DAMAGE_CODES.has(Number(error.errcode));
  return /malformed|not a database|no such (?:table|column)|already exists/.test(error.message);
}

/** Whether it is the file's content that the store could not go on with, in whatever words: not the medium's fault, nor ours. */
export function blamesFile(error: unknown): boolean {
  if (error instanceof StoreFailed) return error.cause !== undefined && blamesFile(error.cause);
  return !OF_THE_MEDIUM.test(String(error));
}

/** SQLite's words, KV's, and the mark of the system's own in Deno's; then those of a store that another has open, or that is closed. */
const OF_THE_MEDIUM = new RegExp(
  "disk is full|disk I/O|locked|busy|read-?only|unable to open|out of memory|os error|No space left|" +
    "locking protocol|access permission|interrupted|API misuse|BadResource|Requires .* access",
);

/** SQLITE_ERROR (the tables are not the ones that were made), SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE_CODES = new Set([1, 11, 26]);

/** "File format write version": what is beyond it SQLite reads, and no more, as if the medium were read-only. */
const WRITE_VERSION_AT = 18;
const WRITE_VERSION_MAX = 2;

/** `denokv_sqlite`'s mark of a value that is bytes, and of one that does not expire. */
const BYTES_ENCODING = 3;
const NO_EXPIRY = -1;
const FOREIGN = `not (v_encoding = ${BYTES_ENCODING} and expiration_ms = ${NO_EXPIRY} and ` +
  "typeof(v) = 'blob' and typeof(version) = 'integer')";

/**
 * What KV takes the version of its next commit from, and null where it could not: it is to be no lower than any that was given. A
 * sum beyond 62 bits would overflow one day.
 */
const VERSION_TO_COUNT_FROM =
  "(select iif(typeof(version) = 'integer' and version < 1 << 62, version, null) from data_version where k = 0)";

function inspectTables(database: DatabaseSync): StoreFileVerdict {
  const [first] = database.prepare("pragma integrity_check(1)").all();
  const integrity = String(first?.["integrity_check"]);
  if (integrity !== "ok") return { kind: "damaged", error: integrity };
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  if (tables.length === 0) return { kind: "absent" };
  if (!tables.some(({ name }) => name === "kv")) return { kind: "damaged", error: "it has no table kv" };
  if (Deno.version.deno === KNOWN_LAYOUT.deno && layoutOf(database) !== KNOWN_LAYOUT.checksum) {
    return { kind: "damaged", error: "its tables are not those that Deno KV makes" };
  }
  const rows = database.prepare(
    `select total(${FOREIGN}) as count, ${VERSION_TO_COUNT_FROM} >= ` +
      "coalesce(max(iif(typeof(version) = 'integer', version, 0)), 0) as counts from kv",
  ).get();
  if (rows?.["counts"] !== 1) {
    return { kind: "damaged", error: "its data_version is not one to count on from" };
  }
  const walked = walkRecords(database);
  if (walked.kind === "unreadable") return { kind: "damaged", error: walked.error };
  return { kind: "sound", foreignRows: Number(rows["count"]), damagedRows: walked.damaged };
}

/** Null where the medium cannot read it; 0 behind the end. */
function byteAt(path: string, at: number): number | null {
  using file = Deno.openSync(path);
  file.seekSync(at, Deno.SeekMode.Start);
  const byte = new Uint8Array(1);
  try {
    file.readSync(byte);
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
  return byte[0] ?? 0;
}

function withDatabase<T>(
  path: string,
  options: { readonly readOnly: boolean },
  use: (database: DatabaseSync) => T,
): T {
  const database = new DatabaseSync(path, options);
  try {
    return use(database);
  } finally {
    database.close();
  }
}
