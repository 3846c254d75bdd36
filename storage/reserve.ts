/**
 * A full disk: what ends goes before what begins (notes/reliability.md D11).
 *
 * Law: nothing but an ending touches the reserve, nor what is left of it. A transaction does not begin where there might be no room
 * for its end: on a disk that is full, or has less than `FREE_BYTES_MIN`. What was asked for first is durable first.
 */
import { saysDiskFull } from "./full_disk.ts";
import { keys } from "./record_keys.ts";
import type { Batch, CommitOutcome, Store, Value } from "./store.ts";

/** Room for a transaction of days: a message takes about 1 KB on the disk, and SQLite's log at most 4 MB. */
export const FREE_BYTES_MIN = 16 * 1024 * 1024;

export interface Room {
  /** Gives the reserve up; false when there is none left. */
  readonly release: () => Promise<boolean>;
  /** Null when it is not known. */
  readonly freeBytes: () => number | null;
}

/** The same store; an ending that a full disk has refused is tried once more after `release` has made room. */
export function withReserve(store: Store, room: Room): Store {
  /** A full disk has refused an ending: until there is room again, what is left is for its like. */
  let isShort = false;
  /** The last of the endings under way and of the commits behind them. Tried twice, an ending must not be overtaken. */
  let last: Promise<void> | null = null;

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    return last === null ? act() : last.then(act);
  }

  async function end(batch: Batch): Promise<CommitOutcome> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "refused" || !isFull(outcome.error, room.freeBytes())) return outcome;
    isShort = true;
    return await room.release() ? await store.commit(batch) : outcome;
  }

  function goOn(batch: Batch): Promise<CommitOutcome> {
    const free = isShort || isBeginning(batch) ? room.freeBytes() : null;
    if (free !== null && free < FREE_BYTES_MIN) return Promise.resolve(tooLittle(free));
    if (free !== null) isShort = false;
    return store.commit(batch);
  }

  function holdUp(outcome: Promise<CommitOutcome>): void {
    const over = () => {
      if (last === settled) last = null;
    };
    const settled = outcome.then(over, over);
    last = settled;
  }

  return {
    get: (key) => inTurn(() => store.get(key)),
    list: (prefix, options) => inTurn(() => store.list(prefix, options)),
    nextSequence: () => store.nextSequence(),
    commit: (batch) => {
      const ends = isEnding(batch);
      const holdsUp = ends || last !== null;
      const outcome = inTurn(() => ends ? end(batch) : goOn(batch));
      if (holdsUp) holdUp(outcome);
      return outcome;
    },
  };
}

/** Of a disk that only fails, room mends nothing. */
export function isFull(error: string, freeBytes: number | null): boolean {
  return saysDiskFull(error) || freeBytes !== null && freeBytes < FREE_BYTES_MIN;
}

function tooLittle(free: number): CommitOutcome {
  const mega = (bytes: number) => (bytes / 1024 / 1024).toFixed(0);
  return { kind: "refused", error: `${mega(free)} MB free, ${mega(FREE_BYTES_MIN)} MB needed` };
}

/** It opens a transaction, or asks whether one could be. */
function isBeginning(batch: Batch): boolean {
  return (batch.checks ?? []).some(({ key, sequence }) =>
    key[0] === keys.transactions[0] && sequence === null
  );
}

/** It decides a transaction's stop or closes it, takes a message off the queue or out of the archive, or does nothing but delete. */
function isEnding({ sets = [], deletes = [] }: Batch): boolean {
  const ends: readonly string[] = [keys.transactions[0], keys.outbox[0], keys.archive[0]];
  return deletes.length > 0 && sets.length === 0 || deletes.some(([kind]) => ends.includes(String(kind))) ||
    sets.some(({ key, value }) => key[0] === keys.transactions[0] && isStopped(value));
}

function isStopped(transaction: Value): boolean {
  return (transaction as { readonly stop?: unknown }).stop !== undefined;
}
