/** The parts of `deno task crash`: none is skipped for what came of another. */
import { assertEquals } from "@std/assert";
import { allEnded, type Part, runParts } from "./crash_parts.ts";

function check(sentence: string, hits: readonly (number | Error)[], wrong: readonly string[]): void {
  Deno.test({ name: `task crash ${sentence}`, permissions: "none" }, async () => {
    const ran: string[] = [];
    const said: string[] = [];
    const parts = hits.map((hit, index): Part => ({
      option: `part${index}`,
      untried: "nothing was hit",
      run: () => {
        ran.push(`part${index}`);
        return hit instanceof Error ? Promise.reject(hit) : Promise.resolve(hit);
      },
    }));
    assertEquals(await runParts(parts, (line) => said.push(line)), wrong);
    assertEquals([ran, said], [parts.map(({ option }) => option), wrong]);
  });
}

check("has nothing to say where every part has hit something", [1, 545], []);
check("runs what comes behind a part that has hit nothing, and says so in the end", [0, 1], [
  "give more --part0: nothing was hit",
]);
check("runs what comes behind a loss, and names both that and another", [
  new Error("lost"),
  1,
  new Error("doubled"),
], [
  "--part0: lost",
  "--part2: doubled",
]);

Deno.test({
  name: "task crash lets a lane end before it tells what was wrong in another",
  permissions: "none",
}, async () => {
  const other = Promise.withResolvers<void>();
  const told: string[] = [];
  const lanes = allEnded([
    Promise.reject(new Error("lost")),
    other.promise.then(() => void told.push("ended")),
  ])
    .catch((error: Error) => void told.push(error.message));
  other.resolve();
  await lanes;
  assertEquals(told, ["ended", "lost"]);
});
