/**
 * A fixed slice of the simulation's seeds: nothing is lost, nothing is doubled, and a seed is a run, whoever plays it
 * (invariants of notes/reliability.md B3). More of them: `deno task sim`.
 */
import { assert, assertEquals } from "@std/assert";
import { slicePoints } from "./reach_points.ts";
import { playJob } from "./sim_job.ts";
import { openSimPool, thisTree } from "./sim_pool.ts";
import { breachLine, sweepLines } from "./sim_report.ts";
import { stationOf } from "./sim_stations.ts";
import { sweep } from "./sweep.ts";

const slice = Array.from(
  { length: 100 },
  (_, at) => ({ seed: String(at + 1), station: stationOf(at + 1), hours: 6 }),
);
const limitMs = 300_000;
/** Of the quiet hours at the end, too. */
const eventsAnHour = 200;
/** 1.5 in the seeds of a day; of these short ones the quiet hours are a larger share. */
const transactionsAnHour = 1.4;

Deno.test("simulated world: every durable Start and Stop reaches the central system once, in order", async () => {
  const pool = openSimPool({ workers: navigator.hardwareConcurrency, root: thisTree, limitMs });
  try {
    const swept = await sweep(pool, slice, { failuresMax: 3 });
    assertEquals(
      swept.failures.map(breachLine),
      [],
      "play it again with deno task sim --from SEED --seeds 1 --hours 6",
    );
    const hours = swept.simulatedMs / 3_600_000;
    const figures = sweepLines(swept, pool.size).join("\n");
    assert(swept.steps >= eventsAnHour * hours, `the world is too quiet to prove a thing:\n${figures}`);
    assert(swept.transactions >= transactionsAnHour * hours, `too few cars come:\n${figures}`);
    const never = slicePoints.filter((point) => !swept.reached.has(point));
    assertEquals(never, [], "no seed has reached these: what they prove is not proven");
  } finally {
    pool.close();
  }
});

Deno.test("simulated world: the same seed gives the same trace on another worker, another seed another", async () => {
  const job = { seed: "7", station: "reference-dc", hours: 4 };
  const pool = openSimPool({ workers: 1, root: thisTree, limitMs });
  try {
    const here = await playJob(job);
    assertEquals(await pool.play(job), here);
    assert((await pool.play({ ...job, seed: "8" })).traceHash !== here.traceHash);
  } finally {
    pool.close();
  }
});

Deno.test("simulated world: a worker that dies or hangs ends its job, and another one takes its place", async () => {
  const job = { seed: "1", station: "reference-dc", hours: 1 };
  const pool = openSimPool({ workers: 1, root: thisTree, limitMs });
  const hurried = openSimPool({ workers: 1, root: thisTree, limitMs: 1 });
  try {
    const died = await pool.play({ ...job, station: "no-such-station" });
    assertEquals(died.failure?.invariant, "died");
    assertEquals((await pool.play(job)).failure, null);
    assertEquals((await hurried.play({ ...job, hours: 1_000 })).failure?.invariant, "hung");
  } finally {
    pool.close();
    hurried.close();
  }
});
