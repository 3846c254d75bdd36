/**
 * What became of the planted bugs, in lines for a person, and whether that is good enough.
 *
 * Law: pure. A bug that lives is a failure, and so is one whose scenario stays too long to be read.
 */
import { alignColumns } from "../../console/terminal.ts";
import type { PlantedBug } from "./planted_bugs.ts";

export type Hunt =
  & { readonly bug: Pick<PlantedBug, "id" | "what"> }
  & (
    | { readonly kind: "alive"; readonly seeds: number }
    | {
      readonly kind: "found";
      readonly seed: string;
      readonly invariant: string;
      readonly foundMs: number;
      readonly eventsBefore: number;
      readonly events: number;
      /** To shrink it. */
      readonly runs: number;
      readonly shrunkMs: number;
    }
  );

const eventsMax = 30;

export function plantedExitCode(hunts: readonly Hunt[]): 0 | 1 {
  return hunts.every(isWell) ? 0 : 1;
}

export function plantedLines(hunts: readonly Hunt[]): readonly string[] {
  const head = ["bug", "seed", "invariant", "found", "events", "runs", "shrunk", "what it is"];
  const bad = hunts.filter((hunt) => !isWell(hunt)).map((hunt) => `${hunt.bug.id} ${complaint(hunt)}`);
  return [
    ...alignColumns([head, ...hunts.map(rowOf)]),
    "",
    `${hunts.filter(({ kind }) => kind === "found").length} of ${hunts.length} bugs found`,
    ...bad,
  ];
}

/** One line, said as soon as it is known. */
export function huntLine(hunt: Hunt): string {
  return rowOf(hunt).join("  ");
}

function rowOf(hunt: Hunt): readonly string[] {
  const { bug } = hunt;
  switch (hunt.kind) {
    case "alive":
      return [bug.id, "-", "ALIVE", "-", "-", "-", "-", bug.what];
    case "found":
      return [
        bug.id,
        hunt.seed,
        hunt.invariant,
        seconds(hunt.foundMs),
        `${hunt.eventsBefore} -> ${hunt.events}`,
        String(hunt.runs),
        seconds(hunt.shrunkMs),
        bug.what,
      ];
  }
}

function isWell(hunt: Hunt): boolean {
  return hunt.kind === "found" && hunt.events <= eventsMax;
}

function complaint(hunt: Hunt): string {
  return hunt.kind === "alive"
    ? `lives after ${hunt.seeds} seeds`
    : `is left with ${hunt.events} events, and nobody reads more than ${eventsMax}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
