/**
 * Many seeds on the workers of a pool, added up.
 *
 * Law: seeds are handed out in their order, so that the smallest that fails is the same on any number of workers. Of each hundred
 * the first is played twice: two runs that differ break I23.
 */
import type { Job, Outcome } from "./sim_job.ts";
import type { SimPool } from "./sim_pool.ts";
import { createWorldTrace } from "./world_trace.ts";

export interface Sweep {
  readonly seeds: number;
  readonly simulatedMs: number;
  /** Events on the simulated clock. */
  readonly steps: number;
  readonly transactions: number;
  /** Of one seed its own; of many one for all of them, in their order. */
  readonly traceHash: string;
  /** How many seeds have reached each point. */
  readonly reached: ReadonlyMap<string, number>;
  /** In the order of the seeds. */
  readonly failures: readonly Outcome[];
  /** Real time. */
  readonly tookMs: number;
}

export interface SweepOptions {
  /** So many, and no further seed is begun. */
  readonly failuresMax: number;
  /** Called with each outcome as it comes, in no certain order; `seeds` have been played by then. */
  readonly seen?: (outcome: Outcome, seeds: number) => void;
}

const playedTwiceEvery = 100;

export async function sweep(pool: SimPool, jobs: readonly Job[], options: SweepOptions): Promise<Sweep> {
  const beganMs = performance.now();
  const total = { seeds: 0, simulatedMs: 0, steps: 0, transactions: 0 };
  const reached = new Map<string, number>();
  const hashes: string[] = [];
  const failures: { readonly at: number; readonly outcome: Outcome }[] = [];
  const waiting = jobs.entries();

  function add(at: number, outcome: Outcome): void {
    total.seeds += 1;
    total.simulatedMs += outcome.simulatedMs;
    total.steps += outcome.steps;
    total.transactions += outcome.transactions;
    hashes[at] = outcome.traceHash;
    for (const point of outcome.reached) reached.set(point, (reached.get(point) ?? 0) + 1);
    if (outcome.failure !== null) failures.push({ at, outcome });
    options.seen?.(outcome, total.seeds);
  }

  async function lane(): Promise<void> {
    for (const [at, job] of waiting) {
      add(at, at % playedTwiceEvery === 0 ? await playTwice(pool, job) : await pool.play(job));
      if (failures.length >= options.failuresMax) return;
    }
  }

  await Promise.all(Array.from({ length: pool.size }, lane));
  failures.sort((one, other) => one.at - other.at);
  return {
    ...total,
    traceHash: hashOf(hashes),
    reached,
    failures: failures.map(({ outcome }) => outcome),
    tookMs: performance.now() - beganMs,
  };
}

function hashOf(hashes: readonly string[]): string {
  const [only = "", ...others] = hashes;
  if (others.length === 0) return only;
  const trace = createWorldTrace();
  for (const hash of hashes) trace.add(hash ?? "");
  return trace.hash();
}

async function playTwice(pool: SimPool, job: Job): Promise<Outcome> {
  const one = await pool.play(job);
  const other = await pool.play(job);
  if (one.failure !== null || one.traceHash === other.traceHash) return one;
  const what = `I23: seed ${job.seed} gave trace ${one.traceHash}, and then ${other.traceHash}`;
  return {
    ...one,
    failure: {
      invariant: "I23",
      what,
      step: one.steps,
      scenario: null,
      settings: {},
      security: null,
      lastTrace: [],
    },
  };
}
