/** Keys: their order and their size in the store, against UTF-8 itself. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareKeys, isBelow, keyBytes } from "../../storage/key.ts";
import type { Key } from "../../storage/store.ts";

function check(sentence: string, prove: () => void): void {
  Deno.test({ name: `key: ${sentence}`, permissions: "none", fn: prove });
}

/** Many characters in few places, so that texts share beginnings, on both sides of the surrogates. */
const textArbitrary = fc.oneof(
  fc.string({
    unit: fc.constantFrom("\0", "a", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{103ff}", "\u{10ffff}"),
    maxLength: 4,
  }),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const partArbitrary = fc.oneof(textArbitrary, fc.integer({ min: -2, max: 2 }));
const keyArbitrary: fc.Arbitrary<Key> = fc.array(partArbitrary, { minLength: 1, maxLength: 3 });

check("texts are in the order of their UTF-8 bytes", () => {
  fc.assert(
    fc.property(textArbitrary, textArbitrary, (one, other) => {
      assertEquals(Math.sign(compareKeys([one], [other])), Math.sign(compareBytes(utf8(one), utf8(other))));
    }),
    { numRuns: 1000 },
  );
});

check("texts come before numbers, numbers by size, a key before those below it", () => {
  const ordered: Key[] = [["z"], ["z", "0"], ["z", -1], ["z", 2], ["z", 2, 0], ["z", 10], [-5], [0]];
  for (const [index, key] of ordered.entries()) {
    for (const [otherIndex, other] of ordered.entries()) {
      assertEquals(Math.sign(compareKeys(key, other)), Math.sign(index - otherIndex));
    }
  }
});

check(
  "the order is one: of three keys the first before the second before the third is before the third",
  () => {
    fc.assert(fc.property(keyArbitrary, keyArbitrary, keyArbitrary, (one, two, three) => {
      const [first, second, third] = [one, two, three].sort(compareKeys) as [Key, Key, Key];
      assert(
        compareKeys(first, second) <= 0 && compareKeys(second, third) <= 0 && compareKeys(first, third) <= 0,
      );
    }));
  },
);

check("a key is below each of its beginnings, and not below itself or another", () => {
  assertEquals(isBelow(["a"], ["a", 1]), true);
  assertEquals(isBelow(["a"], ["a", 1, "b"]), true);
  assertEquals(isBelow(["a"], ["a"]), false);
  assertEquals(isBelow(["a"], ["ab", 1]), false);
  assertEquals(isBelow(["a", 1], ["a", "1", 2]), false);
});

check("its size is that of its texts with two marks and an escape for NUL, and nine bytes a number", () => {
  assertEquals(keyBytes(["a€\0", 7]), 1 + 3 + 2 + 2 + 9);
  fc.assert(fc.property(textArbitrary, (text) => {
    assertEquals(keyBytes([text]), utf8(text).length + text.split("\0").length - 1 + 2);
  }));
});

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (const [index, byte] of one.entries()) {
    const difference = byte - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
