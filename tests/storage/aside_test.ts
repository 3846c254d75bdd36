/** A damaged file set aside: what a recovery has made durable before its next step, and which files are kept. */
import { assertEquals } from "@std/assert";
import { markAgain, markAside } from "../../storage/drivers/aside.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { ASIDE, WALL_MS } from "./damaged_store.ts";

function check(sentence: string, prove: (directory: string) => Promise<void>): void {
  Deno.test(`aside: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_aside_" });
    const { open, openSync, renameSync, removeSync, readDirSync } = Deno;
    try {
      await prove(directory);
    } finally {
      Object.assign(Deno, { open, openSync, renameSync, removeSync, readDirSync });
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** From here on each name that is made, changed or synced below `directory` is noted: of what a power cut keeps, this decides. */
function noteNames(directory: string): readonly string[] {
  const notes: string[] = [];
  const { open, openSync, renameSync, removeSync } = Deno;
  const nameOf = (path: string | URL) =>
    String(path).slice(directory.length).replace(/^\//, "") || "directory";
  function noteSyncs(file: Deno.FsFile, name: string): Deno.FsFile {
    const [sync, syncSync] = [file.sync.bind(file), file.syncSync.bind(file)];
    file.sync = () => (notes.push(`sync ${name}`), sync());
    file.syncSync = () => (notes.push(`sync ${name}`), syncSync());
    return file;
  }
  Object.assign(Deno, {
    open: async (path: string, options?: Deno.OpenOptions) =>
      noteSyncs(await open(path, options), nameOf(path)),
    openSync: (path: string, options?: Deno.OpenOptions) => {
      if (path.endsWith(".unfinished")) notes.push(`make ${nameOf(path)}`);
      return noteSyncs(openSync(path, options), nameOf(path));
    },
    renameSync: (from: string, to: string) => {
      notes.push(`rename ${nameOf(from)} ${nameOf(to)}`);
      renameSync(from, to);
    },
    removeSync: (path: string) => {
      if (path.endsWith(".unfinished")) notes.push(`remove ${nameOf(path)}`);
      removeSync(path);
    },
  });
  return notes;
}

check("each step of a recovery is durable before the next one", async (directory) => {
  Deno.writeTextFileSync(`${directory}/store.kv`, "not a database");
  Deno.writeTextFileSync(`${directory}/store.kv-wal`, "nor its log");
  const notes = noteNames(directory);
  const { close } = await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} });
  const noted = notes.filter((note) => !/ballast|-shm/.test(note));
  await close();
  assertEquals(noted, [
    `make ${ASIDE}.unfinished`,
    "sync directory",
    `rename store.kv ${ASIDE}`,
    "sync directory",
    `rename store.kv-wal ${ASIDE}-wal`,
    "sync directory",
    "sync store.kv.new",
    "rename store.kv.new store.kv",
    "sync directory",
    `remove ${ASIDE}.unfinished`,
    "sync directory",
  ]);
});

for (const [order, direction] of [["rising", 1], ["falling", -1]] as const) {
  check(`the newest are kept where a directory is read in ${order} order`, (directory) => {
    const { readDirSync } = Deno;
    Object.assign(Deno, {
      readDirSync: (path: string) =>
        [...readDirSync(path)].sort((one, other) => one.name < other.name ? -direction : direction),
    });
    const path = `${directory}/store.kv`;
    for (const year of [2023, 2021, 2024, 2022]) {
      for (const part of ["", "-wal"]) Deno.writeTextFileSync(`${path}.damaged-${year}${part}`, "damaged");
    }
    markAside(path, WALL_MS);
    assertEquals(names(), [
      "store.kv.damaged-2023",
      "store.kv.damaged-2023-wal",
      "store.kv.damaged-2024",
      "store.kv.damaged-2024-wal",
      `${ASIDE}.unfinished`,
    ]);
    markAgain(path, `${directory}/${ASIDE}`);
    assertEquals(names(), [
      "store.kv.damaged-2024",
      "store.kv.damaged-2024-wal",
      `${ASIDE}.again.unfinished`,
      `${ASIDE}.unfinished`,
    ]);
    return Promise.resolve();

    function names(): readonly string[] {
      return [...readDirSync(directory)].map(({ name }) => name).sort();
    }
  });
}
