/** A sweep, on a pool of literals: what it adds up, when it stops, and which seed it plays twice. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Job, Outcome } from "./sim_job.ts";
import type { SimPool } from "./sim_pool.ts";
import { sweep } from "./sweep.ts";

function jobs(count: number): readonly Job[] {
  return Array.from({ length: count }, (_, seed) => ({ seed: String(seed), station: "any", hours: 1 }));
}

function poolOf(
  outcomeOf: (seed: number, nth: number) => Partial<Outcome>,
): { pool: SimPool; played: Job[] } {
  const played: Job[] = [];
  return {
    played,
    pool: {
      size: 2,
      close: () => {},
      play: (job) => {
        const nth = played.filter(({ seed }) => seed === job.seed).length;
        played.push(job);
        return Promise.resolve({
          job,
          traceHash: "same",
          transactions: 2,
          steps: 10,
          simulatedMs: 1_000,
          reached: [],
          failure: null,
          ...outcomeOf(Number(job.seed), nth),
        });
      },
    },
  };
}

const failure = {
  invariant: "I2",
  what: "I2: lost",
  step: 3,
  scenario: [],
  settings: {},
  security: null,
  lastTrace: [],
};

Deno.test({
  name: "sweep: adds up what was played and counts the seeds that reached a point",
  permissions: "none",
}, async () => {
  const { pool } = poolOf((seed) => ({ reached: seed < 3 ? ["reset"] : [] }));
  const { tookMs: _, traceHash: __, ...swept } = await sweep(pool, jobs(7), { failuresMax: 1 });
  assertEquals(swept, {
    seeds: 7,
    simulatedMs: 7_000,
    steps: 70,
    transactions: 14,
    reached: new Map([["reset", 3]]),
    failures: [],
  });
});

Deno.test({
  name: "sweep: the trace of one seed is its own, that of many depends on each and on their order",
  permissions: "none",
}, async () => {
  const traceOf = async (...traces: readonly string[]) => {
    const { pool } = poolOf((seed) => ({ traceHash: traces[seed] ?? "" }));
    return (await sweep(pool, jobs(traces.length), { failuresMax: 1 })).traceHash;
  };
  assertEquals(await traceOf("a1"), "a1");
  assertEquals(await traceOf("a1", "b2"), await traceOf("a1", "b2"));
  assertNotEquals(await traceOf("a1", "b2"), await traceOf("a1", "b3"));
  assertNotEquals(await traceOf("a1", "b2"), await traceOf("b2", "a1"));
});

Deno.test({
  name: "sweep: begins no seed once enough have failed, and names them in their order",
  permissions: "none",
}, async () => {
  const { pool, played } = poolOf((seed) => ({ failure: seed >= 4 ? failure : null }));
  const { failures } = await sweep(pool, jobs(1_000), { failuresMax: 2 });
  assertEquals(failures.slice(0, 2).map(({ job }) => job.seed), ["4", "5"]);
  assertEquals(played.length < 12, true);
});

Deno.test({
  name: "sweep: plays one seed in a hundred twice, and two runs that differ break I23",
  permissions: "none",
}, async () => {
  const { pool, played } = poolOf((seed, nth) => ({ traceHash: seed === 100 ? String(nth) : "same" }));
  const { failures, seeds } = await sweep(pool, jobs(201), { failuresMax: 9 });
  assertEquals(played.length - seeds, 3);
  assertEquals(failures.map(({ job, failure }) => [job.seed, failure?.what]), [
    ["100", "I23: seed 100 gave trace 0, and then 1"],
  ]);
});
