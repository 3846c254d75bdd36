/**
 * A store on a bad medium: slow, full, or failing with an outcome that nobody knows (notes/reliability.md D5, D11).
 *
 * Law: what it says of a commit is true; of one that has failed it says nothing, and it may be there or not. A full disk has a
 * reserve for what ends, as the real one has its ballast file.
 */
import type { MemoryStore } from "../../storage/drivers/memory_store.ts";
import { FREE_BYTES_MIN, withReserve } from "../../storage/reserve.ts";
import type { Batch, CommitOutcome, Store } from "../../storage/store.ts";
import { StoreFailed } from "../../storage/store.ts";

/** What becomes of a commit that fails: it is there, or is not, or comes back with a power cut. */
export type FailedCommit = "kept" | "lost" | "orphaned";

export interface FaultyDisk {
  /** What a commit takes besides its own time. */
  readonly extraMs: () => number;
  readonly slow: (extraMs: number) => void;
  /** Refuses every commit while it is full, but for its reserve; which other endings may have used up. */
  readonly full: (isFull: boolean, reserve?: "gone") => void;
  /** Full, it takes nothing but endings, and once its reserve is used up nothing at all. */
  readonly takes: () => "everything" | "endings" | "nothing";
  /** Has less room left than a transaction may need: none begins. */
  readonly scarce: (isScarce: boolean) => void;
  /** The next `count` commits throw. */
  readonly fail: (outcome: FailedCommit, count: number) => void;
  readonly heal: () => void;
  /** Reads and commits that wait for what ends, before they begin. */
  readonly waiting: () => number;
  /** The medium as the charger has it; `noted` is the same store, whose commits are noted. */
  readonly store: (memory: MemoryStore, noted: Store) => Store;
}

/** What the reserve makes room for. */
const reserveCommits = 100;

export function createFaultyDisk(reached: (point: string) => void): FaultyDisk {
  let extraMs = 0;
  let isFull = false;
  let isScarce = false;
  let room = 0;
  let hasReserve = true;
  let waiting = 0;
  const held = new Set<Batch>();
  let failing: { readonly outcome: FailedCommit; count: number } | null = null;

  async function refused(noted: Store): Promise<CommitOutcome> {
    // A read takes the time that the refusal takes.
    await noted.get(["boot"]);
    reached("disk full");
    return { kind: "refused", error: "database or disk is full" };
  }

  async function failed(memory: MemoryStore, noted: Store, batch: Batch, how: FailedCommit): Promise<never> {
    reached(`commit failed and was ${how}`);
    if (how === "orphaned") memory.failCommits("failedOrphaned", 1);
    if (how === "lost") await noted.get(["boot"]);
    else await noted.commit(batch);
    throw new StoreFailed(`disk I/O error: the commit is ${how}`);
  }

  function commit(memory: MemoryStore, noted: Store, batch: Batch): Promise<CommitOutcome> {
    if (isFull) {
      if (room <= 0) return refused(noted);
      room -= 1;
    }
    if (failing === null) return noted.commit(batch);
    const { outcome } = failing;
    failing.count -= 1;
    if (failing.count <= 0) failing = null;
    return failed(memory, noted, batch, outcome);
  }

  return {
    extraMs: () => extraMs,
    slow: (ms) => void (extraMs = ms),
    full: (next, reserve) => {
      isFull = next;
      room = 0;
      hasReserve = reserve !== "gone";
    },
    takes: () => {
      if (!isFull) return isScarce ? "endings" : "everything";
      return hasReserve || room > 0 ? "endings" : "nothing";
    },
    scarce: (next) => void (isScarce = next),
    fail: (outcome, count) => void (failing = { outcome, count }),
    heal: () => {
      extraMs = 0;
      isFull = false;
      isScarce = false;
      failing = null;
    },
    waiting: () => waiting + held.size,
    store: (memory, noted) => {
      waiting = 0;
      held.clear();
      const medium: Store = {
        ...noted,
        get: (key) => {
          waiting -= 1;
          return noted.get(key);
        },
        list: (prefix, options) => {
          waiting -= 1;
          return noted.list(prefix, options);
        },
        commit: (batch) => {
          held.delete(batch);
          return commit(memory, noted, batch);
        },
      };
      const reserved = withReserve(medium, {
        release: () => {
          const released = isFull && hasReserve;
          hasReserve = false;
          if (released) room = reserveCommits;
          return Promise.resolve(released);
        },
        freeBytes: () => {
          if (isScarce || isFull && !hasReserve) return FREE_BYTES_MIN - 1;
          return isFull ? null : FREE_BYTES_MIN;
        },
      });
      return {
        ...reserved,
        get: (key) => {
          waiting += 1;
          return reserved.get(key);
        },
        list: (prefix, options) => {
          waiting += 1;
          return reserved.list(prefix, options);
        },
        commit: (batch) => {
          held.add(batch);
          const outcome = reserved.commit(batch);
          const over = () => void held.delete(batch);
          outcome.then((end) => {
            over();
            if (isScarce && end.kind === "refused" && isStart(batch)) {
              reached("start refused by too little room");
            }
          }, over);
          return outcome;
        },
      };
    },
  };
}

function isStart({ checks = [], sets = [] }: Batch): boolean {
  return sets.length > 0 && checks.some(({ key, sequence }) => key[0] === "transaction" && sequence === null);
}
