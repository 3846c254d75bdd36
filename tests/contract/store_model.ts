/** The Store port against a map, and its order of keys, on what chance comes up with. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareKeys, quote } from "../../storage/key.ts";
import type { Entry, Key, Store } from "../../storage/store.ts";
import type { Check } from "./store_bench.ts";

export function testStoreModel(check: Check): void {
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
