/**
 * The transaction messages that wait in the store, as the outbox sees them: the oldest one, and what becomes of it.
 *
 * Law: what an answer changes is one commit: the message goes and the transactionId comes, or neither (reliability.md D4).
 * Of a queue that has grown too long only MeterValues are thinned (`protocol/thinning.ts`).
 */
import { withRefusal } from "../protocol/refusal.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { transactionIdNotObtained } from "../protocol/transaction.ts";
import {
  answerKey,
  AnswerRecord,
  keptRecord,
  keys,
  OutboxRecord,
  readRecord,
  TransactionRecord,
} from "../storage/records.ts";
import type { Batch, Entry, Store } from "../storage/store.ts";
import type { Archive } from "./archive.ts";
import type { Deliveries, Delivery, DeliveryListener } from "./delivery.ts";
import { startAnswer, tellIdTagInfo } from "./delivery.ts";
import { queueLimits, thinOut } from "./queue_thinning.ts";
import { pagesOf } from "./store_pages.ts";
import { completeCall, purge, purgeMarks } from "./transaction_samples.ts";

export interface TransactionQueue extends Deliveries {
  /** There is one more in the store. Thins the queue when it has grown too long. */
  readonly added: () => void | Promise<void>;
}

export interface TransactionQueueParts {
  readonly store: Store;
  /** StopTransactionMaxMeterValues: read-only, so it stays what it is. */
  readonly meterValuesMax: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly archive: Archive;
  readonly listener: DeliveryListener;
}

export async function openTransactionQueue(parts: TransactionQueueParts): Promise<TransactionQueue> {
  const { store, archive, listener } = parts;
  let waiting = 0;
  for await (const page of pagesOf(store, keys.outbox)) waiting += page.length;
  const limits = queueLimits();

  async function take(batch: Batch): Promise<boolean> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "committed") return false;
    waiting -= 1;
    return true;
  }

  async function head(dataBytesMax: number): Promise<Delivery | null> {
    const [entry] = await store.list(keys.outbox, { limit: 1 });
    if (entry === undefined) {
      waiting = 0;
      return null;
    }
    const record = readRecord(OutboxRecord, entry, "many");
    const { message, failures } = record;
    const { localId } = message;
    // StartTransaction goes before everything else of its transaction, so that by then its answer is there (spec/behaviour.md §3.6).
    const answer = message.action === "StartTransaction"
      ? null
      : await keptRecord(store, answerKey(localId), AnswerRecord, listener.damaged);
    const transactionId = answer?.transactionId ?? transactionIdNotObtained;
    const room = { lengthMax: parts.meterValuesMax, bytesMax: dataBytesMax };
    const call = await completeCall(store, message, transactionId, room);
    const isStop = message.action === "StopTransaction";
    const sequence = Number(entry.key.at(-1));

    return {
      localId,
      call,
      failures,
      answered: async (payload) => {
        const started = startAnswer(message, payload, parts.wallMs());
        // Sent with -1 it has reached the central system, but no bill: it stays for when the id is there (errata v4.0 §3.18).
        const isArchived = started === null && answer === null && await archive.lacksTransactionId(localId);
        const aside = isArchived
          ? await archive.setAside(sequence, record, { why: "noTransactionId" })
          : null;
        const marks = isArchived ? [] : purgeMarks(call, localId);
        const done = await take({
          sets: [
            ...(started === null ? [] : [{ key: answerKey(localId), value: started }]),
            ...(aside?.sets ?? []),
            ...marks,
          ],
          deletes: [entry.key, ...(isStop ? [answerKey(localId)] : [])],
        });
        if (!done) return false;
        await aside?.done();
        if (marks.length > 0) await purge(store);
        tellIdTagInfo(listener, message, payload);
        if (message.action === "StartTransaction" && started !== null) {
          listener.startAnswered(localId, message.payload.connectorId, started);
        }
        return true;
      },
      failed: (refusal) => countFailure(store, entry, record, refusal),
      park: async (refusal) => {
        const refused = failedOnceMore(record, refusal);
        const aside = await archive.setAside(sequence, refused, { why: "refused", answer });
        const done = await take({
          sets: aside.sets,
          deletes: [entry.key, ...(isStop ? [answerKey(localId)] : [])],
        });
        if (done) await aside.done();
        return done;
      },
    };
  }

  async function thin(): Promise<void> {
    const gone = await thinOut(store, keys.outbox);
    waiting -= gone;
    limits.thinned(waiting);
    listener.trace("QueueThinned", { meterValues: gone, left: waiting });
  }

  return {
    length: () => waiting,
    head,
    added: () => {
      waiting += 1;
      return limits.reached(waiting) ? thin() : undefined;
    },
  };
}

/** Tells again what the open transactions were answered: a predecessor may have made it durable and told nobody. */
export async function tellOpenAnswered(store: Store, listener: DeliveryListener): Promise<void> {
  for (const entry of await store.list(keys.transactions)) {
    const { localId } = readRecord(TransactionRecord, entry);
    const answer = await keptRecord(store, answerKey(localId), AnswerRecord, listener.damaged);
    if (answer !== null) {
      listener.startAnswered(localId, Number(entry.key.at(-1)), answer);
    }
  }
}

function failedOnceMore(record: OutboxRecord, refusal: Refusal): OutboxRecord {
  return {
    ...record,
    failures: record.failures + 1,
    refusals: withRefusal(record.refusals, refusal),
  };
}

async function countFailure(
  store: Store,
  entry: Entry,
  record: OutboxRecord,
  refusal: Refusal,
): Promise<void> {
  await store.commit({ sets: [{ key: entry.key, value: failedOnceMore(record, refusal) }] });
}
