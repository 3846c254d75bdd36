/** Which meter values of a transaction are kept for StopTransaction, a week of one a second (decision D-too-big). */
import { assert, assertEquals } from "@std/assert";
import { keptSamplesMax, samplePlace } from "../../protocol/sample_spacing.ts";

/** What stands there after so many, and the most that ever did. */
function keptOf(count: number) {
  const numbers: number[] = [];
  let most = 0;
  let gone = 0;
  for (let number = 0; number < count; number++) {
    const place = samplePlace(number);
    if (place.kind === "leftOut") continue;
    if (place.kind === "keptInstead") numbers.splice(gone = place.isNewRound ? 1 : gone + 1, 1);
    numbers.push(number);
    most = Math.max(most, numbers.length);
  }
  return { numbers, most };
}

Deno.test("D-too-big: every meter value is kept until there are as many as may be", () => {
  assertEquals(keptOf(keptSamplesMax).numbers.length, keptSamplesMax);
  assertEquals(samplePlace(keptSamplesMax), { kind: "keptInstead", isNewRound: true });
  assertEquals(samplePlace(keptSamplesMax + 1), { kind: "leftOut" });
});

Deno.test("D-too-big: of a week at one a second never more are kept, the first always, the gaps within a factor of two", () => {
  for (const count of [keptSamplesMax + 1, 1_501, 2_000, 2_001, 86_400, 604_800]) {
    const { numbers, most } = keptOf(count);
    assertEquals([numbers[0], numbers.length, most], [0, keptSamplesMax, keptSamplesMax], String(count));
    const gaps = numbers.map((number, at) => (numbers[at + 1] ?? count) - number);
    assert(Math.max(...gaps) <= 2 * Math.min(...gaps.slice(0, -1)), `${count}: ${Math.max(...gaps)}`);
  }
});
