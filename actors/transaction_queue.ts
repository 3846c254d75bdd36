/**
 * The transaction messages that wait in the store, as the outbox sees them: the oldest one, and what becomes of it.
 *
 * Law: what an answer changes is one commit: the message goes and the transactionId comes, or neither (reliability.md D4).
 * A commit that is refused leaves the message where it was: it is sent again, which the central system can tell by its content.
 */
import type { StartTransactionResponse } from "../protocol/messages/core.ts";
import type { TransactionCall, TransactionMessage } from "../protocol/transaction.ts";
import { transactionCall, transactionIdNotObtained } from "../protocol/transaction.ts";
import {
  answerKey,
  AnswerRecord,
  keys,
  OutboxRecord,
  parkedKey,
  readRecord,
  TransactionRecord,
} from "../storage/records.ts";
import type { Batch, Entry, Store } from "../storage/store.ts";

/** One message on its way. */
export interface Delivery {
  readonly call: TransactionCall;
  readonly failures: number;
  readonly entry: Entry;
  readonly record: OutboxRecord;
}

/** Tells the connector what its StartTransaction was answered. */
export type TellStartAnswered = (localId: number, connectorId: number, answer: AnswerRecord) => void;

export interface TransactionQueue {
  /** Messages that wait, as counted so far; exact after `head`. */
  readonly length: () => number;
  readonly parked: () => number;
  /** There is one more in the store. */
  readonly hint: () => void;
  readonly head: () => Promise<Delivery | null>;
  /** `payload` is the checked response of the delivery's action. False when the store refused: nothing has changed. */
  readonly answered: (delivery: Delivery, payload: unknown) => Promise<boolean>;
  readonly failed: (delivery: Delivery, failures: number) => Promise<void>;
  /** Sets aside what the central system has refused for good; it is never deleted. False when the store refused. */
  readonly park: (delivery: Delivery) => Promise<boolean>;
}

export async function openTransactionQueue(store: Store, tell: TellStartAnswered): Promise<TransactionQueue> {
  let waiting = await count(store, keys.outbox);
  let parked = await count(store, keys.parked);

  async function commit(batch: Batch): Promise<boolean> {
    const outcome = await store.commit(batch);
    return outcome.kind === "committed";
  }

  return {
    length: () => waiting,
    parked: () => parked,
    hint: () => {
      waiting += 1;
    },
    head: async () => {
      const [entry] = await store.list(keys.outbox, { limit: 1 });
      if (entry === undefined) {
        waiting = 0;
        return null;
      }
      const record = readRecord(OutboxRecord, entry);
      const transactionId = await knownTransactionId(store, record.message);
      return {
        call: transactionCall(record.message, transactionId),
        failures: record.failures,
        entry,
        record,
      };
    },
    answered: async (delivery, payload) => {
      const { message } = delivery.record;
      const answer = message.action === "StartTransaction"
        ? startAnswer(payload as StartTransactionResponse)
        : null;
      const done = await commit({
        ...(answer === null ? {} : { sets: [{ key: answerKey(message.localId), value: answer }] }),
        deletes: [
          delivery.entry.key,
          ...(message.action === "StopTransaction" ? [answerKey(message.localId)] : []),
        ],
      });
      if (!done) return false;
      waiting -= 1;
      if (answer !== null && message.action === "StartTransaction") {
        tell(message.localId, message.payload.connectorId, answer);
      }
      return true;
    },
    failed: async (delivery, failures) => {
      await commit({ sets: [{ key: delivery.entry.key, value: { ...delivery.record, failures } }] });
    },
    park: async (delivery) => {
      const { message } = delivery.record;
      const answer: AnswerRecord = { transactionId: transactionIdNotObtained, accepted: true };
      const done = await commit({
        sets: [
          { key: parkedKey(sequenceOf(delivery.entry)), value: delivery.record },
          ...(message.action === "StartTransaction"
            ? [{ key: answerKey(message.localId), value: answer }]
            : []),
        ],
        deletes: [delivery.entry.key],
      });
      if (!done) return false;
      waiting -= 1;
      parked += 1;
      return true;
    },
  };
}

/** Tells again what the open transactions were answered: a predecessor may have made it durable and told nobody. */
export async function tellOpenAnswered(store: Store, tell: TellStartAnswered): Promise<void> {
  for (const entry of await store.list(keys.transactions)) {
    const { localId } = readRecord(TransactionRecord, entry);
    const answer = await store.get(answerKey(localId));
    if (answer !== null) tell(localId, Number(entry.key.at(-1)), readRecord(AnswerRecord, answer));
  }
}

/** Counts entries page by page, so that a long outage's backlog is never held in memory at once. */
async function count(store: Store, prefix: readonly string[]): Promise<number> {
  const pageMax = 500;
  let total = 0;
  let page = await store.list(prefix, { limit: pageMax });
  while (true) {
    total += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < pageMax) return total;
    page = await store.list(prefix, { limit: pageMax, after: last.key });
  }
}

/** StartTransaction goes before everything else of its transaction, so that by then its answer is there (spec/behaviour.md §3.6). */
async function knownTransactionId(store: Store, message: TransactionMessage): Promise<number> {
  if (message.action === "StartTransaction") return transactionIdNotObtained;
  const entry = await store.get(answerKey(message.localId));
  return entry === null ? transactionIdNotObtained : readRecord(AnswerRecord, entry).transactionId;
}

function startAnswer(response: StartTransactionResponse): AnswerRecord {
  const { status, parentIdTag } = response.idTagInfo;
  return {
    transactionId: response.transactionId,
    accepted: status === "Accepted",
    ...(parentIdTag === undefined ? {} : { parentIdTag }),
  };
}

function sequenceOf(entry: Entry): number {
  return Number(entry.key.at(-1));
}
