/** The reserve for a full disk (notes/reliability.md D11). */
import { assertEquals } from "@std/assert";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { withReserve } from "../../storage/reserve.ts";
import type { Store } from "../../storage/store.ts";

function fullDisk(reserves: number) {
  const memory = createMemoryStore();
  let left = reserves;
  memory.failCommits("full", 1_000);
  const store = withReserve(memory.store, {
    release: () => {
      if (left === 0) return Promise.resolve(false);
      left--;
      memory.failCommits("full", 0);
      return Promise.resolve(true);
    },
    freeBytes: () => null,
  });
  return { store, left: () => left };
}

Deno.test("reserve: the end of a transaction is stored on a full disk", async () => {
  const { store, left } = fullDisk(1);
  const outcome = await store.commit({
    sets: [{ key: ["outbox", 1], value: 1 }],
    deletes: [["transaction", 1]],
  });
  assertEquals([outcome.kind, left()], ["committed", 0]);
});

Deno.test("reserve: and so is what decides it, which goes before the last reading (D-stop-first)", async () => {
  const { store, left } = fullDisk(1);
  const value = { localId: 1, stop: { reason: "Local", atMs: 1 } };
  const outcome = await store.commit({ sets: [{ key: ["transaction", 1], value }] });
  assertEquals([outcome.kind, left()], ["committed", 0]);
});

Deno.test("reserve: a new transaction is refused and leaves the reserve alone", async () => {
  const { store, left } = fullDisk(1);
  const outcome = await store.commit({ sets: [{ key: ["transaction", 1], value: 1 }] });
  assertEquals([outcome.kind, left()], ["refused", 1]);
});

Deno.test("reserve: without any left an ending is refused as well, and its actor tries again", async () => {
  const { store } = fullDisk(0);
  assertEquals((await store.commit({ deletes: [["transaction", 1]] })).kind, "refused");
});

Deno.test("reserve: to take a message off the queue, or out of the archive, is an ending", async () => {
  for (const key of [["outbox", 1], ["archive", 1, 1]]) {
    const { store } = fullDisk(1);
    const sets = [{ key: ["answer", 1], value: 1 }];
    assertEquals((await store.commit({ sets, deletes: [key] })).kind, "committed", key.join());
  }
});

Deno.test("reserve: and so is all that only makes room", async () => {
  const { store } = fullDisk(1);
  assertEquals((await store.commit({ deletes: [["sample", 1, 2]] })).kind, "committed");
  const another = fullDisk(1).store;
  const sets = [{ key: ["cache", "A"], value: 1 }];
  assertEquals((await another.commit({ sets, deletes: [["sample", 1, 2]] })).kind, "refused");
});

Deno.test("reserve: who reads while an ending is tried again sees it, as every commit that was asked for before", async () => {
  const { store } = fullDisk(1);
  const ending = store.commit({ sets: [{ key: ["outbox", 1], value: 1 }], deletes: [["transaction", 1]] });
  assertEquals([(await store.get(["outbox", 1]))?.value, (await ending).kind], [1, "committed"]);
  const another = fullDisk(1).store;
  const unwaited = another.commit({
    sets: [{ key: ["outbox", 1], value: 1 }],
    deletes: [["transaction", 1]],
  });
  assertEquals((await another.list(["outbox"])).length, 1);
  await unwaited;
});

Deno.test("reserve: what is left of it is for endings, until there is room again", async () => {
  const memory = createMemoryStore();
  let free = 2 * 1024 * 1024;
  memory.failCommits("full", 1);
  const store = withReserve(memory.store, { release: () => Promise.resolve(true), freeBytes: () => free });
  const sample = () => store.commit({ sets: [{ key: ["outbox", 2], value: 2 }] });
  const ending = () => store.commit({ deletes: [["transaction", 1]] });
  assertEquals((await sample()).kind, "refused", "the disk is full");
  assertEquals((await sample()).kind, "committed", "and has room again: nothing has ended yet");
  memory.failCommits("full", 1);
  assertEquals((await ending()).kind, "committed");
  assertEquals(await sample(), { kind: "refused", error: "2 MB free, 16 MB needed" });
  assertEquals((await ending()).kind, "committed");
  free = 16 * 1024 * 1024;
  assertEquals((await sample()).kind, "committed");
  free = 0;
  assertEquals((await sample()).kind, "committed", "what happens to it then is the disk's business");
});

for (
  const [error, free, isReleased] of [
    ["disk I/O error", 16 * 1024 * 1024, false],
    ["disk I/O error", null, false],
    ["disk I/O error", 16 * 1024 * 1024 - 1, true],
    ["database or disk is full", 16 * 1024 * 1024, true],
    ["database or disk is full", null, true],
  ] as const
) {
  Deno.test(`reserve: an ending refused with "${error}" and ${free} bytes free ${isReleased ? "gives" : "does not give"} it up`, async () => {
    const memory = createMemoryStore();
    let failures = 1;
    let released = 0;
    const commit: Store["commit"] = async (batch) =>
      failures-- > 0 ? { kind: "refused", error } : await memory.store.commit(batch);
    const release = () => {
      released++;
      return Promise.resolve(true);
    };
    const store = withReserve({ ...memory.store, commit }, { release, freeBytes: () => free });
    const outcome = await store.commit({ deletes: [["transaction", 1]] });
    assertEquals([outcome.kind, released], isReleased ? ["committed", 1] : ["refused", 0]);
    const sample = await store.commit({ sets: [{ key: ["outbox", 2], value: 2 }] });
    const isShort = isReleased && free !== null && free < 16 * 1024 * 1024;
    assertEquals(sample.kind, isShort ? "refused" : "committed", "the disk is short only where it was full");
  });
}

Deno.test("reserve: what is left stays for endings while nobody can measure the room", async () => {
  const memory = createMemoryStore();
  let free: number | null = 2 * 1024 * 1024;
  memory.failCommits("full", 1);
  const store = withReserve(memory.store, { release: () => Promise.resolve(true), freeBytes: () => free });
  const sample = () => store.commit({ sets: [{ key: ["outbox", 2], value: 2 }] });
  await store.commit({ deletes: [["transaction", 1]] });
  free = null;
  assertEquals((await sample()).kind, "committed", "the disk itself decides");
  free = 2 * 1024 * 1024;
  assertEquals((await sample()).kind, "refused");
});

Deno.test("reserve: without any left, and where room cannot be measured, the disk itself decides", async () => {
  const memory = createMemoryStore();
  memory.failCommits("full", 1);
  const store = withReserve(memory.store, { release: () => Promise.resolve(false), freeBytes: () => null });
  assertEquals((await store.commit({ deletes: [["transaction", 1]] })).kind, "refused");
  assertEquals((await store.commit({ sets: [{ key: ["outbox", 2], value: 2 }] })).kind, "committed");
});

Deno.test("reserve: nothing that was asked for later overtakes an ending that is tried again", async () => {
  const memory = createMemoryStore();
  memory.failCommits("full", 1);
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
  const release = () => {
    asked.resolve();
    return released.promise;
  };
  const store = withReserve(memory.store, { release, freeBytes: () => null });
  const outcomes = [
    store.commit({ sets: [{ key: ["outbox", 1], value: 1 }], deletes: [["transaction", 1]] }),
    store.commit({ sets: [{ key: ["outbox", 2], value: 2 }] }),
  ];
  await asked.promise;
  outcomes.push(store.commit({ sets: [{ key: ["outbox", 3], value: 3 }], deletes: [["transaction", 3]] }));
  const seen = store.list(["outbox"]);
  released.resolve(true);
  const order = (await Promise.all(outcomes)).map((one) => one.kind === "committed" ? one.sequence : NaN);
  assertEquals(order, order.toSorted((one, other) => one - other));
  assertEquals((await seen).map(({ value }) => value), [1, 2, 3]);
});

/** One line a case: bytes that are free, and whether a transaction begins. */
function checkBeginning(sentence: string, free: number | null, expected: string): void {
  Deno.test({ name: `free space: ${sentence}`, permissions: "none" }, async () => {
    const { store } = createMemoryStore();
    const limited = withReserve(store, { release: () => Promise.resolve(false), freeBytes: () => free });
    const outcome = await limited.commit({
      checks: [{ key: ["transaction", 1], sequence: null }],
      sets: [{ key: ["transaction", 1], value: 1 }],
    });
    assertEquals(outcome.kind === "refused" ? outcome.error : outcome.kind, expected);
    const going = await limited.commit({ sets: [{ key: ["outbox", 1], value: 1 }] });
    assertEquals(going.kind, "committed", "what goes on is stored as long as there is room at all");
  });
}

checkBeginning("16 MiB are enough to begin a transaction", 16 * 1024 * 1024, "committed");
checkBeginning(
  "with less none begins, and it is said why",
  16 * 1024 * 1024 - 600_000,
  "15 MB free, 16 MB needed",
);
checkBeginning("where it is not known the disk itself decides", null, "committed");
