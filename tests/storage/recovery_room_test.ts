/** A recovery without room, or of a file that cannot be read: what is given up for it, and what is not. */
import { assertEquals, assertRejects } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { FREE_BYTES_MIN } from "../../storage/reserve.ts";
import { StoreFailed } from "../../storage/store.ts";
import { ASIDE, layOut, look, RECORDS } from "./damaged_store.ts";
import { assertRecovered, check, fullAt, MARK, write } from "./disturbed_recovery.ts";

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
