/** A real Deno KV file under a process that dies: nothing that was acknowledged is lost (notes/reliability.md A3). */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { assertRecovered, count } from "./counting.ts";

const ROUNDS = 10;

Deno.test("SIGKILL at ten moments of one growing file: acknowledged ≤ recovered ≤ acknowledged + 1, no hole", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_kill_" });
  let recovered = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // The pipe and the two processes make the moment within a commit a matter of chance.
    const more = 1 + Math.floor(Math.random() * 150);
    const from = recovered;
    const { acknowledged, said } = await count(directory, (number) => number >= from + more);
    assertEquals(said, ["ready"], `round ${round}, killed after ${more}`);
    assertGreater(acknowledged, from);
    recovered = await assertRecovered(directory, acknowledged);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a medium that takes no more: the commit throws, and what was acknowledged is there", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_limit_" });
  // A limit on the size of a file is a failing write that needs no root: the log fits some hundred commits.
  const { acknowledged, said } = await count(directory, () => false, "trap '' XFSZ; ulimit -f 6000");
  assertEquals(said, ["ready", "StoreFailed"]);
  assert(acknowledged > 50, `${acknowledged}`);
  assertEquals(await assertRecovered(directory, acknowledged), acknowledged);
  await Deno.remove(directory, { recursive: true });
});
