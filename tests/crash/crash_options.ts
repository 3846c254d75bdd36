/**
 * The options of `deno task crash` as a table, and the words of a command line understood by it.
 *
 * Law: nothing is guessed, and a run that would try nothing is refused: it would say that nothing was lost.
 */
import { sort } from "../../console/arguments.ts";
import type { Verb } from "../../console/grammar.ts";
import { verbHelp } from "../../console/help.ts";

export interface CrashOptions {
  readonly seed: string;
  readonly kills: number;
  /** Infinity for every one. */
  readonly states: number;
  readonly boots: number;
  readonly faults: number;
  readonly recoveries: number;
}

export type CrashCommand =
  | { readonly kind: "crash"; readonly options: CrashOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

const verb: Verb = {
  summary: "the real program on a real file: killed, cut off from its power, given a disk that fails",
  views: [],
  options: [
    {
      name: "seed",
      value: "S",
      what: "draws the moments, the cuts and the faults; default: a new one, which is printed",
    },
    { name: "kills", value: "N", accepts: isWhole, what: "SIGKILLs; default 500, 0 for none" },
    {
      name: "states",
      value: "N",
      accepts: isWhole,
      what:
        "about so many states of the disk after a cut, on which the store is opened; default every one, 0 for none",
    },
    {
      name: "boots",
      value: "N",
      accepts: isWhole,
      what: "about so many of them, on which the program is booted; default 50, 0 for none",
    },
    {
      name: "faults",
      value: "N",
      accepts: isWhole,
      what: "times that the disk is full or fails; default 110, 0 for none",
    },
    {
      name: "recoveries",
      value: "N",
      accepts: isWhole,
      what: "about so many states of a recovery of a damaged store that was cut; default 200, 0 for none",
    },
  ],
  notes: [
    "It needs Linux and a C compiler. The exit code is 1 where something is lost, doubled or unreadable, or where nothing was tried.",
  ],
};

/** `newSeed` stands in where none is given. */
export function parseCrashOptions(words: readonly string[], newSeed: string): CrashCommand {
  const rest = words.filter((word) => word !== "--");
  if (rest.includes("--help") || rest.includes("-h")) {
    return { kind: "help", text: verbHelp("deno task crash", verb) };
  }
  const given = sort(rest, verb);
  if (typeof given === "string") return refused(given);
  const value = (name: string) => given.values.get(name)?.at(-1);
  const options: CrashOptions = {
    seed: value("seed") ?? newSeed,
    kills: Number(value("kills") ?? 500),
    states: Number(value("states") ?? Infinity),
    boots: Number(value("boots") ?? 50),
    faults: Number(value("faults") ?? 110),
    recoveries: Number(value("recoveries") ?? 200),
  };
  const { kills, states, boots, faults, recoveries } = options;
  if (kills + states + boots + faults + recoveries === 0) {
    return refused(
      "give one of --kills, --states, --boots, --faults and --recoveries more than 0: nothing would be tried",
    );
  }
  return { kind: "crash", options };
}

function refused(what: string): CrashCommand {
  return { kind: "refused", text: `deno task crash: ${what}\ndeno task crash --help tells more` };
}

function isWhole(value: string): boolean {
  return /^\d{1,9}$/.test(value);
}
