/**
 * The options of `deno task sim` as a table, and the words of a command line understood by it.
 *
 * Law: nothing is guessed: what the table does not know is refused, before a seed is played.
 */
import { type Given, sort } from "../../console/arguments.ts";
import type { Verb } from "../../console/grammar.ts";
import { verbHelp } from "../../console/help.ts";
import { plantedBugs } from "../planted/planted_bugs.ts";
import type { Job } from "./sim_job.ts";
import { isSimStation, simStations } from "./sim_stations.ts";

export interface SimOptions {
  readonly from: number;
  readonly seeds: number;
  readonly hours: number;
  /** Null: each seed has its own. */
  readonly station: string | null;
  readonly workers: number;
  /** The file of a failing scenario, in place of the seeds. */
  readonly replay: string | null;
  readonly planted: readonly string[];
}

export type SimCommand =
  | { readonly kind: "sim"; readonly options: SimOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

const seedsMax = 100_000_000;
const hoursMax = 24 * 366;
const workersMax = 256;

const verb: Verb = {
  summary: "play seeds in the simulated world, and judge each by the invariants",
  views: [],
  options: [
    { name: "seeds", value: "N", accepts: isWhole(1, seedsMax), what: "how many seeds; default 100" },
    { name: "from", value: "SEED", accepts: isWhole(0, seedsMax), what: "the first of them; default 1" },
    {
      name: "hours",
      value: "H",
      accepts: (value) => /^\d+(\.\d+)?$/.test(value) && Number(value) > 0 && Number(value) <= hoursMax,
      what: "simulated hours in which things happen, a seed; default 24",
    },
    {
      name: "station",
      value: "NAME|FILE",
      accepts: isSimStation,
      what: `one of ${simStations.join(", ")}, or a JSON file; without it they take turns`,
    },
    { name: "workers", value: "N", accepts: isWhole(1, workersMax), what: "default: one a core" },
    { name: "replay", value: "FILE", what: "play a failing scenario again, as it was kept" },
    {
      name: "planted",
      value: "ID",
      accepts: (value) => plantedBugs.some(({ id }) => id === value),
      repeated: true,
      what: `with this bug planted: ${plantedBugs.map(({ id }) => id).join(", ")}`,
    },
  ],
  notes: [
    "A breach is shrunk and written to failures/; the exit code is 1. The same seed, hours and station give the same run.",
  ],
};

export function parseSimOptions(words: readonly string[], cores: number): SimCommand {
  const rest = words.filter((word) => word !== "--");
  if (rest.includes("--help") || rest.includes("-h")) {
    return { kind: "help", text: verbHelp("deno task sim", verb) };
  }
  const given = sort(rest, verb);
  if (typeof given === "string") return refused(given);
  const besides = ["seeds", "from", "hours", "station", "planted"].find((name) => given.values.has(name));
  if (given.values.has("replay") && besides !== undefined) {
    return refused(`give --replay without --${besides}: the file says it`);
  }
  return { kind: "sim", options: toOptions(given, cores) };
}

/** The words with which a seed is played again. */
export function commandOf({ seed, hours, station }: Job, planted: readonly string[]): string {
  const bugs = planted.map((id) => ` --planted ${id}`).join("");
  return `deno task sim --from ${seed} --seeds 1 --hours ${hours} --station ${station}${bugs}`;
}

function toOptions({ values }: Given, cores: number): SimOptions {
  const value = (name: string) => values.get(name)?.at(-1);
  return {
    from: Number(value("from") ?? 1),
    seeds: Number(value("seeds") ?? 100),
    hours: Number(value("hours") ?? 24),
    station: value("station") ?? null,
    workers: Number(value("workers") ?? cores),
    replay: value("replay") ?? null,
    planted: values.get("planted") ?? [],
  };
}

function refused(what: string): SimCommand {
  return { kind: "refused", text: `deno task sim: ${what}\ndeno task sim --help tells more` };
}

function isWhole(min: number, max: number): (value: string) => boolean {
  return (value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max;
}
