/**
 * `deno task crash`: the real program on a real file, killed, cut off from its power, and given a disk that fails.
 *
 * Law: it prints what it tried; whatever is lost, doubled or unreadable is named with the seed that shows it, and so is a part that was
 * asked for and has tried nothing. The other parts are run for all that, and exit code 1 ends it. It needs Linux and a C compiler, and
 * says so.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import type { CrashOptions } from "./crash_options.ts";
import { parseCrashOptions } from "./crash_options.ts";
import type { Part } from "./crash_parts.ts";
import { runParts } from "./crash_parts.ts";
import { compileShim } from "./crash_shim.ts";
import { sweepDamages } from "./damage_sweep.ts";
import { sweepFaults } from "./fault_sweep.ts";
import { sweepKills } from "./kill_sweep.ts";
import { sweepBoots } from "./power_cut_boot.ts";
import type { History, PowerCutFigures } from "./power_cut_sweep.ts";
import { readHistory, sweepPowerCuts } from "./power_cut_sweep.ts";
import type { Recording } from "./recording.ts";
import { recordLives } from "./recording.ts";
import { sweepRecoveries } from "./recovery_sweep.ts";

/** Enough to see that the judge can see. */
const LATE_STATES = 200;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const command = parseCrashOptions(Deno.args, crypto.randomUUID().slice(0, 8));
  switch (command.kind) {
    case "help":
      console.log(command.text);
      return 0;
    case "refused":
      console.error(command.text);
      return exitCodes.usage;
    case "crash":
      return await crashed(command.options);
  }
}

async function crashed(options: CrashOptions): Promise<number> {
  console.log(`seed ${options.seed}`);
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "chargerd_test_" }));
  try {
    const library = await compileShim(directory);
    const parts = partsOf(options, directory, library).filter(({ option }) => options[option] > 0);
    const wrong = await runParts(parts, (sentence) => console.error(sentence));
    if (wrong.length === 0) return 0;
    console.error(`${wrong.length} of ${parts.length} parts did not hold:\n${wrong.join("\n")}`);
    return 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Few that are drawn may be none, or may hit nothing. */
function partsOf(options: CrashOptions, directory: string, library: string) {
  let recorded: Promise<Recorded> | null = null;
  const lives = () => recorded ??= record(directory, library);
  return [
    { option: "kills", untried: "none has hit a transaction", run: () => killAll(options) },
    { option: "faults", untried: "no call has failed", run: () => failAll(options, library) },
    { option: "states", untried: "none was drawn", run: async () => await cutAll(options, await lives()) },
    { option: "boots", untried: "none was drawn", run: async () => await bootAll(options, await lives()) },
    {
      option: "recoveries",
      untried: "none was drawn",
      run: () => recoverAll(options, directory, library),
    },
  ] as const satisfies readonly Part[];
}

async function killAll({ seed, kills }: CrashOptions): Promise<number> {
  const took = stopwatch();
  const figures = await sweepKills(seed, kills);
  const { drainKills, transactions, messagesLeft } = figures;
  console.log(
    `SIGKILL: ${kills} (${
      kills - drainKills
    } in sessions, ${drainKills} in outages and drains), ${transactions} transactions, ` +
      `${messagesLeft} messages found waiting: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
  return transactions;
}

async function failAll({ seed, faults }: CrashOptions, library: string): Promise<number> {
  const took = stopwatch();
  const { episodes, hits, refused, ended, transactions } = await sweepFaults(seed, faults, library);
  console.log(
    `a disk that is full or fails: ${episodes} times, ${hits} calls failed, ${refused} refusals said, ${ended} starts given up, ` +
      `${transactions} transactions: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
  return hits;
}

interface Recorded {
  readonly recording: Recording;
  readonly history: History;
}

async function record(directory: string, library: string): Promise<Recorded> {
  const recording = await recordLives(directory, library);
  const history = await readHistory(recording);
  console.log(
    `recorded: ${recording.records.length} records, ${history.contents.length} contents of the store`,
  );
  return { recording, history };
}

/** Throws when a state was not whole, or when the judge was blind. */
async function cutAll({ seed, states }: CrashOptions, { recording, history }: Recorded): Promise<number> {
  const took = stopwatch();
  const figures = await sweepPowerCuts(recording, history, { seed, states });
  console.log(`power cuts: ${told(figures)}, ${took()} s`);
  const late = await sweepPowerCuts(recording, history, { seed, states: LATE_STATES, isLate: true });
  console.log(`the same on a disk that is one sync late, where losses must be found: ${told(late)}`);
  const broken = figures.states - figures.verdicts.whole;
  if (broken > 0) throw new Error(`${broken} states were not whole:\n${figures.breaches.join("\n")}`);
  if (late.verdicts.lost === 0) {
    throw new Error("no loss was found where there must be some: the judge is blind");
  }
  return figures.states;
}

async function bootAll({ seed, boots }: CrashOptions, { recording, history }: Recorded): Promise<number> {
  const took = stopwatch();
  const booted = await sweepBoots(recording, history, `${seed} boots`, boots);
  console.log(
    `booted on ${booted} of them until the queue was empty: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
  return booted;
}

async function recoverAll(
  { seed, recoveries }: CrashOptions,
  directory: string,
  library: string,
): Promise<number> {
  const took = stopwatch();
  const { states, rooms, refused, salvaged } = await sweepRecoveries(seed, recoveries, directory, library);
  console.log(
    `recoveries of a damaged store: cut off in ${states} states, ${rooms} times on a disk with little room, which refused ${refused}: ` +
      `all ${salvaged} records salvaged each time, ${took()} s`,
  );
  const tookDamages = stopwatch();
  const damages = await sweepDamages(seed, recoveries);
  console.log(
    `pages zeroed, and bits of the first one changed: ${damages} starts, none failed, ${tookDamages()} s`,
  );
  return states;
}

function told({ states, verdicts }: PowerCutFigures): string {
  const { lost, invented, unreadable } = verdicts;
  return `${states} states opened, ${lost} lost, ${invented} invented, ${unreadable} unreadable`;
}

function stopwatch(): () => number {
  const beganMs = performance.now();
  return () => Math.round((performance.now() - beganMs) / 1_000);
}
