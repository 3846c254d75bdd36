/**
 * What the store has promised to keep: every StartTransaction and StopTransaction that was committed, noted down outside of it.
 *
 * Law: this is the oracle of "nothing is lost": what stands here must reach the central system, once, and nothing else may.
 */
import type { OutboxRecord } from "../../storage/records.ts";
import type { Batch, Store } from "../../storage/store.ts";

export interface StartsAndStops {
  /** Asked for: durable or not, as a power cut may have decided. */
  readonly tried: OutboxRecord["message"][];
  /** Durable: the commit has said so. */
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
      noted.tried.push(...messagesIn(batch));
      const outcome = await store.commit(batch);
      if (outcome.kind === "committed") note(batch, noted, saw);
      return outcome;
    },
  };
}

function note(batch: Batch, noted: StartsAndStops, saw: (message: OutboxRecord["message"]) => void): void {
  for (const message of messagesIn(batch)) {
    saw(message);
    if (message.action === "StartTransaction") noted.starts.push(message);
    if (message.action === "StopTransaction") noted.stops.push(message);
  }
}

/** The transaction messages that a batch adds; one that counts a failure is an old one. */
function messagesIn(batch: Batch): readonly OutboxRecord["message"][] {
  return (batch.sets ?? [])
    .filter(({ key }) => key[0] === "outbox")
    .map(({ value }) => value as OutboxRecord)
    .filter(({ failures }) => failures === 0)
    .map(({ message }) => message);
}
