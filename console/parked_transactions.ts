/**
 * The parked transactions as the debug socket tells of them, read from the store.
 *
 * Law: it only reads. What the charger does not know is null; what it has refused to forget is there word for word.
 */
import type { z } from "zod";
import { keptSamples } from "../actors/kept_samples.ts";
import { type KnownLocalIds, knownLocalIds } from "../actors/local_ids.ts";
import { pagesOf } from "../actors/store_pages.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import { MeterValue } from "../protocol/messages/types.ts";
import type { Refusal } from "../protocol/refusal.ts";
import { TransactionData, transactionDataBytesMax } from "../protocol/transaction_data.ts";
import { answerKey, archiveKey, parkedKey, resendKey } from "../storage/record_keys.ts";
import { readRecord, tryRecord } from "../storage/record_reading.ts";
import { AnswerRecord, ArchiveRecord, OutboxRecord, ParkedRecord, ResendRecord } from "../storage/records.ts";
import type { Entry, Key, Store } from "../storage/store.ts";
import { DamagedRecord } from "../storage/store.ts";
import { unreadableKey } from "../storage/unreadable.ts";
import type { ParkedTransaction } from "./answers.ts";

/** As much as is read in one go. */
const TRANSACTIONS_MAX = 200;

export interface ParkedList {
  /** How many there are in all. */
  readonly total: number;
  /** The list goes on behind this localId; null where it ends. */
  readonly next: number | null;
  /** Of their messages, those that were refused. */
  readonly transactions: readonly ParkedTransaction[];
}

/** A page of them, the oldest first: those behind a localId, which need not be there. */
export async function listParked(store: Store, after = -1): Promise<ParkedList> {
  const known = await knownLocalIds(store);
  const behind = known.kept.filter((localId) => localId > after);
  const page = behind.slice(0, TRANSACTIONS_MAX);
  const transactions: ParkedTransaction[] = [];
  for (const localId of page) {
    transactions.push(await told(store, localId, known, ({ why }) => why === "refused"));
  }
  const next = page.length < behind.length ? page.at(-1) ?? null : null;
  return { total: known.kept.length, next, transactions };
}

/** With every message that is kept, StopTransaction with its transactionData; null when nothing of it is parked. */
export async function exportParked(store: Store, localId: number): Promise<ParkedTransaction | null> {
  const known = await knownLocalIds(store);
  if (!known.kept.includes(localId)) return null;
  const { messages, ...transaction } = await told(store, localId, known, () => true);
  const transactionData = await samplesOf(store, localId);
  const complete = (message: Message) =>
    message.action === "StopTransaction" && transactionData.length > 0
      ? { ...message, payload: { ...message.payload, transactionData } }
      : message;
  return { ...transaction, messages: messages.map(complete) };
}

/** As many as there is room for in one frame, as when they are sent. */
async function samplesOf(store: Store, localId: number): Promise<readonly MeterValue[]> {
  const data = new TransactionData({ lengthMax: Infinity, bytesMax: transactionDataBytesMax });
  for (const entry of await keptSamples(store, localId)) {
    const read = tryRecord(MeterValue, entry, "many");
    if (read.kind === "read") data.add(read.record);
  }
  return data.values();
}

type Message = ParkedTransaction["messages"][number];
type Unreadable = ParkedTransaction["unreadable"][number];

async function told(
  store: Store,
  localId: number,
  { open, cutShort }: KnownLocalIds,
  shows: (record: ArchiveRecord) => boolean,
): Promise<ParkedTransaction> {
  const answer = (await kept(store, parkedKey(localId), ParkedRecord))?.answer ??
    await kept(store, answerKey(localId), AnswerRecord);
  let start = answer?.start ?? null;
  let stop: { readonly timestamp: string; readonly meterStop: number } | null = null;
  const messages: Message[] = [];
  const unreadable: Unreadable[] = [];
  let count = 0;
  for await (const page of pagesOf(store, archiveKey(localId))) {
    for (const entry of page) {
      const read = tryRecord(ArchiveRecord, entry, "many");
      if (read.kind === "unreadable") {
        unreadable.push(unread(entry, read.problem));
        continue;
      }
      const { record } = read;
      const { action, payload } = record.message;
      if (action === "StartTransaction") start = payload;
      if (action === "StopTransaction") {
        stop = payload;
        start ??= record.start ?? null;
      }
      count += 1;
      if (shows(record)) messages.push(message(record));
    }
  }
  for (const entry of await store.list(unreadableKey(localId))) {
    unreadable.push(unread(entry, problemOf(entry)));
  }
  const isResending = await kept(store, resendKey(localId), ResendRecord) !== null;
  return {
    localId,
    state: isResending
      ? "resending"
      : open.has(localId)
      ? "open"
      : cutShort.has(localId) && stop === null
      ? "cutShort"
      : "parked",
    transactionId: answer?.transactionId ?? null,
    connectorId: start?.connectorId ?? null,
    idTag: start?.idTag ?? null,
    reservationId: start?.reservationId ?? null,
    startedAt: start?.timestamp ?? null,
    meterStartWh: start?.meterStart ?? null,
    stoppedAt: stop?.timestamp ?? null,
    meterStopWh: stop?.meterStop ?? null,
    kept: count + unreadable.length,
    messages,
    unreadable,
  };
}

/** Null as well where it is damaged: to say so and to take it away is the outbox's. */
async function kept<T>(store: Store, key: Key, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const entry = await store.get(key);
    return entry === null ? null : readRecord(schema, entry);
  } catch (error) {
    if (error instanceof DamagedRecord) return null;
    throw error;
  }
}

function unread({ key, value }: Entry, problem: string): Unreadable {
  return { sequence: Number(key.at(-1)), problem, record: value };
}

function problemOf(entry: Entry): string {
  const read = tryRecord(OutboxRecord, entry, "few");
  return read.kind === "read" ? "it could not be read when its turn came" : read.problem;
}

function message(
  { message: { action, payload }, why, parkedMs, failures, refusals }: ArchiveRecord,
): Message {
  const answers = (refusals ?? []).map(answerOf);
  return { action, why, parkedAt: formatDateTime(parkedMs), failures, answers, payload: { ...payload } };
}

function answerOf({ atMs, ...refusal }: Refusal): Message["answers"][number] {
  return { at: formatDateTime(atMs), ...refusal };
}
