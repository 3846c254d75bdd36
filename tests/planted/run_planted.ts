/**
 * `deno task planted`: plants one bug at a time in a copy of the tree, and plays seeds until an invariant sees it.
 *
 * Law: a bug that no seed finds lives, and this ends with exit code 1: what cannot find these will not find others.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import { inBrokenCopy } from "../mutants/broken_copy.ts";
import { commitOf, keepFailure } from "../sim/keep_failure.ts";
import { shrinkFailure } from "../sim/shrink_failure.ts";
import type { Outcome } from "../sim/sim_job.ts";
import { openSimPool, type SimPool, thisTree } from "../sim/sim_pool.ts";
import { stationOf } from "../sim/sim_stations.ts";
import { sweep } from "../sim/sweep.ts";
import { type PlantedBug, plantedBugs } from "./planted_bugs.ts";
import { parsePlantedOptions, type PlantedOptions } from "./planted_options.ts";
import { type Hunt, huntLine, plantedExitCode, plantedLines } from "./planted_report.ts";

const hours = 24;
const jobLimitMs = 300_000;

Deno.exit(await main());

async function main(): Promise<number> {
  const command = parsePlantedOptions(Deno.args);
  switch (command.kind) {
    case "help":
      console.log(command.text);
      return 0;
    case "refused":
      console.error(command.text);
      return exitCodes.usage;
    case "planted":
      return await hunted(command.options);
  }
}

async function hunted(options: PlantedOptions): Promise<number> {
  const intact = opened(thisTree);
  const hunts: Hunt[] = [];
  for (const bug of plantedBugs.filter(({ id }) => options.ids.includes(id))) {
    const hunt = await huntOf(bug, intact, options);
    hunts.push(hunt);
    console.log(huntLine(hunt));
  }
  intact.close();
  console.log("");
  for (const line of plantedLines(hunts)) console.log(line);
  return plantedExitCode(hunts);
}

async function huntOf(bug: PlantedBug, intact: SimPool, options: PlantedOptions): Promise<Hunt> {
  return await inBrokenCopy(thisTree.pathname, [bug], async (copy): Promise<Hunt> => {
    const pool = opened(new URL(`file://${copy}/`));
    try {
      const beganMs = performance.now();
      const first = await firstToFail(pool, intact, options);
      if (first === null) return { bug, kind: "alive", seeds: options.seeds };
      const foundMs = performance.now() - beganMs;
      const { outcome, eventsBefore, events, runs, tookMs } = await shrinkFailure(pool, first);
      await keepFailure(outcome, { commit: await commitOf(), planted: [bug.id] });
      const invariant = outcome.failure?.invariant ?? "";
      const { seed } = first.job;
      return { bug, kind: "found", seed, invariant, foundMs, eventsBefore, events, runs, shrunkMs: tookMs };
    } finally {
      pool.close();
    }
  });
}

/** Of the seeds that fail here the first that the intact tree passes: the others say nothing of the bug. */
async function firstToFail(
  pool: SimPool,
  intact: SimPool,
  options: PlantedOptions,
): Promise<Outcome | null> {
  const last = options.from + options.seeds - 1;
  for (let from = options.from; from <= last;) {
    const jobs = Array.from({ length: last - from + 1 }, (_, at) => ({
      seed: String(from + at),
      station: stationOf(from + at),
      hours,
    }));
    const { failures: [first] } = await sweep(pool, jobs, { failuresMax: 1 });
    if (first === undefined) return null;
    const { failure } = await intact.play(first.job);
    if (failure === null) return first;
    console.log(`seed ${first.job.seed} fails without a planted bug too: ${failure.what}`);
    from = Number(first.job.seed) + 1;
  }
  return null;
}

function opened(root: URL): SimPool {
  return openSimPool({ workers: navigator.hardwareConcurrency, root, limitMs: jobLimitMs });
}
