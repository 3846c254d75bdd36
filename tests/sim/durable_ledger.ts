/**
 * What the store has promised to keep: every StartTransaction and StopTransaction that was committed, noted down outside of it.
 *
 * Law: this is the oracle of "nothing is lost": what stands here must reach the central system, once, and nothing else may.
 */
import type { AnswerRecord, OutboxRecord } from "../../storage/records.ts";
import type { Batch, Store } from "../../storage/store.ts";

export interface StartsAndStops {
  /** Asked for: durable or not, as a power cut may have decided. */
  readonly tried: OutboxRecord["message"][];
  /** Durable: the commit has said so. */
  readonly starts: OutboxRecord["message"][];
  readonly stops: OutboxRecord["message"][];
  /** The localId of each transaction whose idTag the central system has refused, as the store knows it, and since when. */
  readonly refused: Map<number, number>;
}

export interface StoreWatch {
  /** A commit is asked for. */
  readonly asked: (batch: Batch) => void;
  /** A transaction message is durable. */
  readonly committed: (message: OutboxRecord["message"]) => void;
  readonly nowMs: () => number;
}

/** The same store; what it commits of transactions is noted in `noted`. */
export function watchStore(store: Store, noted: StartsAndStops, watch: StoreWatch): Store {
  return {
    ...store,
    commit: async (batch) => {
      noted.tried.push(...messagesIn(batch));
      const under = store.commit(batch);
      watch.asked(batch);
      const outcome = await under;
      if (outcome.kind === "committed") note(batch, noted, watch);
      return outcome;
    },
  };
}

function note(batch: Batch, noted: StartsAndStops, watch: StoreWatch): void {
  for (const message of messagesIn(batch)) {
    watch.committed(message);
    if (message.action === "StartTransaction") noted.starts.push(message);
    if (message.action === "StopTransaction") noted.stops.push(message);
  }
  for (const { key, value } of batch.sets ?? []) {
    if (key[0] !== "answer" || (value as AnswerRecord).accepted) continue;
    noted.refused.set(Number(key[1]), watch.nowMs());
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
