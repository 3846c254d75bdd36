/** What the Store port refuses, and that it takes all up to there. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Key } from "../../storage/store.ts";
import { type Check, numbers, set } from "./store_bench.ts";

export function testStoreBounds(check: Check): void {
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
}
