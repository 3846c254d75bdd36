/**
 * Deno KV on a file that was looked at before it is opened; and what becomes of a damaged one.
 *
 * Law: a new store stands in the place of a damaged one only when all that could be salvaged is whole and durable in it. A recovery that
 * was cut, or for which there was no room, is done again, from the file that was set aside (`aside.ts`), which nobody writes to.
 */
import { DatabaseSync } from "node:sqlite";
import type { SealedSet } from "../batch.ts";
import type { Finding } from "../finding.ts";
import { quote } from "../key.ts";
import { StoreFailed } from "../store.ts";
import { markAgain, markAside, moveAside, removeParts, sizeOf, unfinishedAsides } from "./aside.ts";
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
  /** They bear their marks still, which are to be taken off when the first commit of the new store is durable. */
  readonly asides: readonly [string, ...string[]];
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
    const [first, ...others] = unfinishedAsides(path);
    const resumed = first === undefined ? null : await recover(path, [first, ...others], RESUMED, options);
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
  return await start(path, await recover(path, ...setAside(path, error, resumed, options), options), options);
}

function setAside(
  path: string,
  error: string,
  resumed: Recovered | null,
  { wallMs }: { readonly wallMs: number },
): [Recovered["asides"], string] {
  if (resumed === null) return [[markAside(path, wallMs)], error];
  // What is damaged now was made from the first, of which more may be readable.
  const [first] = resumed.asides;
  const again = markAgain(path, first);
  return [
    [first, again],
    `${resumed.error}, and what was made of it is damaged too and kept as ${again}: ${error}`,
  ];
}

async function recover(
  path: string,
  asides: Recovered["asides"],
  error: string,
  options: Pick<KvFileOptions<unknown>, "openKv">,
): Promise<Recovered> {
  try {
    await moveAside(path, asides.at(-1) ?? asides[0]);
    // A file in its place is the new one: nothing but its first commit was left to do.
    const isReplaced = (sizeOf(path) ?? 0) > 0;
    const records = salvageAll(isReplaced ? [path] : asides);
    if (!isReplaced) await replace(path, records, options);
    return { asides, error, salvaged: records.length };
  } catch (cause) {
    throw new StoreFailed(
      `make room on the medium or change it: what can be salvaged from the damaged ${
        asides.join(" and ")
      } cannot be stored, ` +
        `and waits there for the next start: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** A later file was made from those before it: where it has a record, that is no older than theirs. */
function salvageAll(paths: readonly string[]): readonly SealedSet[] {
  const whole = new Map<string, SealedSet>();
  for (const path of paths) for (const record of salvageRecords(path)) whole.set(quote(record.key), record);
  return [...whole.values()];
}

/** The new file has all in one, without a log, before it gets its name. */
async function replace(
  path: string,
  records: readonly SealedSet[],
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
