/** A recovery to disturb: what a damaged store and its directory hold, what an undisturbed one makes of it, and a medium without room. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Finding } from "../../storage/finding.ts";
import { ASIDE, layOut, look, RECORDS, WALL_MS } from "./damaged_store.ts";

/** What a directory holds, by name. */
export type Files = Readonly<Record<string, Uint8Array>>;

export interface Damaged {
  /** The damaged file and its log, as a process left them that was killed. */
  readonly file: Uint8Array;
  readonly log: Uint8Array;
  /** What an undisturbed recovery makes of them, and of how many records that is. */
  readonly restored: Uint8Array;
  readonly salvaged: number;
}

let made: Damaged | null = null;

/** A store with records in its log, of which one page is zeroed. */
async function damaged(): Promise<Damaged> {
  made ??= await inDirectory(async (directory) => {
    await layOut(directory);
    const { store, close } = await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} });
    await store.commit({ deletes: [["record", 1]] });
    const log = Deno.readFileSync(`${directory}/store.kv-wal`);
    const file = Deno.readFileSync(`${directory}/store.kv`);
    await close();
    const middle = new TextDecoder("latin1").decode(file).lastIndexOf(`"n":${RECORDS / 2 + 10},`);
    file.fill(0, middle - middle % 4096, middle - middle % 4096 + 4096);
    write(directory, { "store.kv": file, "store.kv-wal": log });
    const { found, findings } = await look(directory);
    assertEquals(findings.map(({ kind }) => kind), ["StoreMovedAside"]);
    assertGreater(found, RECORDS / 2);
    return { file, log, restored: Deno.readFileSync(`${directory}/store.kv`), salvaged: found };
  });
  return made;
}

export function check(sentence: string, prove: (directory: string, damaged: Damaged) => Promise<void>): void {
  Deno.test(`recovery: ${sentence}`, async () => {
    const known = await damaged();
    await inDirectory(async (directory) => {
      await (await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} })).close();
      await prove(directory, known);
    });
  });
}

/** The start after it has all, says so once, keeps the evidence, and leaves nothing for the one after. */
export async function assertRecovered(
  directory: string,
  { file, log, salvaged }: Damaged,
  others = 0,
): Promise<void> {
  const { found, findings } = await look(directory);
  assertEquals(found, salvaged);
  assert(findings.length === 1 && findings[0]?.kind === "StoreMovedAside", JSON.stringify(findings));
  assertEquals(findings[0].salvaged, salvaged + others);
  assertEquals(Deno.readFileSync(findings[0].path), file);
  assertEquals(Deno.readFileSync(`${findings[0].path}-wal`), log);
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  assertEquals(names.filter((name) => /unfinished|new/.test(name)), []);
  const again = await look(directory);
  assertEquals([again.found, again.findings], [salvaged, []]);
}

export const MARK = { [`${ASIDE}.unfinished`]: new Uint8Array(0) };

/** A medium on which so many commits of a new file find room, the first `times` that one is made. */
export function fullAt(commits: number, times = Infinity, free: number | null = 0) {
  const findings: Finding[] = [];
  let tried = 0;
  async function openKv(path: string): Promise<Deno.Kv> {
    const kv = await Deno.openKv(path);
    if (!path.endsWith(".new") || ++tried > times) return kv;
    const atomic = kv.atomic.bind(kv);
    let left = commits;
    kv.atomic = () => {
      const operation = atomic();
      if (left-- <= 0) operation.commit = () => Promise.reject(new TypeError("database or disk is full"));
      return operation;
    };
    return kv;
  }
  function freeBytes(): number {
    if (free === null) throw new Error("it cannot be measured");
    return free;
  }
  const report = (finding: Finding) => findings.push(finding);
  return {
    findings,
    tried: () => tried,
    options: { wallMs: WALL_MS, report, medium: { openKv, freeBytes } },
  };
}

export function write(directory: string, files: Files): void {
  for (const [name, bytes] of Object.entries(files)) Deno.writeFileSync(`${directory}/${name}`, bytes);
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_recovery_" });
  try {
    return await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
