/**
 * The options of `deno task planted` as a table, and the words of a command line understood by it.
 *
 * Law: nothing is guessed: what the table does not know is refused, before a bug is planted.
 */
import { type Given, sort } from "../../console/arguments.ts";
import type { Verb } from "../../console/grammar.ts";
import { verbHelp } from "../../console/help.ts";
import { plantedBugs } from "./planted_bugs.ts";

export interface PlantedOptions {
  readonly ids: readonly string[];
  readonly from: number;
  /** At most so many seeds are played with a bug. */
  readonly seeds: number;
}

export type PlantedCommand =
  | { readonly kind: "planted"; readonly options: PlantedOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

const allIds = plantedBugs.map(({ id }) => id);
const seedsMax = 1_000_000;

const verb: Verb = {
  summary: "plant one bug at a time; the simulation must find each, and shrink it",
  views: [],
  options: [
    {
      name: "ids",
      value: "ID,ID",
      accepts: (value) => value.split(",").every((id) => allIds.includes(id)),
      what: `some of ${allIds.join(", ")}; default all`,
    },
    {
      name: "from",
      value: "SEED",
      accepts: isWhole(0),
      what: "the first seed that is played with each; default 1",
    },
    {
      name: "seeds",
      value: "N",
      accepts: isWhole(1),
      what: "a bug that so many do not find lives; default 2000",
    },
  ],
  notes: [
    ...plantedBugs.map(({ id, what }) => `${id}: ${what}`),
    "The exit code is 1 where a bug lives, or where what is left of its scenario is too long to be read.",
  ],
};

export function parsePlantedOptions(words: readonly string[]): PlantedCommand {
  const rest = words.filter((word) => word !== "--");
  if (rest.includes("--help") || rest.includes("-h")) {
    return { kind: "help", text: verbHelp("deno task planted", verb) };
  }
  const given = sort(rest, verb);
  if (typeof given === "string") {
    return { kind: "refused", text: `deno task planted: ${given}\ndeno task planted --help tells more` };
  }
  return { kind: "planted", options: toOptions(given) };
}

function toOptions({ values }: Given): PlantedOptions {
  const value = (name: string) => values.get(name)?.at(-1);
  return {
    ids: value("ids")?.split(",") ?? allIds,
    from: Number(value("from") ?? 1),
    seeds: Number(value("seeds") ?? 2_000),
  };
}

function isWhole(min: number): (value: string) => boolean {
  return (value) => /^\d{1,7}$/.test(value) && Number(value) >= min && Number(value) <= seedsMax;
}
