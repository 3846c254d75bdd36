/**
 * The promises of the Store port, one line each, for every driver.
 *
 * Law: what is asserted here is said in `storage/store.ts`, and the other way round.
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Finding } from "../../storage/finding.ts";
import { compareKeys, quote } from "../../storage/key.ts";
import {
  type Batch,
  DamagedRecord,
  type Entry,
  type Key,
  type Store,
  type Value,
} from "../../storage/store.ts";

/** One medium, empty at first, that can be opened again and again. */
export interface StoreMedium {
  readonly open: (report: (finding: Finding) => void) => Promise<OpenStore>;
  /** Flips a bit in the record's data; the store is closed. */
  readonly corrupt: (key: Key) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

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
      seen.push(bench.store.nextSequence());
      await bench.restart();
      seen.push(bench.store.nextSequence());
    }
    assertRising(seen);
  });

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

  check("a damaged record is thrown by get, left out by list, and reported by both", async (bench) => {
    for (const value of numbers(3)) await set(bench.store, ["a", value], { text: `value ${value}` });
    await bench.restart(() => bench.corrupt(["a", 2]));
    const error = await assertRejects(() => bench.store.get(["a", 2]), DamagedRecord, '["a",2]');
    assertEquals(error.key, ["a", 2]);
    assertEquals((await bench.store.list(["a"], { limit: 2 })).map(({ key }) => key[1]), [1, 3]);
    assertEquals(bench.findings.map(({ kind }) => kind), ["RecordDamaged", "RecordDamaged"]);
  });

  check("a damaged record passes no check, and can be replaced or deleted", async (bench) => {
    const sequences = [await set(bench.store, ["a"], "one"), await set(bench.store, ["b"], "two")];
    await bench.restart(async () => {
      await bench.corrupt(["a"]);
      await bench.corrupt(["b"]);
    });
    for (const sequence of [null, sequences[0] ?? NaN]) {
      assertEquals((await bench.store.commit({ checks: [{ key: ["a"], sequence }] })).kind, "conflict");
    }
    await bench.store.commit({ sets: [{ key: ["a"], value: "new" }], deletes: [["b"]] });
    assertEquals(await values(bench.store, [["a"], ["b"]]), ["new", undefined]);
  });

  check(
    "a value of 60 KiB is kept, a larger one is refused by key and size, and nothing happens",
    async ({ store }) => {
      const most = "x".repeat(60 * 1024 - 2);
      await set(store, ["a"], most);
      assertEquals((await store.get(["a"]))?.value, most);
      const larger = [{ key: ["b"], value: 1 }, { key: ["c", 7], value: `${most}y` }];
      await assertRejects(() => store.commit({ sets: larger }), RangeError, '["c",7]: 61441 bytes');
      await assertRejects(
        () => store.commit({ sets: [{ key: ["d"], value: "€".repeat(20480) }] }),
        RangeError,
        "61442 bytes",
      );
      assertEquals(await store.get(["b"]), null);
    },
  );

  check("a full batch is kept, a larger one is refused", async ({ store }) => {
    const key = (n: number): Key => ["k".repeat(125), n];
    const sets = numbers(500).map((n) => ({ key: key(n), value: n }));
    assertEquals((await store.commit({ sets })).kind, "committed");
    const checks = (await store.list(["k".repeat(125)], { limit: 36 })).map(({ key, sequence }) => ({
      key,
      sequence,
    }));
    assertEquals((await store.commit({ checks, sets: sets.slice(1) })).kind, "committed");
    const bulky = numbers(12).map((n) => ({ key: ["b", n], value: "x".repeat(60 * 1024 - 2) }));
    assertEquals((await store.commit({ sets: bulky })).kind, "committed");

    await assertRejects(
      () => store.commit({ sets, deletes: [["a"]] }),
      RangeError,
      "501 sets and deletes, at most 500",
    );
    await assertRejects(
      () => store.commit({ sets: [...bulky, { key: ["c"], value: "x".repeat(60 * 1024 - 2) }] }),
      RangeError,
      "bytes",
    );
    await assertRejects(
      () => store.commit({ checks: numbers(101).map((n) => ({ key: [n], sequence: null })) }),
      RangeError,
      "101 checks",
    );
    await assertRejects(
      () => store.commit({ sets: numbers(100).map((n) => ({ key: ["l".repeat(1000), n], value: n })) }),
      RangeError,
      "bytes of keys",
    );
  });

  check("what breaks the rules is refused as a mistake of the caller", async ({ store }) => {
    const badKeys: Key[] = [[], ["meta", "sequence"], ["a", NaN], ["a", Infinity], ["a", -0], ["\ud800"], [
      "x".repeat(1025),
    ]];
    for (const key of badKeys) {
      await assertRejects(() => store.get(key), RangeError);
      await assertRejects(() => store.list(key), RangeError);
      await assertRejects(() => store.commit({ sets: [{ key, value: 1 }] }), RangeError);
      await assertRejects(() => store.commit({ deletes: [key] }), RangeError);
      await assertRejects(() => store.commit({ checks: [{ key, sequence: null }] }), RangeError);
    }
    await assertRejects(() => store.list(["a"], { after: ["b", 1] }), RangeError, '["b",1]');
    await assertRejects(() => store.commit({ sets: [{ key: ["a"], value: { n: NaN } }] }), RangeError, "NaN");
    await assertRejects(
      () => store.commit({ sets: [{ key: ["a"], value: 1 }], deletes: [["a"]] }),
      RangeError,
      '["a"]',
    );
  });

  check("behaves like a map that is changed one commit at a time", async ({ store }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(commitArbitrary, { maxLength: 12 }), async (commits) => {
        await clear(store);
        await followModel(store, commits);
      }),
      { numRuns: 40 },
    );
  });

  check("keys have the order of the port", async ({ store }) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(keyArbitrary, { selector: quote, maxLength: 20 }), async (keys) => {
        await clear(store);
        await store.commit({ sets: keys.map((key) => ({ key: ["p", ...key], value: null })) });
        const found = (await store.list(["p"])).map(({ key }) => key.slice(1));
        assertEquals(found, [...keys].sort(compareKeys));
      }),
      { numRuns: 40 },
    );
  });
}

class Bench {
  readonly findings: Finding[] = [];
  readonly #medium: StoreMedium;
  #open: OpenStore | null = null;

  constructor(medium: StoreMedium) {
    this.#medium = medium;
  }

  get store(): Store {
    assert(this.#open !== null);
    return this.#open.store;
  }

  async start(): Promise<void> {
    this.#open = await this.#medium.open((finding) => this.findings.push(finding));
  }

  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.#open?.close();
    await meanwhile();
    await this.start();
  }

  async corrupt(key: Key): Promise<void> {
    await this.#medium.corrupt(key);
  }

  async end(): Promise<void> {
    await this.#open?.close();
    await this.#medium.remove();
  }
}

interface ModelCommit {
  readonly checks: readonly { readonly name: number; readonly stale: boolean }[];
  readonly changes: readonly { readonly name: number; readonly value: number | null }[];
}

const nameArbitrary = fc.integer({ min: 0, max: 4 });
const commitArbitrary: fc.Arbitrary<ModelCommit> = fc.record({
  checks: fc.array(fc.record({ name: nameArbitrary, stale: fc.boolean() }), { maxLength: 2 }),
  changes: fc.uniqueArray(fc.record({ name: nameArbitrary, value: fc.option(fc.integer()) }), {
    selector: ({ name }) => name,
    maxLength: 3,
  }),
});

const keyArbitrary: fc.Arbitrary<Key> = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 4 }),
    fc.string({
      unit: fc.constantFrom("\0", "\x01", "a", "\u00ff", "\ud7ff", "\ue000", "\uffff", "\u{10000}"),
      maxLength: 3,
    }),
    fc.integer({ min: -3, max: 3 }).map((n) => n / 2),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n === 0 ? 0 : n),
  ),
  { minLength: 1, maxLength: 3 },
);

async function followModel(store: Store, commits: readonly ModelCommit[]): Promise<void> {
  const model = new Map<number, { readonly value: number; readonly sequence: number }>();
  for (const { checks, changes } of commits) {
    const outcome = await store.commit({
      checks: checks.map(({ name, stale }) => ({
        key: ["model", name],
        sequence: stale ? 0 : model.get(name)?.sequence ?? null,
      })),
      sets: changes.flatMap(({ name, value }) => value === null ? [] : [{ key: ["model", name], value }]),
      deletes: changes.flatMap(({ name, value }) => value === null ? [["model", name]] : []),
    });
    assertEquals(outcome.kind, checks.some(({ stale }) => stale) ? "conflict" : "committed");
    if (outcome.kind !== "committed") continue;
    for (const { name, value } of changes) {
      if (value === null) model.delete(name);
      else model.set(name, { value, sequence: outcome.sequence });
    }
  }
  const expected = [...model].sort(([one], [other]) => one - other)
    .map(([name, { value, sequence }]): Entry => ({ key: ["model", name], value, sequence }));
  assertEquals(await store.list(["model"]), expected);
}

async function clear(store: Store): Promise<void> {
  const entries = [...await store.list(["p"]), ...await store.list(["model"])];
  await store.commit({ deletes: entries.map(({ key }) => key) });
}

/** Commits one value under one or more keys. */
async function set(store: Store, key: Key, value: Value, ...more: readonly Key[]): Promise<number> {
  const outcome = await store.commit({ sets: [key, ...more].map((key) => ({ key, value })) });
  assert(outcome.kind === "committed");
  return outcome.sequence;
}

async function values(store: Store, keys: readonly Key[]): Promise<readonly (Value | undefined)[]> {
  return await Promise.all(keys.map(async (key) => (await store.get(key))?.value));
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function assertRising(sequences: readonly number[]): void {
  for (const [index, sequence] of sequences.entries()) assertGreater(sequence, sequences[index - 1] ?? 0);
}
