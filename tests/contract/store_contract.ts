/**
 * The promises of the Store port, one line each, for every driver.
 *
 * Law: what is asserted here is said in `storage/store.ts`, and the other way round.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Batch, DamagedRecord, type Key, type Value } from "../../storage/store.ts";
import { assertRising, Bench, type Check, numbers, set, type StoreMedium, values } from "./store_bench.ts";
import { testStoreBounds } from "./store_bounds.ts";
import { testStoreModel } from "./store_model.ts";

export function testStore(name: string, makeMedium: () => Promise<StoreMedium>): void {
  function check(promise: string, prove: (bench: Bench) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, async () => {
      const bench = new Bench(await makeMedium());
      await bench.start();
      try {
        await prove(bench);
      } finally {
        await bench.end();
      }
    });
  }
  testCommits(check);
  testReads(check);
  testDamage(check);
  testStoreBounds(check);
  testStoreModel(check);
}

function testCommits(check: Check): void {
  check("get of an absent key is null", async ({ store }) => {
    assertEquals(await store.get(["a"]), null);
  });

  check("what is committed is read back, with the commit's sequence number", async ({ store }) => {
    const outcome = await store.commit({
      sets: [{ key: ["a", 1], value: { text: "ü€😀", list: [1.5, null, true] } }],
    });
    assert(outcome.kind === "committed");
    assertEquals(await store.get(["a", 1]), {
      key: ["a", 1],
      value: { text: "ü€😀", list: [1.5, null, true] },
      sequence: outcome.sequence,
    });
  });

  check("a field that is undefined is absent when read back", async ({ store }) => {
    await store.commit({ sets: [{ key: ["a"], value: { here: 1, gone: undefined } }] });
    assertEquals((await store.get(["a"]))?.value, { here: 1 });
  });

  check("a later change of the value by its owner changes nothing", async ({ store }) => {
    const value: Record<string, Value> = { count: 1 };
    const committed = store.commit({ sets: [{ key: ["a"], value }] });
    value["count"] = 2;
    await committed;
    assertEquals((await store.get(["a"]))?.value, { count: 1 });
  });

  check("a commit sets and deletes together", async ({ store }) => {
    await set(store, ["old"], 1);
    await store.commit({ sets: [{ key: ["new"], value: 2 }], deletes: [["old"], ["never there"]] });
    assertEquals([await store.get(["old"]), (await store.get(["new"]))?.value], [null, 2]);
  });

  check("a check passes at the sequence number that was read", async ({ store }) => {
    await set(store, ["a"], 1);
    const sequence = (await store.get(["a"]))?.sequence ?? NaN;
    const outcome = await store.commit({
      checks: [{ key: ["a"], sequence }],
      sets: [{ key: ["a"], value: 2 }],
    });
    assertEquals([outcome.kind, (await store.get(["a"]))?.value], ["committed", 2]);
  });

  check("a check passes without a read before, and after a restart", async (bench) => {
    const sequence = await set(bench.store, ["a"], 1);
    await bench.restart();
    const outcome = await bench.store.commit({ checks: [{ key: ["a"], sequence }], deletes: [["a"]] });
    assertEquals([outcome.kind, await bench.store.get(["a"])], ["committed", null]);
  });

  check("a check of null passes while the key is absent, and only then", async ({ store }) => {
    const create: Batch = { checks: [{ key: ["a"], sequence: null }], sets: [{ key: ["a"], value: 1 }] };
    assertEquals((await store.commit(create)).kind, "committed");
    assertEquals((await store.commit(create)).kind, "conflict");
    await store.commit({ deletes: [["a"]] });
    assertEquals((await store.commit(create)).kind, "committed");
  });

  check("one failed check of several, and nothing of the batch happens", async ({ store }) => {
    const right = await set(store, ["a"], 1);
    const stale = await set(store, ["b"], 1);
    await set(store, ["b"], 2);
    const outcome = await store.commit({
      checks: [{ key: ["a"], sequence: right }, { key: ["b"], sequence: stale }],
      sets: [{ key: ["a"], value: 3 }, { key: ["c"], value: 3 }],
      deletes: [["b"]],
    });
    assertEquals(outcome, { kind: "conflict" });
    assertEquals(await values(store, [["a"], ["b"], ["c"]]), [1, 2, undefined]);
  });

  check("a check of a sequence number fails when the key was deleted", async ({ store }) => {
    const sequence = await set(store, ["a"], 1);
    await store.commit({ deletes: [["a"]] });
    const outcome = await store.commit({
      checks: [{ key: ["a"], sequence }],
      sets: [{ key: ["b"], value: 1 }],
    });
    assertEquals([outcome.kind, await store.get(["b"])], ["conflict", null]);
  });

  check(
    "of many commits that rest on one reading, asked for at once, exactly one happens",
    async ({ store }) => {
      const sequence = await set(store, ["a"], 0);
      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5].map((value) =>
          store.commit({ checks: [{ key: ["a"], sequence }], sets: [{ key: ["a"], value }] })
        ),
      );
      assertEquals(outcomes.map(({ kind }) => kind), [
        "committed",
        "conflict",
        "conflict",
        "conflict",
        "conflict",
      ]);
      assertEquals((await store.get(["a"]))?.value, 1);
    },
  );

  check(
    "commits happen in the order in which they were asked for, each with a greater number",
    async ({ store }) => {
      const resolved: number[] = [];
      const sequences = await Promise.all(
        numbers(50).map(async (value) => {
          const sequence = await set(store, ["last"], value, ["each", value]);
          resolved.push(value);
          return sequence;
        }),
      );
      assertEquals(resolved, numbers(50));
      assertEquals((await store.get(["last"]))?.value, 50);
      assertRising(sequences);
      assertEquals((await store.list(["each"])).map((entry) => entry.sequence), sequences);
    },
  );

  check("a read sees every commit that was asked for before it, under way or not", async ({ store }) => {
    for (const value of numbers(20)) {
      const commit = store.commit({ sets: [{ key: ["a", 1], value }] });
      const [got, listed] = await Promise.all([store.get(["a", 1]), store.list(["a"])]);
      assertEquals([got?.value, listed[0]?.value], [value, value]);
      await commit;
    }
  });

  check("an empty commit is a commit", async ({ store }) => {
    assertEquals((await store.commit({})).kind, "committed");
  });

  check("numbers never come twice, handed out or committed, over restarts too", async (bench) => {
    const seen: number[] = [];
    for (const start of numbers(3)) {
      seen.push(bench.store.nextSequence(), bench.store.nextSequence(), await set(bench.store, ["a"], start));
      for (const _ of numbers(10)) seen.push(bench.store.nextSequence());
      await bench.restart();
      seen.push(bench.store.nextSequence());
    }
    assertRising(seen);
  });
}

function testReads(check: Check): void {
  check("all is there after a restart, with its sequence numbers", async (bench) => {
    for (const value of numbers(20)) await set(bench.store, ["a", value], value);
    const before = await bench.store.list(["a"]);
    await bench.restart();
    assertEquals(await bench.store.list(["a"]), before);
  });

  check("list gives what is below the prefix and nothing else, in order", async ({ store }) => {
    const below: Key[] = [
      ["p", "10"],
      ["p", "9"],
      ["p", "9", 1],
      ["p", "\uffff"],
      ["p", "\u{10000}"],
      ["p", -2],
      ["p", 9],
      ["p", 10],
    ];
    for (const key of [...below].reverse()) await set(store, key, 1);
    for (const key of [["p"], ["P", 1], ["p\0", 1], ["q", 1], [1, "p"]]) await set(store, key, 1);
    assertEquals((await store.list(["p"])).map(({ key }) => key), below);
    assertEquals((await store.list(["p", "9"])).map(({ key }) => key), [["p", "9", 1]]);
    assertEquals(await store.list(["nothing"]), []);
  });

  check("list stops at its limit, goes on after a key, and gives 1,000 by default", async ({ store }) => {
    for (let first = 1; first <= 1201; first += 400) {
      await store.commit({
        sets: numbers(first === 1201 ? 1 : 400).map((n) => ({ key: ["n", first + n - 1], value: n })),
      });
    }
    const all = await store.list(["n"], { limit: 5000 });
    assertEquals(all.map(({ key }) => key[1]), numbers(1201));
    assertEquals((await store.list(["n"])).length, 1000);
    assertEquals((await store.list(["n"], { limit: 0 })).length, 0);
    assertEquals((await store.list(["n"], { limit: 2, after: ["n", 700] })).map(({ key }) => key[1]), [
      701,
      702,
    ]);
    assertEquals((await store.list(["n"], { after: ["n", 1200.5] })).map(({ key }) => key[1]), [1201]);
    assertEquals(await store.list(["n"], { after: ["n", 1201] }), []);
  });

  check("list goes on with what is below the key that it goes on after", async ({ store }) => {
    await store.commit({ sets: [{ key: ["n", 1], value: 1 }, { key: ["n", 1, "a"], value: 2 }] });
    assertEquals((await store.list(["n"], { after: ["n", 1] })).map(({ value }) => value), [2]);
  });
}

function testDamage(check: Check): void {
  check("a damaged record is thrown by get, left out by list, and reported by both", async (bench) => {
    for (const value of numbers(3)) await set(bench.store, ["a", value], { text: `value ${value}` });
    await bench.restart(() => bench.corrupt(["a", 2]));
    const atStart = bench.findings.length; // A file is walked at its start, and says it then too.
    const error = await assertRejects(() => bench.store.get(["a", 2]), DamagedRecord, '["a",2]');
    assertEquals(error.key, ["a", 2]);
    assertEquals((await bench.store.list(["a"], { limit: 2 })).map(({ key }) => key[1]), [1, 3]);
    assertEquals(bench.findings.slice(atStart).map(({ kind }) => kind), ["RecordDamaged", "RecordDamaged"]);
  });

  check("a damaged record passes no check, and can be replaced or deleted", async (bench) => {
    const sequences = [
      await set(bench.store, ["a"], "one"),
      await set(bench.store, ["b"], "two"),
      await set(bench.store, ["c"], "three"),
    ];
    await bench.restart(async () => {
      await bench.corrupt(["a"]);
      await bench.corrupt(["b"]);
    });
    for (const sequence of [null, sequences[0] ?? NaN]) {
      assertEquals((await bench.store.commit({ checks: [{ key: ["a"], sequence }] })).kind, "conflict");
    }
    // Beside a check that needs a read, absence is looked up too.
    const unread = { key: ["c"], sequence: sequences[2] ?? NaN };
    assertEquals(
      (await bench.store.commit({ checks: [unread, { key: ["a"], sequence: null }] })).kind,
      "conflict",
    );
    assertEquals((await bench.store.commit({ checks: [unread] })).kind, "committed");
    await bench.store.commit({ sets: [{ key: ["a"], value: "new" }], deletes: [["b"]] });
    assertEquals(await values(bench.store, [["a"], ["b"]]), ["new", undefined]);
  });
}
