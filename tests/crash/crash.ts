/**
 * `deno task crash`: the real program on a real file, killed, cut off from its power, and given a disk that fails.
 *
 * Law: it prints what it tried; whatever is lost, doubled or unreadable is named with the seed that shows it, and ends it with exit
 * code 1. It needs Linux and a C compiler, and says so.
 *
 * | Option | What | Default |
 * |---|---|---|
 * | `--seed S` | draws the moments, the cuts and the faults | a new one, which is printed |
 * | `--kills N` | SIGKILLs | 500 |
 * | `--states N` | about so many states of the disk after a cut, on which the store is opened | every one |
 * | `--boots N` | about so many of them, on which the program is booted | 50 |
 * | `--faults N` | episodes of a disk that is full or fails | 110 |
 */
import { parseArgs } from "node:util";
import { compileShim } from "./crash_shim.ts";
import { sweepFaults } from "./fault_sweep.ts";
import { sweepKills } from "./kill_sweep.ts";
import { sweepBoots } from "./power_cut_boot.ts";
import type { PowerCutFigures } from "./power_cut_sweep.ts";
import { readHistory, sweepPowerCuts } from "./power_cut_sweep.ts";
import { recordLives } from "./recording.ts";

interface Options {
  readonly seed: string;
  readonly kills: number;
  readonly states: number;
  readonly boots: number;
  readonly faults: number;
}

/** Enough to see that the judge can see. */
const LATE_STATES = 200;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const options = readOptions();
  console.log(`seed ${options.seed}`);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "chargerd_test_" }));
  try {
    const library = await compileShim(directory);
    await killAll(options);
    await failAll(options, library);
    return await cutAll(options, directory, library) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function readOptions(): Options {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    // As `deno task` hands it on.
    args: Deno.args.filter((word) => word !== "--"),
    options: { seed: option, kills: option, states: option, boots: option, faults: option },
  });
  return {
    seed: values.seed ?? crypto.randomUUID().slice(0, 8),
    kills: Number(values.kills ?? 500),
    states: Number(values.states ?? Infinity),
    boots: Number(values.boots ?? 50),
    faults: Number(values.faults ?? 110),
  };
}

async function killAll({ seed, kills }: Options): Promise<void> {
  const took = stopwatch();
  const figures = await sweepKills(seed, kills);
  const { drainKills, transactions, messagesLeft } = figures;
  console.log(
    `SIGKILL: ${kills} (${
      kills - drainKills
    } in sessions, ${drainKills} in outages and drains), ${transactions} transactions, ` +
      `${messagesLeft} messages found waiting: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
}

async function failAll({ seed, faults }: Options, library: string): Promise<void> {
  const took = stopwatch();
  const { episodes, hits, refused, ended, transactions } = await sweepFaults(seed, faults, library);
  console.log(
    `a disk that is full or fails: ${episodes} times, ${hits} calls failed, ${refused} refusals said, ${ended} starts given up, ` +
      `${transactions} transactions: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
}

/** False when a state was not whole, or when the judge was blind. */
async function cutAll(
  { seed, states, boots }: Options,
  directory: string,
  library: string,
): Promise<boolean> {
  const recording = await recordLives(directory, library);
  const history = await readHistory(recording);
  console.log(
    `recorded: ${recording.records.length} records, ${history.contents.length} contents of the store`,
  );
  const took = stopwatch();
  const figures = await sweepPowerCuts(recording, history, { seed, states });
  console.log(`power cuts: ${told(figures)}, ${took()} s`);
  for (const breach of figures.breaches) console.error(breach);
  const tookBoots = stopwatch();
  const booted = await sweepBoots(recording, history, `${seed} boots`, boots);
  console.log(
    `booted on ${booted} of them until the queue was empty: 0 lost, 0 doubled, 0 Wh off, ${tookBoots()} s`,
  );
  const late = await sweepPowerCuts(recording, history, { seed, states: LATE_STATES, isLate: true });
  console.log(`the same on a disk that is one sync late, where losses must be found: ${told(late)}`);
  return figures.verdicts.whole === figures.states && late.verdicts.lost > 0;
}

function told({ states, verdicts }: PowerCutFigures): string {
  const { lost, invented, unreadable } = verdicts;
  return `${states} states opened, ${lost} lost, ${invented} invented, ${unreadable} unreadable`;
}

function stopwatch(): () => number {
  const beganMs = performance.now();
  return () => Math.round((performance.now() - beganMs) / 1_000);
}
