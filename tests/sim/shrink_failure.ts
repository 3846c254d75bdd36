/**
 * Shrinks the scenario of a run that failed, on the workers of a pool: what still breaks the same invariant still fails.
 *
 * Law: bounded in runs, and in real time for the machine that is too slow for them.
 */
import { shrink } from "./shrink.ts";
import type { Event } from "./scenario.ts";
import type { Outcome } from "./sim_job.ts";
import type { SimPool } from "./sim_pool.ts";

export interface Shrunk {
  /** Of the short scenario; where it could not be shrunk, what was given. */
  readonly outcome: Outcome;
  readonly eventsBefore: number;
  readonly events: number;
  readonly runs: number;
  readonly tookMs: number;
}

const runsMax = 3_000;
const limitMs = 300_000;

export async function shrinkFailure(pool: SimPool, outcome: Outcome): Promise<Shrunk> {
  const beganMs = performance.now();
  const { job, failure } = outcome;
  const scenario = failure?.scenario ?? [];
  let runs = 0;

  async function playAgain(events: readonly Event[]): Promise<Outcome | null> {
    runs += 1;
    const again = await pool.play({ ...job, scenario: events });
    return again.failure?.invariant === failure?.invariant ? again : null;
  }

  async function fails(events: readonly Event[]): Promise<boolean> {
    const isOver = runs >= runsMax || performance.now() - beganMs > limitMs;
    return !isOver && await playAgain(events) !== null;
  }

  const short = scenario.length === 0 ? scenario : await shrink(scenario, fails);
  return {
    outcome: (scenario.length === 0 ? null : await playAgain(short)) ?? outcome,
    eventsBefore: scenario.length,
    events: short.length,
    runs,
    tookMs: performance.now() - beganMs,
  };
}
