/** What was made from a damaged file and is damaged too, before it has begun: both are salvaged, whatever cuts that off. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { seal } from "../../storage/record.ts";
import { ASIDE, look, RECORDS } from "./damaged_store.ts";
import { assertRecovered, check, type Damaged, type Files, MARK, write } from "./disturbed_recovery.ts";
import { encoded, runSql } from "./store_files.ts";

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

check("of a record that both have, what the later one has stands", async (directory, known) => {
  write(directory, { "store.kv": known.restored });
  const key = ["record", 7];
  runSql(directory, "update kv set v = ? where k = ?", seal(key, "older", 1), encoded(key));
  Deno.renameSync(`${directory}/store.kv`, `${directory}/${ASIDE}`);
  write(directory, { ...MARKS, [AGAIN]: damagedAgain(known) });
  // Each record is held against what it was last.
  assertGreater((await look(directory)).found, known.salvaged / 2);
});
