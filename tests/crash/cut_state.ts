/**
 * The state directory as a power cut has left it, on a real file system, and what the store says of it.
 *
 * Law: the store is opened as the charger opens it; what it reports or throws is told, never swallowed.
 */
import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { credentialsFile } from "../../storage/drivers/credentials_file.ts";
import { BALLAST_BYTES } from "../../storage/drivers/ballast.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { describeFinding } from "../../storage/finding.ts";
import { availabilityKey, keys } from "../../storage/record_keys.ts";
import type { Store } from "../../storage/store.ts";
import type { Content } from "./disk.ts";

/** A file system in memory where there is one: what is synced to it is not what is tested. */
export async function makeSweepDirectory(): Promise<string> {
  const options = { prefix: "chargerd_test_" };
  return await Deno.makeTempDir({ ...options, dir: "/dev/shm" }).catch(() => Deno.makeTempDir(options));
}

/** Writes what is below `root` into `directory`, in place of whatever was there. */
export function layOut(contents: ReadonlyMap<string, Content>, root: string, directory: string): void {
  Deno.removeSync(directory, { recursive: true });
  for (const [path, content] of contents) {
    const target = `${directory}${path.slice(root.length)}`;
    if (content === "directory") Deno.mkdirSync(target);
    else if (content.length === BALLAST_BYTES) linkBallast(directory, target);
    else Deno.writeFileSync(target, content);
  }
}

/** Two MiB whose bytes are nobody's: one file, in every state that has it. */
function linkBallast(directory: string, target: string): void {
  const whole = `${directory}.ballast`;
  Deno.openSync(whole, { write: true, create: true }).close();
  Deno.truncateSync(whole, BALLAST_BYTES);
  Deno.linkSync(whole, target);
}

export type Opened =
  /** Every record, in the order of the keys, as JSON; what was found wrong; and whether there are whole credentials. */
  | {
    readonly kind: "opened";
    readonly records: string;
    readonly findings: readonly string[];
    readonly credentials: "absent" | "whole" | "damaged";
  }
  | { readonly kind: "unreadable"; readonly error: string };

export async function openCutState(state: string): Promise<Opened> {
  const findings: string[] = [];
  try {
    // As the charger does, which makes the directory where it is not there.
    Deno.mkdirSync(state, { recursive: true });
    const read = await credentialsFile(state).read();
    const { store, close } = await openDenoKvStore(state, {
      wallMs: 0,
      report: (finding) => findings.push(describeFinding(finding)),
    });
    try {
      if (read.kind === "read" && read.damage !== null) findings.push(read.damage);
      const credentials = read.kind === "read" ? "whole" : read.kind;
      return {
        kind: "opened",
        records: JSON.stringify(await allRecords(store, state)),
        findings,
        credentials,
      };
    } finally {
      await close();
    }
  } catch (error) {
    return { kind: "unreadable", error: error instanceof Error ? error.message : String(error) };
  }
}

/** Of each kind the first part of its key; some records have no other. */
const KINDS = [...Object.values(keys), availabilityKey(1)]
  .flatMap((key) => key.slice(0, 1));

/** Throws where the file has records of a kind that is not known here, or some that the store leaves out. */
async function allRecords(store: Store, state: string): Promise<readonly unknown[]> {
  const records: unknown[] = [];
  for (const kind of KINDS) {
    const single = await store.get([kind]);
    const entries = [...single === null ? [] : [single], ...await store.list([kind])];
    for (const { key, value, sequence } of entries) records.push([key, value, sequence]);
  }
  using database = new DatabaseSync(`${state}/store.kv`, { readOnly: true });
  const row = database.prepare("select count(*) as count from kv").get();
  // One more is the store's own.
  assertEquals(Number(row?.["count"]), records.length + 1, `records in ${state}`);
  return records;
}
