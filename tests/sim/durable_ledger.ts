/**
 * What the store has promised to keep: every StartTransaction and StopTransaction that was committed, noted down outside of it.
 *
 * Law: this is the oracle of "nothing is lost": what stands here must reach the central system, once, and nothing else may.
 */
import type { OutboxRecord } from "../../storage/records.ts";
import type { Batch, Store } from "../../storage/store.ts";

export interface StartsAndStops {
  readonly starts: OutboxRecord["message"][];
  readonly stops: OutboxRecord["message"][];
}

/** The same store; what it commits of transaction messages is noted in `noted`, and `saw` is told of it. */
export function watchStore(
  store: Store,
  noted: StartsAndStops,
  saw: (message: OutboxRecord["message"]) => void,
): Store {
  return {
    ...store,
    commit: async (batch) => {
      const outcome = await store.commit(batch);
      if (outcome.kind === "committed") note(batch, noted, saw);
      return outcome;
    },
  };
}

function note(batch: Batch, noted: StartsAndStops, saw: (message: OutboxRecord["message"]) => void): void {
  for (const { key, value } of batch.sets ?? []) {
    if (key[0] !== "outbox") continue;
    const { message, failures } = value as OutboxRecord;
    if (failures > 0) continue;
    saw(message);
    if (message.action === "StartTransaction") noted.starts.push(message);
    if (message.action === "StopTransaction") noted.stops.push(message);
  }
}
