/**
 * The transaction messages that wait in the store, as the outbox sees them: the oldest one, and what becomes of it.
 *
 * Law: what an answer changes is one commit: the message goes and the transactionId comes, or neither (reliability.md D4).
 * Of a queue that has grown too long only MeterValues are thinned (`protocol/thinning.ts`). A record that cannot be read is set
 * aside, and those behind it go on.
 */
import { withRefusal } from "../protocol/refusal.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { StartMessage, TransactionMessage } from "../protocol/transaction.ts";
import { transactionIdNotObtained } from "../protocol/transaction.ts";
import type { AnswerRecord } from "../storage/records.ts";
import { answerKey, keys } from "../storage/record_keys.ts";
import { keptAnswer, tryRecord } from "../storage/record_reading.ts";
import { OutboxRecord, TransactionRecord } from "../storage/records.ts";
import type { Batch, Entry, Key, Store } from "../storage/store.ts";
import { glimpsed } from "../storage/unreadable.ts";
import type { Archive } from "./archive.ts";
import type { Deliveries, Delivery, DeliveryListener } from "./delivery.ts";
import { startAnswer, tellIdTagInfo } from "./delivery.ts";
import { QueueLength } from "./queue_length.ts";
import { queueLimits, thinOut } from "./queue_thinning.ts";
import { knownStart, putAgain } from "./start_again.ts";
import { completeCall, purgeMarks } from "./transaction_samples.ts";

export interface TransactionQueue extends Deliveries {
  /** There is one more in the store. Thins the queue when it has grown too long. */
  readonly added: () => void | Promise<void>;
  /** Whether the length is exact; if not, `countOn` brings it one page nearer. */
  readonly isCounted: () => boolean;
  readonly countOn: () => Promise<void>;
}

/** Read at once: reading one costs half as much as reading so many. */
const readAhead = 32;

export interface TransactionQueueParts {
  readonly store: Store;
  /** StopTransactionMaxMeterValues: read-only, so it stays what it is. */
  readonly meterValuesMax: number;
  /** Beyond it MeterValues are thinned. */
  readonly messagesMax: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly archive: Archive;
  readonly listener: DeliveryListener;
}

export async function openTransactionQueue(parts: TransactionQueueParts): Promise<TransactionQueue> {
  const { store, archive, listener } = parts;
  let waiting = await QueueLength.open(store);
  const limits = queueLimits(parts.messagesMax);
  /** The oldest ones. Nobody else changes or removes them, and what is added comes behind. */
  let oldest: Entry[] = [];
  /** The message that a disk has refused to count a failure of: what its record would be. */
  let uncounted: { readonly sequence: number; readonly record: OutboxRecord } | null = null;
  /** One that could not be read, nor set aside: only what is behind it is looked at. */
  let passed: Key | null = null;
  /** What the StartTransaction of the message before was answered: nobody else writes that, and only before what needs it. */
  let known: { readonly localId: number; readonly answer: AnswerRecord | null } | null = null;

  async function take(entry: Entry, batch: Batch): Promise<boolean> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "committed") return false;
    oldest = oldest.filter((other) => other !== entry);
    waiting.removed(entry.key);
    return true;
  }

  /** Null where there is no transactionId. */
  async function answerTo(localId: number): Promise<AnswerRecord | null> {
    if (known?.localId !== localId) {
      known = { localId, answer: await keptAnswer(store, localId, listener.damaged) };
    }
    return known.answer?.transactionId === undefined ? null : known.answer;
  }

  async function head(dataBytesMax: number): Promise<Delivery | null> {
    while (true) {
      if (oldest.length === 0) oldest = [...await store.list(keys.outbox, listed())];
      const [entry] = oldest;
      if (entry === undefined) {
        waiting.emptied();
        return null;
      }
      const read = tryRecord(OutboxRecord, entry, "many");
      if (read.kind === "unreadable") {
        await setUnreadableAside(entry, read.problem);
        continue;
      }
      const start = await lostStart(read.record.message);
      if (start === null) return await delivery(entry, withUncounted(entry, read.record), dataBytesMax);
      const again = await restored(start);
      if (again === null) return null;
      oldest = [again, ...oldest];
      waiting.added();
      known = null;
    }
  }

  /** What must go before a message, and is not there: it was neither answered nor set aside, and everything else comes behind it. */
  async function lostStart({ action, localId }: TransactionMessage): Promise<StartMessage | null> {
    // What was passed over may be just that.
    if (action === "StartTransaction" || passed !== null) return null;
    await answerTo(localId);
    if (known?.answer !== null || await archive.isKept(localId)) return null;
    return await knownStart(store, localId);
  }

  async function restored(start: StartMessage): Promise<Entry | null> {
    const entry = await putAgain(store, start);
    if (entry !== null) listener.trace("StartTransactionRestored", { localId: start.localId });
    return entry;
  }

  function withUncounted(entry: Entry, record: OutboxRecord): OutboxRecord {
    return uncounted !== null && uncounted.sequence === entry.key.at(-1) ? uncounted.record : record;
  }

  function listed() {
    return { limit: readAhead, ...(passed === null ? {} : { after: passed }) };
  }

  /** Where the store refuses that, it is passed over until the next start: the bills behind it do not wait for room on a disk. */
  async function setUnreadableAside(entry: Entry, problem: string): Promise<void> {
    const message = glimpsed(entry.value);
    const answer = message === null ? null : await answerTo(message.localId);
    const aside = await archive.setUnreadableAside(entry, problem, answer);
    const isAside = await take(entry, { sets: aside.sets, deletes: [entry.key] });
    if (isAside) return await aside.done();
    oldest = oldest.filter((other) => other !== entry);
    waiting.removed(entry.key);
    passed = entry.key;
    listener.trace("TransactionMessagePassedOver", { key: entry.key, problem });
  }

  async function delivery(entry: Entry, record: OutboxRecord, dataBytesMax: number): Promise<Delivery> {
    const { message, failures } = record;
    const { localId } = message;
    // StartTransaction goes before everything else of its transaction, so that by then its answer is there (spec/behaviour.md §3.6).
    const answer = message.action === "StartTransaction" ? null : await answerTo(localId);
    const transactionId = answer?.transactionId ?? transactionIdNotObtained;
    const room = { lengthMax: parts.meterValuesMax, bytesMax: dataBytesMax };
    const call = await completeCall(store, message, transactionId, room, listener.damaged);
    const isStop = message.action === "StopTransaction";
    const sequence = Number(entry.key.at(-1));

    return {
      localId,
      call,
      failures,
      answered: async (payload) => {
        const started = startAnswer(message, payload, parts.wallMs());
        // Sent with -1 it has reached the central system, but no bill: it stays for when the id is there (errata v4.0 §3.18).
        const isArchived = started === null && answer === null;
        const aside = isArchived
          ? await archive.setAside(sequence, record, { why: "noTransactionId" })
          : null;
        const marks = isArchived ? [] : purgeMarks(call, localId);
        const done = await take(entry, {
          sets: [
            ...(started === null ? [] : [{ key: answerKey(localId), value: started }]),
            ...(aside?.sets ?? []),
            ...marks,
          ],
          deletes: [entry.key, ...(isStop ? [answerKey(localId)] : [])],
        });
        if (!done) return false;
        await aside?.done();
        if (marks.length > 0) await archive.purge();
        tellIdTagInfo(listener, message, payload);
        if (message.action === "StartTransaction" && started !== null) {
          listener.startAnswered(localId, message.payload.connectorId, started);
        }
        return true;
      },
      failed: async (refusal) => {
        oldest = [];
        const counted = failedOnceMore(record, refusal);
        const outcome = await store.commit({ sets: [{ key: entry.key, value: counted }] });
        uncounted = outcome.kind === "committed" ? null : { sequence, record: counted };
      },
      park: async (refusal) => {
        const refused = failedOnceMore(record, refusal);
        const aside = await archive.setAside(sequence, refused, { why: "refused", answer });
        const done = await take(entry, { sets: aside.sets, deletes: [entry.key] });
        if (done) await aside.done();
        return done;
      },
    };
  }

  async function thin(): Promise<void> {
    // A hint that came twice was counted twice: the store is the truth.
    waiting = await QueueLength.counted(store);
    if (!limits.reached(waiting.value())) return;
    oldest = [];
    const gone = await thinOut(store, keys.outbox);
    waiting.thinned(gone);
    limits.thinned(waiting.value());
    listener.trace("QueueThinned", { meterValues: gone, left: waiting.value() });
  }

  return {
    length: () => waiting.value(),
    head,
    added: () => {
      waiting.added();
      return waiting.isWhole() && limits.reached(waiting.value()) ? thin() : undefined;
    },
    isCounted: () => waiting.isWhole(),
    countOn: () => waiting.countOn(),
  };
}

/** Tells again what the open transactions were answered: a predecessor may have made it durable and told nobody. */
export async function tellOpenAnswered(store: Store, listener: DeliveryListener): Promise<void> {
  for (const entry of await store.list(keys.transactions)) {
    const read = tryRecord(TransactionRecord, entry, "few");
    // Its connector says so, and goes on without.
    if (read.kind === "unreadable") continue;
    const { localId } = read.record;
    const answer = await keptAnswer(store, localId, listener.damaged);
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
