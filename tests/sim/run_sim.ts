/**
 * `deno task sim`: plays seeds in the simulated world on all cores, and shrinks what breaks an invariant.
 *
 * Law: exit code 0 means that no seed broke one, 1 that some did, or that a large run left a point unreached, 2 that the options were not understood.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import { NotUnderstood } from "../../console/refusals.ts";
import { inBrokenCopy } from "../mutants/broken_copy.ts";
import { plantedBugs } from "../planted/planted_bugs.ts";
import { type FailingScenario, jobOf, parseFailingScenario } from "./failing_scenario.ts";
import { commitOf, keepFailure } from "./keep_failure.ts";
import { shrinkFailure } from "./shrink_failure.ts";
import type { Job, Outcome } from "./sim_job.ts";
import { parseSimOptions, type SimOptions } from "./sim_options.ts";
import { openSimPool, type SimPool, thisTree } from "./sim_pool.ts";
import { breachLine, exitCodeOf, failureLines, reachLines, sweepLines } from "./sim_report.ts";
import { stationOf } from "./sim_stations.ts";
import { sweep } from "./sweep.ts";

const failuresMax = 20;
const progressEveryMs = 30_000;
/** An hour takes milliseconds; this is for a machine that does much else. */
const jobLimitMs = 300_000;

Deno.exit(await main());

async function main(): Promise<number> {
  const command = parseSimOptions(Deno.args, navigator.hardwareConcurrency);
  switch (command.kind) {
    case "help":
      console.log(command.text);
      return 0;
    case "refused":
      console.error(command.text);
      return exitCodes.usage;
    case "sim":
      return await simulated(command.options);
  }
}

async function simulated(options: SimOptions): Promise<number> {
  try {
    const kept = options.replay === null ? null : parseFailingScenario(await textOf(options.replay));
    const planted = kept?.planted ?? options.planted;
    const bugs = plantedBugs.filter(({ id }) => planted.includes(id));
    const play = (root: URL) => inTree(options, kept, root);
    if (bugs.length === 0) return await play(thisTree);
    return await inBrokenCopy(thisTree.pathname, bugs, (copy) => play(new URL(`file://${copy}/`)));
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    console.error(`deno task sim: ${error.message}`);
    return exitCodes.usage;
  }
}

async function inTree(options: SimOptions, kept: FailingScenario | null, root: URL): Promise<number> {
  const pool = openSimPool({ workers: options.workers, root, limitMs: jobLimitMs });
  try {
    return kept === null ? await seeds(options, pool) : await replay(kept, pool);
  } finally {
    pool.close();
  }
}

async function seeds(options: SimOptions, pool: SimPool): Promise<number> {
  let saidMs = performance.now();
  const jobs = Array.from({ length: options.seeds }, (_, at): Job => {
    const seed = options.from + at;
    return { seed: String(seed), station: options.station ?? stationOf(seed), hours: options.hours };
  });
  const swept = await sweep(pool, jobs, {
    failuresMax,
    seen: (outcome, played) => {
      if (outcome.failure !== null) console.log(breachLine(outcome));
      if (performance.now() - saidMs < progressEveryMs) return;
      saidMs = performance.now();
      console.log(`${played} of ${options.seeds} seeds played`);
    },
  });
  for (const line of sweepLines(swept, pool.size)) console.log(line);
  for (const line of reachLines(swept)) console.log(line);
  const broken = Map.groupBy(swept.failures, ({ failure }) => failure?.invariant);
  for (const outcomes of broken.values()) await report(outcomes, pool, options.planted);
  return exitCodeOf(swept);
}

/** Shrinks the first of those that broke the same invariant, and writes it down. */
async function report(
  outcomes: readonly Outcome[],
  pool: SimPool,
  planted: readonly string[],
): Promise<void> {
  const [first, ...others] = outcomes;
  if (first === undefined) return;
  const commit = await commitOf();
  const shrunk = await shrinkFailure(pool, first);
  const file = await keepFailure(shrunk.outcome, { commit, planted });
  const kept = { shrunk, commit, file, others: others.map(({ job }) => job.seed), planted };
  for (const line of failureLines(kept)) console.log(line);
}

async function replay(kept: FailingScenario, pool: SimPool): Promise<number> {
  const { failure, traceHash } = await pool.play(jobOf(kept));
  if (failure === null) {
    console.log(`no breach (it once broke ${kept.invariant}), trace ${traceHash}`);
    return 0;
  }
  for (const line of failure.lastTrace) console.log(line);
  console.log(`breaks ${failure.invariant} at event ${failure.step}, trace ${traceHash}`);
  console.log(failure.what);
  return 1;
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Error) throw new NotUnderstood([`name a file that can be read: ${error.message}`]);
    throw error;
  }
}
