/**
 * One seed to play and what came of it, as plain data: so a run is the same on whichever worker it is played.
 *
 * Law: an outcome is a function of its job and of the code that played it.
 */
import { runSeed, type Settings } from "./run_seed.ts";
import type { Event } from "./scenario.ts";
import type { SecurityStart } from "./security_start.ts";
import { traceLine } from "./world_trace.ts";

export interface Job {
  readonly seed: string;
  readonly station: string;
  readonly hours: number;
  /** In place of the seed's own: a scenario that was cut down, or kept. */
  readonly scenario?: readonly Event[];
  /** In place of the seed's own. */
  readonly settings?: Settings;
  /** In place of the seed's own. */
  readonly security?: SecurityStart;
  /** In place of the seed's own. */
  readonly messagesMax?: number;
}

export interface Outcome {
  readonly job: Job;
  readonly traceHash: string;
  readonly transactions: number;
  /** Events on the simulated clock. */
  readonly steps: number;
  readonly simulatedMs: number;
  readonly reached: readonly string[];
  readonly failure: Failure | null;
}

export interface Failure {
  readonly invariant: string;
  readonly what: string;
  /** Events on the simulated clock before it showed. */
  readonly step: number;
  /** Null where it cannot be played again as it was: no run came of it, or two that differ. */
  readonly scenario: readonly Event[] | null;
  readonly settings: Settings;
  /** Null where no run came of it. */
  readonly security: SecurityStart | null;
  readonly lastTrace: readonly string[];
}

export async function playJob(job: Job): Promise<Outcome> {
  const { seed, ...options } = job;
  const run = await runSeed(seed, options);
  const { traceHash, transactions, steps, breach, world } = run;
  return {
    job,
    traceHash,
    transactions,
    steps,
    simulatedMs: world.clock.monotonicMs(),
    reached: [...run.reached],
    failure: breach === null ? null : {
      invariant: breach.id,
      what: breach.message,
      step: steps,
      scenario: run.scenario,
      settings: run.settings,
      security: run.security,
      lastTrace: world.traced().map(traceLine),
    },
  };
}

/** Of a run that never came to an end, or took its worker with it. */
export function noRun(job: Job, invariant: "hung" | "died", what: string): Outcome {
  return {
    job,
    traceHash: "",
    transactions: 0,
    steps: 0,
    simulatedMs: 0,
    reached: [],
    failure: {
      invariant,
      what: `${invariant}: ${what}`,
      step: 0,
      scenario: null,
      settings: {},
      security: null,
      lastTrace: [],
    },
  };
}
