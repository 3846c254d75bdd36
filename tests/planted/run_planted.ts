/**
 * `deno task planted [ID …]`: plants one bug at a time in a copy of the tree, and plays seeds until an invariant sees it.
 *
 * Law: a bug that no seed finds lives, and this ends with exit code 1: what cannot find these will not find others.
 */
import { alignColumns } from "../../console/terminal.ts";
import { inBrokenCopy } from "../mutants/broken_copy.ts";
import { shrinkFailure } from "../sim/shrink_failure.ts";
import type { Outcome } from "../sim/sim_job.ts";
import { openSimPool, type SimPool, thisTree } from "../sim/sim_pool.ts";
import { stationOf } from "../sim/sim_stations.ts";
import { sweep } from "../sim/sweep.ts";
import { type PlantedBug, plantedBugs } from "./planted_bugs.ts";

const seedsMax = 2_000;
const hours = 24;
const jobLimitMs = 300_000;

type Row = readonly [string, string, string, string, string, string];

const head: Row = [
  "bug",
  "first seed",
  "found after",
  "invariant",
  "shrunk (events; runs; time)",
  "what it is",
];

Deno.exit(await main(Deno.args.filter((word) => word !== "--")));

async function main(ids: readonly string[]): Promise<number> {
  const unknown = ids.find((id) => !plantedBugs.some((bug) => bug.id === id));
  if (unknown !== undefined) {
    console.error(`give ids of ${plantedBugs.map(({ id }) => id).join(", ")}, not "${unknown}"`);
    return 2;
  }
  const rows = [head];
  let alive = 0;
  const intact = opened(thisTree);
  for (const bug of plantedBugs.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
    const row = await hunted(bug, intact);
    if (row === null) alive += 1;
    rows.push(row ?? [bug.id, "-", "-", "ALIVE", `after ${seedsMax} seeds`, bug.what]);
    console.log((row ?? [bug.id, "ALIVE"]).join("  "));
  }
  console.log(
    `\n${alignColumns(rows).join("\n")}\n\n${rows.length - 1 - alive} of ${rows.length - 1} bugs found`,
  );
  return alive === 0 ? 0 : 1;
}

/** Its row of the table; null while it lives. */
async function hunted(bug: PlantedBug, intact: SimPool): Promise<Row | null> {
  return await inBrokenCopy(thisTree.pathname, [bug], async (copy) => {
    const pool = opened(new URL(`file://${copy}/`));
    try {
      const beganMs = performance.now();
      const first = await firstToFail(pool, intact);
      if (first === null) return null;
      const foundMs = performance.now() - beganMs;
      const { outcome, ...shrunk } = await shrinkFailure(pool, first);
      const size = `${shrunk.eventsBefore} -> ${shrunk.events}; ${shrunk.runs}; ${seconds(shrunk.tookMs)}`;
      const invariant = outcome.failure?.invariant ?? "";
      return [bug.id, first.job.seed, seconds(foundMs), invariant, size, bug.what];
    } finally {
      pool.close();
    }
  });
}

/** Of the seeds that fail here the first that the intact tree passes: the others say nothing of the bug. */
async function firstToFail(pool: SimPool, intact: SimPool): Promise<Outcome | null> {
  for (let from = 1; from <= seedsMax;) {
    const jobs = Array.from({ length: seedsMax - from + 1 }, (_, at) => ({
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

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
