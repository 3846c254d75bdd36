/**
 * A store in use whose file turns out to be damaged: told to who can start anew, since only a start salvages it.
 *
 * Law: it only watches; every outcome and every throw reaches who asked, as it is. What a medium may do better the next time (an I/O error,
 * no room, a lock) is no damage: who asked crashes and asks again.
 */
import { type Store, StoreFailed } from "../store.ts";
import { blamesFile } from "./store_file.ts";

export interface DamageWatch {
  /** The same store, watched. */
  readonly store: Store;
  /** Resolves with what was found wrong; never, as long as nothing is. */
  readonly damaged: Promise<string>;
}

export function watchDamage(store: Store): DamageWatch {
  const damaged = Promise.withResolvers<string>();

  function tell(error: unknown): void {
    // What else it throws is a mistake of the caller's, or one damaged record.
    if (error instanceof StoreFailed && blamesFile(error)) damaged.resolve(error.message);
  }

  function watched<T>(asked: Promise<T>): Promise<T> {
    asked.catch(tell);
    return asked;
  }

  return {
    store: {
      get: (key) => watched(store.get(key)),
      list: (prefix, options) => watched(store.list(prefix, options)),
      commit: (batch) => {
        const asked = watched(store.commit(batch));
        asked.then((outcome) => {
          if (outcome.kind === "refused" && blamesFile(outcome.error)) damaged.resolve(outcome.error);
        }, () => {});
        return asked;
      },
      nextSequence: () => store.nextSequence(),
    },
    damaged: damaged.promise,
  };
}
