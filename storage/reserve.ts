/**
 * A full disk: what ends goes before what begins (notes/reliability.md D11).
 *
 * Law: nothing but an ending touches the reserve. A transaction does not begin where there might be no room for its end: on a
 * disk that is full, or has less than `FREE_BYTES_MIN`.
 */
import { keys } from "./records.ts";
import type { Batch, CommitOutcome, Store } from "./store.ts";

/** Room for a transaction of days: a message takes about 1 KB on the disk, and SQLite's log at most 4 MB. */
export const FREE_BYTES_MIN = 16 * 1024 * 1024;

export interface Room {
  /** Gives the reserve up; false when there is none left. */
  readonly release: () => Promise<boolean>;
  /** Null when it is not known. */
  readonly freeBytes: () => number | null;
}

/** The same store; a refused ending is tried once more after `release` has made room. */
export function withReserve(store: Store, room: Room): Store {
  /** Under way, the second tries too: whoever reads waits for them, as for every commit that was asked for before. */
  const endings = new Set<Promise<CommitOutcome>>();

  function read<T>(look: () => Promise<T>): Promise<T> {
    return endings.size === 0 ? look() : Promise.allSettled(endings).then(look);
  }

  async function end(batch: Batch): Promise<CommitOutcome> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "refused" || !await room.release()) return outcome;
    return await store.commit(batch);
  }

  return {
    get: (key) => read(() => store.get(key)),
    list: (prefix, options) => read(() => store.list(prefix, options)),
    nextSequence: () => store.nextSequence(),
    commit: (batch) => {
      // Measured at once: a begin that waited would come behind what its successor reads.
      const free = isBeginning(batch) ? room.freeBytes() : null;
      if (free !== null && free < FREE_BYTES_MIN) return Promise.resolve(tooLittle(free));
      if (!isEnding(batch)) return store.commit(batch);
      const ending = end(batch);
      endings.add(ending);
      const over = () => void endings.delete(ending);
      ending.then(over, over);
      return ending;
    },
  };
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

/** It closes an open transaction, or takes a message off the queue or out of the archive. */
function isEnding(batch: Batch): boolean {
  const ends: readonly string[] = [keys.transactions[0], keys.outbox[0], keys.archive[0]];
  return (batch.deletes ?? []).some(([kind]) => ends.includes(String(kind)));
}
