/** A store of known records to damage, and what is left of it afterwards. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { describeFinding, type Finding } from "../../storage/finding.ts";

export const RECORDS = 120;
export const WALL_MS = Date.UTC(2026, 2, 1, 12);
export const ASIDE = "store.kv.damaged-2026-03-01T12-00-00.000Z";

/** What the next start finds; each record was proven. */
export interface Left {
  readonly findings: readonly Finding[];
  /** How many of the records are there. */
  readonly found: number;
  /** The first number that was handed out. */
  readonly next: number;
}

/** The files of a store that was closed in order, made once; `older.kv` has half of the records. */
let filled: { readonly files: ReadonlyMap<string, Uint8Array>; readonly last: number } | null = null;

/** Returns the number of the last commit. */
export async function layOut(directory: string): Promise<number> {
  if (filled === null) {
    const last = await fill(directory);
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
    filled = { files: new Map(names.map((name) => [name, Deno.readFileSync(`${directory}/${name}`)])), last };
  } else {
    for (const [name, bytes] of filled.files) Deno.writeFileSync(`${directory}/${name}`, bytes);
  }
  return filled.last;
}

async function fill(directory: string): Promise<number> {
  let last = 0;
  for (const half of [0, 1]) {
    const { store, close } = await openDenoKvStore(directory, { wallMs: WALL_MS, report: failOn });
    for (let n = 1 + half * RECORDS / 2; n <= (half + 1) * RECORDS / 2; n++) {
      await store.commit({ sets: [{ key: ["record", n], value: valueOf(n) }] });
    }
    await store.commit({ sets: [{ key: ["other"], value: half }] });
    const outcome = await store.commit({ deletes: [["other"]] }); // So the highest record is not of the last commit.
    last = outcome.kind === "committed" ? outcome.sequence : NaN;
    await close();
    if (half === 0) Deno.copyFileSync(`${directory}/store.kv`, `${directory}/older.kv`);
  }
  return last;
}

/** Opens what is there, proves each record, and closes. */
export async function look(directory: string): Promise<Left> {
  const findings: Finding[] = [];
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: WALL_MS,
    report: (found) => findings.push(found),
  });
  const entries = await store.list(["record"]);
  for (const { key, value } of entries) assertEquals(value, valueOf(Number(key[1])));
  const next = store.nextSequence();
  await close();
  return { findings, found: entries.length, next };
}

function valueOf(n: number): { readonly n: number; readonly text: string } {
  return { n, text: `record ${n} `.repeat(12) };
}

function failOn(finding: Finding): void {
  assertNotEquals(finding, finding, describeFinding(finding));
}

export function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}
