/** The simulated world, some seeds of it: nothing is lost, nothing is doubled, and a seed is a run (invariants of notes/reliability.md B3). */
import { assert, assertEquals } from "@std/assert";
import { shippedStations } from "../../hal/drivers/station_files.ts";
import { runSeed } from "./run_seed.ts";

const hours = 4;

for (const station of shippedStations) {
  Deno.test(`simulated world (${station}): every durable Start and Stop reaches the central system once, in order`, async () => {
    const reached = new Set<string>();
    let transactions = 0;
    for (let seed = 1; seed <= 24; seed++) {
      const run = await runSeed(`${station}-${seed}`, { hours, station });
      assertEquals(run.breach?.message, undefined, `seed ${run.seed}`);
      transactions += run.transactions;
      for (const point of run.reached) reached.add(point);
    }
    assert(
      transactions >= 20 * hours,
      `only ${transactions} transactions were made: the world is too quiet to prove a thing`,
    );
    for (
      const point of [
        "crash",
        "restart",
        "power cut",
        "reset",
        "link lost",
        "offline start",
        station === "ac-two-sockets" ? "resumed" : "stop by PowerLoss",
        "retransmission",
      ]
    ) {
      assert(reached.has(point), `no seed reached: ${point}`);
    }
  });
}

Deno.test("simulated world: the same seed gives the same trace, another seed another", async () => {
  const [one, again, other] = [
    await runSeed("7", { hours }),
    await runSeed("7", { hours }),
    await runSeed("8", { hours }),
  ];
  assertEquals(one.traceHash, again.traceHash);
  assertEquals(one.transactions, again.transactions);
  assert(one.traceHash !== other.traceHash);
});
