/** A store in use: what is said of damage that only a start can mend, and not of what a medium may do better the next time. */
import { assertEquals, assertRejects } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { DamagedRecord, type Store, StoreFailed } from "../../storage/store.ts";
import { type FaultyKv, faultyKv } from "./faulty_kv.ts";
import { flipBit, runSql } from "./store_files.ts";

const KEY = ["a", 1];

interface Scene {
  readonly store: Store;
  readonly kv: FaultyKv;
  readonly directory: string;
}

/** `said` is a part of what is told; null where nothing is to be. */
function check(sentence: string, act: (scene: Scene) => Promise<unknown>, said: string | null): void {
  Deno.test(`damage watch: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_watch_" });
    const kv: FaultyKv[] = [];
    const openKv = async (path: string) => {
      const faulty = faultyKv(await Deno.openKv(path));
      kv.push(faulty);
      return faulty.kv;
    };
    const medium = { openKv, freeBytes: () => Infinity };
    const { store, damaged, close } = await openDenoKvStore(directory, {
      wallMs: 0,
      report: () => {},
      medium,
    });
    try {
      await store.commit({ sets: [{ key: KEY, value: 1 }] });
      if (kv[0] !== undefined) await act({ store, kv: kv[0], directory });
      const told = await Promise.race([damaged, Promise.resolve(null)]);
      assertEquals(said === null ? told : told?.includes(said), said === null ? null : true, String(told));
    } finally {
      await close();
      await Deno.remove(directory, { recursive: true });
    }
  });
}

check("a key that a list cannot read", ({ store, directory }) => {
  runSql(directory, "update kv set k = ? where hex(k) like '026100%'", Uint8Array.of(2, 97, 0, 0x20, 1));
  return assertRejects(() => store.list(["a"]), StoreFailed);
}, "invalid tag");
check("a file that a get cannot read", ({ store, directory }) => {
  runSql(directory, "drop table kv");
  return assertRejects(() => store.get(KEY), StoreFailed);
}, "no such table");
check("a file that a commit cannot write", async ({ store, kv }) => {
  kv.failCommits({ message: "database disk image is malformed", applied: false });
  assertEquals((await store.commit({})).kind, "refused");
}, "malformed");

for (
  const message of [
    "disk I/O error",
    "database or disk is full",
    "database is locked",
    "locking protocol",
    "interrupted",
  ]
) {
  check(`nothing of a commit that fails with ${message}`, async ({ store, kv }) => {
    kv.failCommits({ message, applied: false });
    assertEquals((await store.commit({})).kind, "refused");
  }, null);
}
check("nothing of reads that fail for now", async ({ store, kv }) => {
  kv.failReads(2);
  await assertRejects(() => store.get(KEY), StoreFailed);
  await assertRejects(() => store.list(["a"]), StoreFailed);
}, null);
check("nothing of one damaged record, nor of a key that is none", async ({ store, directory }) => {
  flipBit(directory, KEY);
  await assertRejects(() => store.get(KEY), DamagedRecord);
  await assertRejects(() => store.get([]), RangeError);
}, null);
