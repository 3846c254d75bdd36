/**
 * Seeded entropy: a run is a function of its seed, and a user more does not shift the others.
 *
 * Law: the numbers here are the format; a change of them changes every recorded seed.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";

function check(sentence: string, test: () => void): void {
  Deno.test({ name: `simulated entropy: ${sentence}`, permissions: "none", fn: test });
}

function draws(seed: string, stream: string): readonly number[] {
  const entropy = createSimulatedEntropy(seed);
  return Array.from({ length: 8 }, () => entropy.fraction(stream));
}

check("the same seed and stream give the same, for ever", () => {
  const entropy = createSimulatedEntropy("1");
  assertEquals([entropy.fraction("jitter"), entropy.fraction("jitter"), entropy.uuid("message")], [
    0.252228469182597,
    0.5190121217237822,
    "6f20c6d4-83b0-4864-b99e-fae17f83755d",
  ]);
  assertEquals(draws("1", "jitter"), draws("1", "jitter"));
});

check("another seed or another stream gives something else", () => {
  assertNotEquals(draws("1", "jitter"), draws("2", "jitter"));
  assertNotEquals(draws("1", "jitter"), draws("1", "message"));
  assertNotEquals(draws("1", "2"), draws("12", ""));
});

check("what one stream gives does not depend on what others were asked", () => {
  const entropy = createSimulatedEntropy("1");
  const mixed = Array.from({ length: 8 }, (_, i) => {
    for (let other = 0; other < i; other++) entropy.uuid(`other ${other}`);
    return entropy.fraction("jitter");
  });
  assertEquals(mixed, draws("1", "jitter"));
});
