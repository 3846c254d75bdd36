/**
 * The transaction messages that wait in the store, as the outbox sees them: the oldest one, and what becomes of it.
 *
 * Law: what an answer changes is one commit: the message goes and the transactionId comes, or neither (reliability.md D4).
 * A commit that is refused leaves the message where it was: it is sent again, which the central system can tell by its content.
 */
import type { StartTransactionResponse, StopTransactionResponse } from "../protocol/messages/core.ts";
import type { IdTagInfo } from "../protocol/messages/types.ts";
import { MeterValue } from "../protocol/messages/types.ts";
import type { TransactionCall, TransactionMessage } from "../protocol/transaction.ts";
import { thinned, transactionCall, transactionIdNotObtained } from "../protocol/transaction.ts";
import {
  answerKey,
  AnswerRecord,
  keptRecord,
  keys,
  OutboxRecord,
  parkedKey,
  purgeKey,
  readRecord,
  samplesKey,
  TransactionRecord,
} from "../storage/records.ts";
import type { TellDamaged } from "../storage/records.ts";
import type { Batch, Entry, Key, Store } from "../storage/store.ts";

/** What is read or removed at a time. */
const pageMax = 500;

/** One message on its way. */
export interface Delivery {
  readonly call: TransactionCall;
  readonly failures: number;
  readonly entry: Entry;
  readonly record: OutboxRecord;
}

/** Who wants to know what was answered. */
export interface QueueListener {
  readonly startAnswered: (localId: number, connectorId: number, answer: AnswerRecord) => void;
  /** The central system has said what an idTag is worth (§3.5.1). */
  readonly idTagInfoReceived: (idTag: string, info: IdTagInfo) => void;
  readonly damaged: TellDamaged;
}

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

export async function openTransactionQueue(
  store: Store,
  /** StopTransactionMaxMeterValues: read-only, so it stays what it is. */
  meterValuesMax: number,
  listener: QueueListener,
): Promise<TransactionQueue> {
  await purge(store);
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
      const record = readRecord(OutboxRecord, entry, "many");
      const { message } = record;
      const transactionId = await knownTransactionId(store, message, listener.damaged);
      const data = message.action === "StopTransaction" ? await samples(store, message.localId) : [];
      return {
        call: transactionCall(message, transactionId, thinned(data, meterValuesMax)),
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
      const isLast = message.action === "StopTransaction";
      const hasData = delivery.call.action === "StopTransaction" &&
        delivery.call.payload.transactionData !== undefined;
      const done = await commit({
        sets: [
          ...(answer === null ? [] : [{ key: answerKey(message.localId), value: answer }]),
          ...(hasData ? [{ key: purgeKey(message.localId), value: true }] : []),
        ],
        deletes: [delivery.entry.key, ...(isLast ? [answerKey(message.localId)] : [])],
      });
      if (!done) return false;
      waiting -= 1;
      if (hasData) await purge(store);
      tell(listener, message, answer, payload);
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
export async function tellOpenAnswered(store: Store, listener: QueueListener): Promise<void> {
  for (const entry of await store.list(keys.transactions)) {
    const { localId } = readRecord(TransactionRecord, entry);
    const answer = await keptRecord(store, answerKey(localId), AnswerRecord, listener.damaged);
    if (answer !== null) {
      listener.startAnswered(localId, Number(entry.key.at(-1)), answer);
    }
  }
}

/** Counts entries page by page, so that a long outage's backlog is never held in memory at once. */
async function count(store: Store, prefix: readonly string[]): Promise<number> {
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
async function knownTransactionId(
  store: Store,
  message: TransactionMessage,
  damaged: TellDamaged,
): Promise<number> {
  if (message.action === "StartTransaction") return transactionIdNotObtained;
  const answer = await keptRecord(store, answerKey(message.localId), AnswerRecord, damaged);
  return answer?.transactionId ?? transactionIdNotObtained;
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

function tell(
  listener: QueueListener,
  message: OutboxRecord["message"],
  answer: AnswerRecord | null,
  payload: unknown,
): void {
  if (message.action === "MeterValues") return;
  const info = (payload as StartTransactionResponse | StopTransactionResponse).idTagInfo;
  const { idTag } = message.payload;
  if (info !== undefined && idTag !== undefined) listener.idTagInfoReceived(idTag, info);
  if (message.action === "StartTransaction" && answer !== null) {
    listener.startAnswered(message.localId, message.payload.connectorId, answer);
  }
}

/** A transaction's meter values, in the order in which they were taken, page by page. */
async function samples(store: Store, localId: number): Promise<readonly MeterValue[]> {
  return (await everything(store, samplesKey(localId))).map((entry) => readRecord(MeterValue, entry, "many"));
}

/**
 * Removes the meter values of transactions that are over, a bounded batch at a time. The mark goes last, so that a power loss in
 * between leaves nothing behind for ever.
 */
async function purge(store: Store): Promise<void> {
  for (const mark of await store.list(keys.purges)) {
    const localId = Number(mark.key.at(-1));
    const over = (await everything(store, samplesKey(localId))).map((entry) => entry.key);
    for (let from = 0; from < over.length; from += pageMax) {
      await store.commit({ deletes: over.slice(from, from + pageMax) });
    }
    await store.commit({ deletes: [mark.key] });
  }
}

async function everything(store: Store, prefix: Key): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  let page = await store.list(prefix, { limit: pageMax });
  while (true) {
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageMax) return all;
    page = await store.list(prefix, { limit: pageMax, after: last.key });
  }
}
