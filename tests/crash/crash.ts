/**
 * `deno task crash`: the real program on a real file, killed, cut off from its power, and given a disk that fails.
 *
 * Law: it prints what it tried; whatever is lost, doubled or unreadable is named with the seed that shows it, and ends it with exit
 * code 1, and so does a part that was asked for and has tried nothing. It needs Linux and a C compiler, and says so.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import type { CrashOptions } from "./crash_options.ts";
import { parseCrashOptions } from "./crash_options.ts";
import { compileShim } from "./crash_shim.ts";
import { sweepFaults } from "./fault_sweep.ts";
import { sweepKills } from "./kill_sweep.ts";
import { sweepBoots } from "./power_cut_boot.ts";
import type { PowerCutFigures } from "./power_cut_sweep.ts";
import { readHistory, sweepPowerCuts } from "./power_cut_sweep.ts";
import { recordLives } from "./recording.ts";

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
    if (options.kills > 0) await killAll(options);
    if (options.faults > 0) await failAll(options, library);
    if (options.states + options.boots === 0) return 0;
    return await cutAll(options, directory, library) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function killAll({ seed, kills }: CrashOptions): Promise<void> {
  const took = stopwatch();
  const figures = await sweepKills(seed, kills);
  const { drainKills, transactions, messagesLeft } = figures;
  console.log(
    `SIGKILL: ${kills} (${
      kills - drainKills
    } in sessions, ${drainKills} in outages and drains), ${transactions} transactions, ` +
      `${messagesLeft} messages found waiting: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
  assertTried("kills", transactions);
}

async function failAll({ seed, faults }: CrashOptions, library: string): Promise<void> {
  const took = stopwatch();
  const { episodes, hits, refused, ended, transactions } = await sweepFaults(seed, faults, library);
  console.log(
    `a disk that is full or fails: ${episodes} times, ${hits} calls failed, ${refused} refusals said, ${ended} starts given up, ` +
      `${transactions} transactions: 0 lost, 0 doubled, 0 Wh off, ${took()} s`,
  );
  assertTried("faults", hits);
}

/** Few that are drawn may be none, or may hit no transaction and no call. Throws then. */
function assertTried(option: string, count: number): void {
  if (count === 0) throw new Error(`give more --${option}: none of these has been tried`);
}

/** False when a state was not whole, or when the judge was blind. */
async function cutAll(
  { seed, states, boots }: CrashOptions,
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
  if (states > 0) assertTried("states", figures.states);
  const tookBoots = stopwatch();
  const booted = await sweepBoots(recording, history, `${seed} boots`, boots);
  console.log(
    `booted on ${booted} of them until the queue was empty: 0 lost, 0 doubled, 0 Wh off, ${tookBoots()} s`,
  );
  if (boots > 0) assertTried("boots", booted);
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
