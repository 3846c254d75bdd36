/**
 * A recovery of a damaged store that is cut, killed, or has no room: the next start does it again, and all that an undisturbed one
 * salvages is there.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { FREE_BYTES_MIN } from "../../storage/reserve.ts";
import { StoreFailed } from "../../storage/store.ts";
import { ASIDE, look, WALL_MS } from "./damaged_store.ts";
import { assertRecovered, check, type Damaged, type Files, MARK, write } from "./disturbed_recovery.ts";

/** A power cut left these. */
function checkCut(sentence: string, files: (damaged: Damaged) => Files): void {
  check(`cut off ${sentence}, it is done again`, async (directory, known) => {
    Deno.removeSync(`${directory}/store.kv`);
    write(directory, files(known));
    await assertRecovered(directory, known);
  });
}

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

async function recoverUndisturbed(directory: string, { file, log }: Damaged): Promise<void> {
  write(directory, { "store.kv": file, "store.kv-wal": log });
  await look(directory);
}
