/**
 * The store's SQLite file before Deno KV opens it: sound, absent, or damaged.
 *
 * Law: KV opens nothing that fails `PRAGMA integrity_check`, because it would answer some damage with a panic that no one
 * can catch, and other damage with silence (notes/reliability.md A5). What was no damage, but a lock or a lack of
 * permission, is thrown.
 */
import { DatabaseSync } from "node:sqlite";
import { sizeOf } from "./aside.ts";
import { type DamagedRow, walkRecords } from "./record_walk.ts";

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
 * Puts right what KV would stumble over though the record is whole: the encoding (the house stores bytes only) and the
 * expiry (the house has none, and KV would delete the record).
 */
export function repairRows(path: string): void {
  withDatabase(path, { readOnly: false }, (database) => {
    database.exec(
      `update kv set v_encoding = ${BYTES_ENCODING}, expiration_ms = ${NO_EXPIRY} where ${FOREIGN}`,
    );
  });
}

/** Whether SQLite says that the file's content is at fault; Deno KV hands on its words, `node:sqlite` its code too. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return DAMAGE_CODES.has(Number(error.errcode));
  return /malformed|not a database|no such (?:table|column)|already exists/.test(error.message);
}

/** SQLITE_ERROR (the tables are not the ones that were made), SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE_CODES = new Set([1, 11, 26]);

/** `denokv_sqlite`'s mark of a value that is bytes, and of one that does not expire. */
const BYTES_ENCODING = 3;
const NO_EXPIRY = -1;
const FOREIGN = `v_encoding <> ${BYTES_ENCODING} or expiration_ms <> ${NO_EXPIRY}`;

function inspectTables(database: DatabaseSync): StoreFileVerdict {
  const [first] = database.prepare("pragma integrity_check(1)").all();
  const integrity = String(first?.["integrity_check"]);
  if (integrity !== "ok") return { kind: "damaged", error: integrity };
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  if (tables.length === 0) return { kind: "absent" };
  if (!tables.some(({ name }) => name === "kv")) return { kind: "damaged", error: "it has no table kv" };
  const foreign = database.prepare(`select count(*) as count from kv where ${FOREIGN}`).get();
  const walked = walkRecords(database);
  if (walked.kind === "unreadable") return { kind: "damaged", error: walked.error };
  return { kind: "sound", foreignRows: Number(foreign?.["count"]), damagedRows: walked.damaged };
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
