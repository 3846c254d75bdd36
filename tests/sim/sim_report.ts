/**
 * What a run of many seeds came to, in lines for a person.
 *
 * Law: pure, and a breach can be played again from what is printed of it.
 */
import { wordsOf } from "./invariant_table.ts";
import { reachPoints } from "./reach_points.ts";
import type { Shrunk } from "./shrink_failure.ts";
import type { Outcome } from "./sim_job.ts";
import { commandOf } from "./sim_options.ts";
import type { Sweep } from "./sweep.ts";

const hourMs = 3_600_000;
const traceLines = 30;
/** So many seeds must reach every point there is. */
const largeRun = 1_000;

type Reach = Pick<Sweep, "seeds" | "reached">;

export function sweepLines(sweep: Sweep, workers: number): readonly string[] {
  const hours = sweep.simulatedMs / hourMs;
  const tookS = sweep.tookMs / 1_000;
  return [
    `${sweep.seeds} seeds, ${whole(hours)} simulated hours in ${tookS.toFixed(1)} s on ${workers} workers`,
    `${whole(hours / tookS)} simulated hours and ${whole(sweep.steps / tookS)} events a real second`,
    `${whole(sweep.steps / hours)} events and ${
      (sweep.transactions / hours).toFixed(2)
    } transactions a simulated hour`,
    `${whole(sweep.transactions)} transactions, ${whole(sweep.failures.length)} breaches`,
    `trace ${sweep.traceHash}`,
  ];
}

/** How many seeds have reached each point, and which point none has. */
export function reachLines({ seeds, reached }: Reach): readonly string[] {
  const counts = [...reached].sort(([one], [other]) => one < other ? -1 : 1);
  const never = neverReached(reached).join(", ");
  const tooFew = `not reached, which fewer than ${whole(largeRun)} seeds may leave: `;
  return [
    `reached: ${counts.map(([point, seeds]) => `${point} ${whole(seeds)}`).join(", ")}`,
    never === "" ? "every point was reached" : `${isLarge(seeds) ? "NEVER reached: " : tooFew}${never}`,
  ];
}

/** 1 where a seed broke an invariant, or where a large run has left a point unreached (I24). */
export function exitCodeOf({ seeds, reached, failures }: Reach & Pick<Sweep, "failures">): 0 | 1 {
  const isThin = isLarge(seeds) && neverReached(reached).length > 0;
  return failures.length > 0 || isThin ? 1 : 0;
}

/** One line, said as soon as it is known. */
export function breachLine({ job, failure }: Outcome): string {
  return `BREACH seed ${job.seed} (${job.station}): ${firstLine(failure?.what ?? "")}`;
}

export interface Kept {
  readonly shrunk: Shrunk;
  readonly commit: string;
  /** Where it was written; null when it cannot be played again. */
  readonly file: string | null;
  /** Other seeds that have broken the same invariant. */
  readonly others: readonly string[];
  readonly planted: readonly string[];
}

export function failureLines({ shrunk, commit, file, others, planted }: Kept): readonly string[] {
  const { outcome, eventsBefore, events, runs, tookMs } = shrunk;
  const { job, failure } = outcome;
  if (failure === null) return [];
  const words = wordsOf(failure.invariant);
  return [
    "",
    `seed ${job.seed}, ${job.station}, ${job.hours} h, commit ${commit}: broke ${failure.invariant} at event ${failure.step}`,
    ...(words === null ? [] : [`${failure.invariant} says: ${words}`]),
    ...failure.what.split("\n"),
    ...(others.length === 0 ? [] : [`so did seeds ${others.join(", ")}`]),
    ...(file === null ? [] : [
      `shrunk from ${eventsBefore} events to ${events} in ${runs} runs, ${
        (tookMs / 1_000).toFixed(1)
      } s; trace ${outcome.traceHash}`,
      ...(failure.scenario ?? []).map(({ atMs, act }) => `  at ${atMs} ms ${JSON.stringify(act)}`),
      "the last of its trace:",
      ...failure.lastTrace.slice(-traceLines).map((line) => `  ${line}`),
      `play it again:        deno task sim --replay ${file}`,
      `keep it for the tests: cp ${file} tests/sim/regressions/`,
    ]),
    `the whole seed again: ${commandOf(job, planted)}`,
  ];
}

function firstLine(text: string): string {
  return text.split("\n", 1).join();
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function isLarge(seeds: number): boolean {
  return seeds >= largeRun;
}

function neverReached(reached: ReadonlyMap<string, number>): readonly string[] {
  return reachPoints.filter((point) => !reached.has(point));
}
