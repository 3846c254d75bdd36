/**
 * A store whose medium can be made full or failing, and whose power can be cut, while the process lives on.
 *
 * Law: after `sever` nothing that was asked for is answered any more, as after a power cut; what the medium had committed stays.
 */
import type { CommitOutcome, Store } from "../storage/store.ts";

export type StorageState = "ok" | "full" | "failing";

export interface FaultyStore {
  readonly store: Store;
  readonly set: (state: StorageState) => void;
  readonly state: () => StorageState;
  readonly sever: () => void;
  /** Resolves, with nothing, when it is severed. */
  readonly severed: Promise<null>;
}

/** What SQLite says, word for word: so that whoever reads a log here recognises it there. */
const refusals: Readonly<Record<Exclude<StorageState, "ok">, string>> = {
  full: "database or disk is full",
  failing: "disk I/O error",
};

export function faultyStore(inner: Store, initial: StorageState = "ok"): FaultyStore {
  let state = initial;
  let severed = false;
  const cut = Promise.withResolvers<null>();

  function unlessSevered<T>(outcome: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      outcome.then((value) => severed || resolve(value), (error) => severed || reject(error));
    });
  }

  return {
    store: {
      get: (key) => unlessSevered(inner.get(key)),
      list: (prefix, options) => unlessSevered(inner.list(prefix, options)),
      commit: (batch) => {
        if (state === "ok" && !severed) return unlessSevered(inner.commit(batch));
        const outcome: CommitOutcome = {
          kind: "refused",
          error: refusals[state === "ok" ? "failing" : state],
        };
        return unlessSevered(Promise.resolve(outcome));
      },
      nextSequence: () => inner.nextSequence(),
    },
    set: (next) => {
      state = next;
    },
    state: () => state,
    sever: () => {
      severed = true;
      cut.resolve(null);
    },
    severed: cut.promise,
  };
}
