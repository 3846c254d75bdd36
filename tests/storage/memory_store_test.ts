/** The store in memory: the port's contract, and the faults that it makes on order. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createMemoryStore, type MemorySnapshot } from "../../storage/drivers/memory_store.ts";
import { type Batch, DamagedRecord, type Store, StoreFailed } from "../../storage/store.ts";
import { testStore } from "../contract/store_contract.ts";

testStore("memory store", () => {
  let left: MemorySnapshot = { records: [], lastSequence: 0 };
  return Promise.resolve({
    open: (report) => {
      const memory = createMemoryStore({ from: left, report });
      return Promise.resolve({
        store: memory.store,
        close: () => {
          left = memory.snapshot();
          return Promise.resolve();
        },
      });
    },
    corrupt: (key) => {
      const memory = createMemoryStore({ from: left });
      memory.corrupt(key);
      left = memory.snapshot();
      return Promise.resolve();
    },
    remove: () => Promise.resolve(),
  });
});

function check(sentence: string, prove: () => void | Promise<void>): void {
  Deno.test({ name: `memory store: ${sentence}`, permissions: "none", fn: prove });
}

function setA(value: number): Batch {
  return { sets: [{ key: ["a"], value }] };
}

async function valueOfA(store: Store): Promise<unknown> {
  return (await store.get(["a"]))?.value;
}

check("a full medium refuses commits, as many as ordered, and changes nothing", async () => {
  const { store, failCommits } = createMemoryStore();
  await store.commit(setA(1));
  failCommits("full", 2);
  const refused = { kind: "refused", error: "database or disk is full" } as const;
  assertEquals(await Promise.all([2, 3, 4].map((value) => store.commit(setA(value)))), [
    refused,
    refused,
    { kind: "committed", sequence: 4 },
  ]);
  failCommits("full", Infinity);
  assertEquals(await store.commit(setA(5)), refused);
  failCommits("full", 0);
  assertEquals((await store.commit(setA(6))).kind, "committed");
});

check("a check fails before the medium does", async () => {
  const { store, failCommits } = createMemoryStore();
  failCommits("full", 1);
  assertEquals(await store.commit({ checks: [{ key: ["a"], sequence: 1 }] }), { kind: "conflict" });
});

for (
  const [fault, valueNow, valueAtStart] of [
    ["failedKept", 2, 2],
    ["failedLost", 1, 1],
    ["failedOrphaned", 1, 2],
  ] as const
) {
  check(
    `a commit that ${fault} throws, and leaves ${valueNow} for readers and ${valueAtStart} for the next start`,
    async () => {
      const { store, failCommits, snapshot } = createMemoryStore();
      await store.commit(setA(1));
      failCommits(fault, 1);
      await assertRejects(() => store.commit(setA(2)), StoreFailed);
      assertEquals(await valueOfA(store), valueNow);
      assertEquals(await valueOfA(createMemoryStore({ from: snapshot() }).store), valueAtStart);
    },
  );
}

check("an orphaned commit is gone for good with the next commit", async () => {
  const { store, failCommits, powerCut } = createMemoryStore();
  failCommits("failedOrphaned", 1);
  await assertRejects(() => store.commit(setA(1)), StoreFailed);
  await store.commit({ sets: [{ key: ["b"], value: 2 }] });
  assertEquals(await createMemoryStore({ from: powerCut(0) }).store.get(["a"]), null);
});

check("reads fail as often as ordered", async () => {
  const { store, failReads } = createMemoryStore();
  await store.commit(setA(1));
  failReads(2);
  await assertRejects(() => store.get(["a"]), StoreFailed);
  await assertRejects(() => store.list(["a"]), StoreFailed);
  assertEquals(await valueOfA(store), 1);
});

for (const kept of [0, 1, 2, 3]) {
  check(
    `a power cut keeps the first ${kept} of three commits under way, and no promise resolves`,
    async () => {
      const clock = createSimulatedClock({ startWallMs: 0 });
      const memory = createMemoryStore({ latency: { clock, drawMs: () => 10 } });
      let resolved = 0;
      const first = memory.store.commit(setA(0));
      await clock.advance(10);
      await first;
      for (const value of [1, 2, 3]) void memory.store.commit(setA(value)).finally(() => resolved++);
      void memory.store.get(["a"]).finally(() => resolved++);
      await clock.advance(9);
      assertEquals([memory.pending(), clock.pending()], [4, 4]);
      const left = memory.powerCut(kept);
      assertEquals([memory.pending(), clock.pending()], [0, 0]);
      void memory.store.get(["a"]).finally(() => resolved++);
      void memory.store.commit(setA(9)).finally(() => resolved++);
      await clock.advance(100);
      assertEquals([resolved, memory.pending()], [0, 0]);
      assertEquals(await valueOfA(createMemoryStore({ from: left }).store), kept);
    },
  );
}

check("without a clock a power cut catches what was asked for in the same turn", async () => {
  const { store, powerCut, pending } = createMemoryStore();
  let resolved = 0;
  void store.commit(setA(1)).finally(() => resolved++);
  assertEquals(pending(), 1);
  assertEquals(powerCut(0).records, []);
  await Promise.resolve().then(() => {}).then(() => {});
  assertEquals(resolved, 0);
});

check("what is refused, or conflicts, is not kept by a power cut either", () => {
  const { store, failCommits, powerCut } = createMemoryStore();
  failCommits("full", 1);
  void store.commit(setA(1));
  void store.commit({ checks: [{ key: ["b"], sequence: 1 }], ...setA(2) });
  assertEquals(powerCut(2).records, []);
});

check(
  "each operation takes the time that is drawn for it, and none overtakes a commit",
  async () => {
    const clock = createSimulatedClock({ startWallMs: 0 });
    const delaysMs = [3, 30, 10, 5, 40];
    const asked: string[] = [];
    const memory = createMemoryStore({
      latency: { clock, drawMs: (operation) => (asked.push(operation), delaysMs[asked.length - 1] ?? 0) },
    });
    const ended: string[] = [];
    function note(name: string): () => void {
      return () => ended.push(`${name} at ${clock.monotonicMs()}`);
    }
    void memory.store.get(["a"]).then(note("early get"));
    void memory.store.commit(setA(1)).then(note("first commit"));
    void memory.store.commit(setA(2)).then(note("second commit"));
    void memory.store.get(["a"]).then(note("get"));
    void memory.store.list(["a"]).then(note("list"));
    await clock.advance(100);
    assertEquals(asked, ["get", "commit", "commit", "get", "list"]);
    assertEquals(ended, [
      "early get at 3",
      "first commit at 30",
      "second commit at 30",
      "get at 30",
      "list at 40",
    ]);
  },
);

check("a snapshot is not changed by what follows", async () => {
  const { store, snapshot } = createMemoryStore();
  await store.commit(setA(1));
  const before = snapshot();
  await store.commit(setA(2));
  assertEquals(await valueOfA(createMemoryStore({ from: before }).store), 1);
});

check("a record that is damaged twice is damaged still", async () => {
  const memory = createMemoryStore();
  await memory.store.commit(setA(1));
  memory.corrupt(["a"]);
  memory.corrupt(["a"]);
  await assertRejects(() => memory.store.get(["a"]), DamagedRecord);
});

check("only a record that is there can be corrupted", () => {
  assertThrows(() => createMemoryStore().corrupt(["a"]), RangeError, '["a"]');
});

check(
  "what two readers of a record share, neither can change; a byte changed later is found all the same",
  async () => {
    const memory = createMemoryStore();
    await memory.store.commit({ sets: [{ key: ["a"], value: { list: [1] } }] });
    const shared = (await memory.store.get(["a"]))?.value as { list: number[] };
    assertThrows(() => shared.list.push(2), TypeError);
    assertEquals(await valueOfA(memory.store), { list: [1] });
    memory.corrupt(["a"]);
    await assertRejects(() => memory.store.get(["a"]), DamagedRecord);
  },
);
