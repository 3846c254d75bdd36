/**
 * Deno KV on a file that was looked at before it is opened; and what becomes of a damaged one.
 *
 * Law: a new store stands in the place of a damaged one only when all that could be salvaged is whole and durable in it. A recovery that
 * was cut, or for which there was no room, is done again, from the file that was set aside (`aside.ts`), which nobody writes to.
 */
import { DatabaseSync } from "node:sqlite";
import type { Finding } from "../finding.ts";
import { StoreFailed } from "../store.ts";
import { markAside, moveAside, removeParts, sizeOf, takeMarkOff, unfinishedAside } from "./aside.ts";
import { syncDirectory } from "./durable_file.ts";
import { restoreRecords, salvageRecords } from "./salvage.ts";
import { blamesFile, inspectStoreFile, repairRows } from "./store_file.ts";

/** `T` is what there is when the store has begun. */
export interface KvFileOptions<T> {
  /** The time now, for the name of a file that is moved aside. */
  readonly wallMs: number;
  readonly report: (finding: Finding) => void;
  readonly openKv: (path: string) => Promise<Deno.Kv>;
  /** The first reads and the first commit. Where KV fails in them the file is at fault, as where it cannot open it. */
  readonly begin: (kv: Deno.Kv) => Promise<T>;
}

export interface Recovered {
  /** It bears its mark still, which is to be taken off when the first commit of the new store is durable. */
  readonly aside: string;
  /** What was wrong with it. */
  readonly error: string;
  readonly salvaged: number;
}

export interface OpenedKvFile<T> {
  readonly kv: Deno.Kv;
  readonly begun: T;
  /** Null where the file was sound. */
  readonly recovered: Recovered | null;
}

/** Throws `StoreFailed`. */
export async function openKvFile<T>(path: string, options: KvFileOptions<T>): Promise<OpenedKvFile<T>> {
  try {
    const unfinished = unfinishedAside(path);
    const resumed = unfinished === null ? null : await recover(path, unfinished, RESUMED, options);
    const verdict = inspectStoreFile(path);
    if (verdict.kind === "damaged") return await openAnew(path, verdict.error, resumed, options);
    if (verdict.kind === "sound") {
      if (verdict.foreignRows > 0) {
        repairRows(path);
        options.report({ kind: "RowsRepaired", count: verdict.foreignRows });
      }
      for (const row of verdict.damagedRows) options.report({ kind: "RecordDamaged", ...row });
    }
    try {
      return await start(path, resumed, options);
    } catch (error) {
      if (!blamesFile(error)) throw error;
      return await openAnew(path, messageOf(error), resumed, options);
    }
  } catch (cause) {
    if (cause instanceof StoreFailed) throw cause;
    throw new StoreFailed(`look at the medium: ${path} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

const RESUMED = "an earlier start was cut off while it salvaged it";

async function start<T>(
  path: string,
  recovered: Recovered | null,
  options: KvFileOptions<T>,
): Promise<OpenedKvFile<T>> {
  const kv = await openPrivate(path, options);
  try {
    return { kv, begun: await options.begin(kv), recovered };
  } catch (error) {
    kv.close();
    throw error;
  }
}

async function openAnew<T>(
  path: string,
  error: string,
  resumed: Recovered | null,
  options: KvFileOptions<T>,
): Promise<OpenedKvFile<T>> {
  // The file that is damaged now was made from that one, and has all of it.
  if (resumed !== null) await takeMarkOff(resumed.aside);
  const recovered = await recover(path, markAside(path, options.wallMs), error, options);
  return await start(path, recovered, options);
}

async function recover(
  path: string,
  aside: string,
  error: string,
  options: Pick<KvFileOptions<unknown>, "openKv">,
): Promise<Recovered> {
  try {
    await moveAside(path, aside);
    // A file in its place is the new one: nothing but its first commit was left to do.
    const isReplaced = (sizeOf(path) ?? 0) > 0;
    const records = salvageRecords(isReplaced ? path : aside);
    if (!isReplaced) await replace(path, records, options);
    return { aside, error, salvaged: records.length };
  } catch (cause) {
    throw new StoreFailed(
      `make room on the medium or change it: what can be salvaged from the damaged ${aside} cannot be stored, ` +
        `and waits there for the next start: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** The new file has all in one, without a log, before it gets its name. */
async function replace(
  path: string,
  records: ReturnType<typeof salvageRecords>,
  options: Pick<KvFileOptions<unknown>, "openKv">,
): Promise<void> {
  const made = `${path}.new`;
  removeParts(made);
  try {
    const kv = await openPrivate(made, options);
    try {
      await restoreRecords(kv, records);
    } finally {
      kv.close();
    }
    foldLog(made);
    // SQLite's defaults have synced it already; this does not rest on them.
    using file = Deno.openSync(made, { write: true });
    file.syncSync();
    Deno.renameSync(made, path);
    await syncDirectory(path.slice(0, path.lastIndexOf("/")));
  } finally {
    removeParts(made);
  }
}

/** A close that finds no room to fold the log leaves it there without a word; this throws. */
function foldLog(path: string): void {
  using database = new DatabaseSync(path);
  const [row] = database.prepare("pragma wal_checkpoint(truncate)").all();
  if (row?.["busy"] !== 0) {
    throw new Error(`the log of ${path} could not be folded: somebody else has it open`);
  }
}

/** SQLite gives its log the mode of the file, which KV would make readable for everyone. */
async function openPrivate(
  path: string,
  { openKv }: Pick<KvFileOptions<unknown>, "openKv">,
): Promise<Deno.Kv> {
  Deno.openSync(path, { write: true, create: true }).close();
  Deno.chmodSync(path, 0o600);
  return await openKv(path);
}

/** What went wrong, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
