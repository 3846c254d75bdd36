/**
 * How the store has been doing, for who asks: whether it takes what it is given, and what was found wrong with it.
 *
 * Law: it only watches; every outcome and every throw reaches the actor that asked, as it is.
 */
import type { CommitOutcome, Store } from "../storage/store.ts";

export interface StoreHealth {
  /** `refusing`: the last commit was refused or failed. */
  readonly state: "ok" | "refusing";
  /** Why; null while it is `ok`. */
  readonly error: string | null;
  /** Commits that were refused or failed since the start: one that passed in a moment shows here. */
  readonly refusals: number;
  /** What was found wrong at or after the start and gone on from, one sentence each, the latest `FINDINGS_MAX`. */
  readonly findings: readonly string[];
}

export interface StoreWatch {
  /** The same store, watched. */
  readonly watch: (store: Store) => Store;
  readonly report: (finding: string) => void;
  readonly health: () => StoreHealth;
}

const FINDINGS_MAX = 20;

export function createStoreWatch(): StoreWatch {
  const findings: string[] = [];
  let error: string | null = null;
  let refusals = 0;

  async function commit(outcome: Promise<CommitOutcome>): Promise<CommitOutcome> {
    try {
      const settled = await outcome;
      error = settled.kind === "refused" ? settled.error : null;
      if (error !== null) refusals += 1;
      return settled;
    } catch (thrown) {
      error = String(thrown);
      refusals += 1;
      throw thrown;
    }
  }

  return {
    watch: (store) => ({
      get: (key) => store.get(key),
      list: (prefix, options) => store.list(prefix, options),
      commit: (batch) => commit(store.commit(batch)),
      nextSequence: () => store.nextSequence(),
    }),
    report: (finding) => {
      findings.push(finding);
      if (findings.length > FINDINGS_MAX) findings.shift();
    },
    health: () => ({ state: error === null ? "ok" : "refusing", error, refusals, findings: [...findings] }),
  };
}
