/**
 * A recovery of a damaged store that is cut, killed, or has no room: the next start does it again, and all that an undisturbed one
 * salvages is there.
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { FREE_BYTES_MIN } from "../../storage/reserve.ts";
import type { Finding } from "../../storage/finding.ts";
import { StoreFailed } from "../../storage/store.ts";
import { ASIDE, layOut, look, RECORDS, WALL_MS } from "./damaged_store.ts";

/** What a directory holds, by name. */
type Files = Readonly<Record<string, Uint8Array>>;

interface Damaged {
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

function check(sentence: string, prove: (directory: string, damaged: Damaged) => Promise<void>): void {
  Deno.test(`recovery: ${sentence}`, async () => {
    const known = await damaged();
    await inDirectory(async (directory) => {
      await (await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} })).close();
      await prove(directory, known);
    });
  });
}

/** The start after it has all, says so once, keeps the evidence, and leaves nothing for the one after. */
async function assertRecovered(
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

/** A power cut left these. */
function checkCut(sentence: string, files: (damaged: Damaged) => Files): void {
  check(`cut off ${sentence}, it is done again`, async (directory, known) => {
    Deno.removeSync(`${directory}/store.kv`);
    write(directory, files(known));
    await assertRecovered(directory, known);
  });
}

const MARK = { [`${ASIDE}.unfinished`]: new Uint8Array(0) };

checkCut("before anything was renamed", ({ file, log }) => ({
  ...MARK,
  "store.kv": file,
  "store.kv-wal": log,
}));
checkCut("between the file and its log", ({ file, log }) => ({
  ...MARK,
  [ASIDE]: file,
  "store.kv-wal": log,
}));
checkCut("before the new file was begun", ({ file, log }) => ({
  ...MARK,
  [ASIDE]: file,
  [`${ASIDE}-wal`]: log,
}));
checkCut("in the new file, of which a part and another's log are left", ({ file, log, restored }) => ({
  ...MARK,
  [ASIDE]: file,
  [`${ASIDE}-wal`]: log,
  "store.kv.new": restored.slice(0, restored.length / 2),
  "store.kv.new-wal": log,
}));
checkCut("behind the new file, before it has got its name", ({ file, log, restored }) => ({
  ...MARK,
  [ASIDE]: file,
  [`${ASIDE}-wal`]: log,
  "store.kv.new": restored,
}));
checkCut("with an empty file under that name", ({ file, log }) => ({
  ...MARK,
  [ASIDE]: file,
  [`${ASIDE}-wal`]: log,
  "store.kv": new Uint8Array(0),
}));
checkCut("when only the mark was left to take off", ({ file, log, restored }) => ({
  ...MARK,
  [ASIDE]: file,
  [`${ASIDE}-wal`]: log,
  "store.kv": restored,
}));

check("what has begun already in the new file is kept", async (directory, known) => {
  await recoverUndisturbed(directory, known);
  const { store, close } = await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} });
  await store.commit({ sets: [{ key: ["begun"], value: 1 }] });
  const files = { "store.kv-wal": Deno.readFileSync(`${directory}/store.kv-wal`), ...MARK };
  await close();
  write(directory, files);
  await assertRecovered(directory, known, 1);
  const again = await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} });
  assertEquals((await again.store.get(["begun"]))?.value, 1);
  await again.close();
});

/** The new file, with another page zeroed than the one it was made from. */
function damagedAgain({ restored }: Damaged): Uint8Array {
  const file = restored.slice();
  const middle = new TextDecoder("latin1").decode(file).lastIndexOf(`"n":${RECORDS / 2 - 10},`);
  return file.fill(0, middle - middle % 4096, middle - middle % 4096 + 4096);
}

const AGAIN = `${ASIDE}.again`;
const MARKS = { ...MARK, [`${AGAIN}.unfinished`]: new Uint8Array(0) };

check(
  "a new file that is damaged before it has begun costs nothing of what it was made from",
  async (directory, known) => {
    const damaged = damagedAgain(known);
    write(directory, { ...MARK, [ASIDE]: known.file, [`${ASIDE}-wal`]: known.log, "store.kv": damaged });
    await assertRecovered(directory, known);
    assertEquals(Deno.readFileSync(`${directory}/${AGAIN}`), damaged);
  },
);

check("what it had and the one before has no more is salvaged from it", async (directory, known) => {
  // All that this one had is gone, and of the new file only a page.
  write(directory, { ...MARK, [ASIDE]: known.file.slice(0, 5000), "store.kv": damagedAgain(known) });
  const { found, findings } = await look(directory);
  assert(findings.length === 1 && findings[0]?.kind === "StoreMovedAside", JSON.stringify(findings));
  assertEquals([findings[0].path, findings[0].salvaged], [`${directory}/${ASIDE}`, found]);
  assertGreater(found, known.salvaged / 2);
  assert(findings[0].error.includes(`damaged too and kept as ${directory}/${AGAIN}: `), findings[0].error);
});

for (
  const [when, files] of [
    ["before it was renamed", (known) => ({ ...MARKS, "store.kv": damagedAgain(known) })],
    ["between it and its log", (known) => ({
      ...MARKS,
      [AGAIN]: damagedAgain(known),
      "store.kv-wal": known.log,
    })],
    ["when all is aside", (known) => ({ ...MARKS, [AGAIN]: damagedAgain(known) })],
    ["with the next one made", (known) => ({
      ...MARKS,
      [AGAIN]: damagedAgain(known),
      "store.kv": known.restored,
    })],
    ["with one mark taken off", (known) => ({
      ...MARK,
      [AGAIN]: damagedAgain(known),
      "store.kv": known.restored,
    })],
    ["with that damaged in turn", (known) => ({
      ...MARKS,
      [AGAIN]: damagedAgain(known),
      "store.kv": damagedAgain(known),
    })],
  ] as const satisfies readonly (readonly [string, (damaged: Damaged) => Files])[]
) {
  check(
    `a new file that is damaged before it has begun, cut off ${when}: done again`,
    async (directory, known) => {
      Deno.removeSync(`${directory}/store.kv`);
      write(directory, { [ASIDE]: known.file, [`${ASIDE}-wal`]: known.log, ...files(known) });
      await assertRecovered(directory, known);
    },
  );
}

for (
  const [sentence, files] of [
    ["a log without its file", ({ log }) => ({ "store.kv-wal": log })],
    ["the same, cut off before it was moved", ({ log }) => ({ ...MARK, "store.kv-wal": log })],
    ["the same, cut off when it was moved", ({ log }) => ({ ...MARK, [`${ASIDE}-wal`]: log })],
  ] as const satisfies readonly (readonly [string, (damaged: Damaged) => Files])[]
) {
  check(`${sentence} is kept as evidence, and said`, async (directory, known) => {
    Deno.removeSync(`${directory}/store.kv`);
    write(directory, files(known));
    const { found, findings } = await look(directory);
    assert(findings.length === 1 && findings[0]?.kind === "StoreMovedAside", JSON.stringify(findings));
    assertEquals([found, findings[0].salvaged], [0, 0]);
    assertEquals(Deno.readFileSync(`${findings[0].path}-wal`), known.log);
    assertEquals((await look(directory)).findings, []);
  });
}

check("without room for it the start says so, and the damaged file waits", async (directory, known) => {
  write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
  const full = fullAt(3);
  const error = await assertRejects(() => openDenoKvStore(directory, full.options), StoreFailed);
  assertEquals(
    error.message,
    `make room on the medium or change it: what can be salvaged from the damaged ${directory}/${ASIDE} cannot be stored, ` +
      "and waits there for the next start: database or disk is full",
  );
  assertEquals(full.findings, [{ kind: "BallastReleased", path: `${directory}/ballast` }]);
  assertEquals(full.tried(), 2, "with the room of the ballast it is tried once more");
  assertEquals(
    [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => /^store.*(?<!-shm)$/.test(name))
      .sort(),
    [ASIDE, `${ASIDE}-wal`, `${ASIDE}.unfinished`].sort(),
  );
  await assertRecovered(directory, known);
});

check(
  "finished ones make room for it when the ballast was not enough, the oldest first",
  async (directory, known) => {
    const finished = [2024, 2025].map((year) => `${directory}/store.kv.damaged-${year}`);
    for (const path of finished) {
      for (const part of ["", "-wal"]) {
        Deno.writeTextFileSync(path + part, "damaged");
      }
    }
    write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
    const full = fullAt(3, 2);
    await (await openDenoKvStore(directory, full.options)).close();
    assertEquals(full.findings.filter(({ kind }) => kind !== "StoreMovedAside"), [
      { kind: "BallastReleased", path: `${directory}/ballast` },
      { kind: "AsideGivenUp", path: `${directory}/store.kv.damaged-2024` },
    ]);
    const left = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
      /-202[45]/.test(name)
    );
    assertEquals(left.sort(), ["store.kv.damaged-2025", "store.kv.damaged-2025-wal"]);
  },
);

check("without room for all that, what waits to be salvaged is not given up", async (directory, known) => {
  Deno.writeTextFileSync(`${directory}/store.kv.damaged-2024`, "damaged");
  write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
  const full = fullAt(3);
  await assertRejects(() => openDenoKvStore(directory, full.options), StoreFailed, "make room on the medium");
  assertEquals(full.findings.map(({ kind }) => kind), ["BallastReleased", "AsideGivenUp"]);
  await assertRecovered(directory, known);
});

for (const [times, kinds] of [[1, ""], [Infinity, "StoreMovedAside"]] as const) {
  check(
    `a first page that cannot be read ${times} times is ${kinds === "" ? "no " : ""}damage`,
    async (directory) => {
      await layOut(directory);
      const { openSync } = Deno;
      let left: number = times;
      Deno.openSync = (path, options) => {
        const file = openSync(path, options);
        const read = file.readSync.bind(file);
        const isFirst = () =>
          /\/store\.kv[^/]*$/.test(String(path)) && file.seekSync(0, Deno.SeekMode.Current) < 4096;
        file.readSync = (bytes) => {
          if (isFirst() && left-- > 0) throw Object.assign(new Error("Input/output error"), { code: "EIO" });
          return read(bytes);
        };
        return file;
      };
      try {
        const { findings, found } = await look(directory);
        assertEquals(findings.map(({ kind }) => kind).join(), kinds);
        assertEquals(found, RECORDS);
      } finally {
        Deno.openSync = openSync;
      }
    },
  );
}

for (const [free, isHeld] of [[FREE_BYTES_MIN - 1, false], [FREE_BYTES_MIN, true], [null, false]] as const) {
  check(
    `the ballast makes room for it, and with ${free} bytes free is ${isHeld ? "" : "not "}taken back at once`,
    async (directory, known) => {
      write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
      const full = fullAt(3, 1, free);
      const { store, close } = await openDenoKvStore(directory, full.options);
      assertEquals((await store.list(["record"])).length, known.salvaged);
      await close();
      const kinds = full.findings.map(({ kind }) => kind).filter((kind) => kind !== "FreeSpaceUnknown");
      assertEquals(kinds, ["BallastReleased", "StoreMovedAside"]);
      assertEquals([...Deno.readDirSync(directory)].some(({ name }) => name === "ballast"), isHeld);
    },
  );
}

check(
  "a file that cannot be read for now is not taken for one with nothing in it",
  async (directory, known) => {
    Deno.removeSync(`${directory}/store.kv`);
    write(directory, { ...MARK, [ASIDE]: known.file });
    Deno.mkdirSync(`${directory}/${ASIDE}-wal`);
    await assertRejects(() => look(directory), StoreFailed, "Is a directory");
    Deno.removeSync(`${directory}/${ASIDE}-wal`);
    write(directory, { [`${ASIDE}-wal`]: known.log });
    await assertRecovered(directory, known);
  },
);

check("a new file whose log cannot be folded into it does not take the place", async (directory, known) => {
  write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
  const readers: DatabaseSync[] = [];
  const openKv = async (path: string) => {
    const kv = await Deno.openKv(path);
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec("begin; select count(*) from kv");
    readers.push(reader);
    return kv;
  };
  const options = { wallMs: WALL_MS, report: () => {}, medium: { openKv, freeBytes: () => FREE_BYTES_MIN } };
  await assertRejects(() => openDenoKvStore(directory, options), StoreFailed, "could not be folded");
  for (const reader of readers) reader.close();
  await assertRecovered(directory, known);
});

for (
  const [file, commit] of [["store.kv.new", 0], ["store.kv.new", 5], ["store.kv", 0], [
    "store.kv",
    1,
  ]] as const
) {
  check(`killed at commit ${commit} of ${file}, it is done again`, async (directory, known) => {
    write(directory, { "store.kv": known.file, "store.kv-wal": known.log });
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", CHILD, directory, file, `${commit}`],
    });
    assertEquals((await child.output()).signal, "SIGKILL");
    await assertRecovered(directory, known);
  });
}

const CHILD = new URL("./recovering_child.ts", import.meta.url).pathname;

/** A medium on which so many commits of a new file find room, the first `times` that one is made. */
function fullAt(commits: number, times = Infinity, free: number | null = 0) {
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

async function recoverUndisturbed(directory: string, { file, log }: Damaged): Promise<void> {
  write(directory, { "store.kv": file, "store.kv-wal": log });
  await look(directory);
}

function write(directory: string, files: Files): void {
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
