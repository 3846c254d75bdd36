/** What a failing medium means to a commit (notes/reliability.md D5): never a wrong answer, and no answer when none is known. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createDenoKvRecords, SEQUENCE_GAP } from "../../storage/drivers/deno_kv_records.ts";
import { type Store, StoreFailed } from "../../storage/store.ts";
import { type FaultyKv, faultyKv } from "./faulty_kv.ts";
import { newerRecord } from "./record_versions.ts";

const FULL = "database or disk is full";
const BROKEN = "disk I/O error";
const SET_A = { sets: [{ key: ["a"], value: 1 }] };

function check(sentence: string, prove: (store: Store, kv: FaultyKv) => Promise<void>): void {
  Deno.test(`Deno KV records: ${sentence}`, async () => {
    const kv = faultyKv(await Deno.openKv(":memory:"));
    const report = () => {};
    try {
      await prove(createDenoKvRecords(kv.kv, { lastSequence: 0, report, committed: () => {} }), kv);
    } finally {
      kv.kv.close();
    }
  });
}

check("a commit that was rejected and is there is committed", async (store, kv) => {
  kv.failCommits({ message: BROKEN, applied: true });
  assertEquals(await store.commit(SET_A), { kind: "committed", sequence: 1 });
  assertEquals((await store.get(["a"]))?.value, 1);
  assertEquals(kv.commits(), 1);
});

check("a commit that did not fit is refused, with nothing more written", async (store, kv) => {
  await store.commit({});
  kv.failCommits({ message: FULL, applied: false });
  assertEquals(await store.commit(SET_A), { kind: "refused", error: FULL });
  assertEquals([await store.get(["a"]), kv.commits()], [null, 2]);
});

check(
  "a commit that failed otherwise is refused once another has taken its place in the log",
  async (store, kv) => {
    kv.failCommits({ message: BROKEN, applied: false });
    assertEquals(await store.commit(SET_A), { kind: "refused", error: BROKEN });
    assertEquals([await store.get(["a"]), kv.commits()], [null, 2]);
  },
);

check("when that other one fails too, nobody knows, and it throws", async (store, kv) => {
  kv.failCommits({ message: BROKEN, applied: false }, { message: FULL, applied: false });
  await assertRejects(() => store.commit(SET_A), StoreFailed, `it failed with: ${BROKEN}`);
  assertEquals(await store.commit(SET_A), { kind: "committed", sequence: 2 });
});

check("when it cannot be read back, it throws", async (store, kv) => {
  kv.failCommits({ message: FULL, applied: false });
  kv.failReads(1);
  await assertRejects(() => store.commit(SET_A), StoreFailed, "sequence");
  assertEquals(await store.get(["a"]), null);
});

check("a failed commit does not hold up those behind it, nor change their order", async (store, kv) => {
  kv.failCommits({ message: BROKEN, applied: false });
  const outcomes = await Promise.all([
    store.commit(SET_A),
    store.commit(SET_A),
    store.commit({ deletes: [["a"]] }),
  ]);
  assertEquals(outcomes.map(({ kind }) => kind), ["refused", "committed", "committed"]);
  assertEquals(await store.get(["a"]), null);
});

check("a check rests on what was committed though rejected", async (store, kv) => {
  await store.commit(SET_A);
  kv.failCommits({ message: BROKEN, applied: true });
  await store.commit({ sets: [{ key: ["a"], value: 2 }] });
  assertEquals((await store.commit({ checks: [{ key: ["a"], sequence: 1 }] })).kind, "conflict");
  assertEquals((await store.commit({ checks: [{ key: ["a"], sequence: 2 }] })).kind, "committed");
});

check("reads that fail throw", async (store, kv) => {
  kv.failReads(2);
  await assertRejects(() => store.get(["a"]), StoreFailed, '["a"] cannot be read');
  await assertRejects(() => store.list(["a"]), StoreFailed, '["a"] cannot be listed');
});

check("a check that needs a read which fails throws, and nothing is written", async (store, kv) => {
  kv.failReads(1);
  await assertRejects(() => store.commit({ ...SET_A, checks: [{ key: ["b"], sequence: 9 }] }), StoreFailed);
  assertEquals(kv.commits(), 0);
});

check("a check of a record that was committed or read needs no read", async (store, kv) => {
  await store.commit(SET_A);
  const reads = kv.reads();
  await store.commit({ ...SET_A, checks: [{ key: ["a"], sequence: 1 }, { key: ["b"], sequence: null }] });
  assertEquals(kv.reads(), reads);
});

check(
  "a check of a record that a thousand others have pushed out of memory passes all the same",
  async (store) => {
    await store.commit(SET_A);
    for (const hundreds of [1, 2, 3]) {
      const sets = Array.from(
        { length: 400 },
        (_, index) => ({ key: ["n", hundreds * 1000 + index], value: 0 }),
      );
      await store.commit({ sets });
    }
    assertEquals(
      (await store.commit({ checks: [{ key: ["a"], sequence: 1 }], deletes: [["a"]] })).kind,
      "committed",
    );
  },
);

check("a record of a newer program stops its reader, for get and list", async (store, kv) => {
  await kv.kv.set(["a", 1], newerRecord(["a", 1]));
  await assertRejects(() => store.get(["a", 1]), StoreFailed, "it is of version 9");
  await assertRejects(() => store.list(["a"]), StoreFailed, "it is of version 9");
});

check("numbers run no further ahead of the last commit than a start skips", async (store) => {
  for (let count = 0; count < SEQUENCE_GAP; count++) store.nextSequence();
  assertThrows(() => store.nextSequence(), StoreFailed, "commit something first");
  await store.commit({});
  assertEquals(store.nextSequence(), SEQUENCE_GAP + 2);
});
