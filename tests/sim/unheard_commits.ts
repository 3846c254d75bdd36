/**
 * Commits of which nobody has heard whether they are there: under way when power was cut, or failed.
 *
 * Law: what is in doubt ends with the next commit that is durable, and with what a boot finds (`storage/drivers/memory_store.ts`).
 */
import type { Batch, CommitOutcome } from "../../storage/store.ts";
import type { MediumRecords } from "./medium_records.ts";

export interface UnheardCommits {
  readonly asked: (batch: Batch) => void;
  readonly heard: (batch: Batch, outcome: CommitOutcome) => void;
  /** Those that have only deleted, and are there, by what a boot finds. None is in doubt any more. */
  readonly keptDeletes: (found: MediumRecords) => readonly Batch[];
}

export function createUnheardCommits(): UnheardCommits {
  /** In the order of asking, which is that of the medium. */
  let inDoubt: readonly Batch[] = [];
  return {
    asked: (batch) => void (inDoubt = [...inDoubt, batch]),
    heard: (batch, { kind }) => {
      inDoubt = kind === "committed"
        ? inDoubt.slice(inDoubt.indexOf(batch) + 1)
        : inDoubt.filter((other) => other !== batch);
    },
    keptDeletes: ({ whole, damaged }) => {
      const there = new Set([...whole.map(({ key }) => key), ...damaged].map(String));
      const kept = inDoubt.filter(({ sets = [], deletes = [] }) =>
        sets.length === 0 && deletes.every((key) => !there.has(String(key)))
      );
      inDoubt = [];
      return kept;
    },
  };
}
