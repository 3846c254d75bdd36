/**
 * The parked transactions as the debug socket tells of them, read from the store.
 *
 * Law: it only reads. What the charger does not know is null; what it has refused to forget is there word for word.
 */
import type { z } from "zod";
import { keptLocalIds, openLocalIds } from "../actors/local_ids.ts";
import { pagesOf } from "../actors/store_pages.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { Refusal } from "../protocol/refusal.ts";
import {
  archiveKey,
  ArchiveRecord,
  OutboxRecord,
  parkedKey,
  ParkedRecord,
  readRecord,
  resendKey,
  ResendRecord,
  tryRecord,
} from "../storage/records.ts";
import type { Entry, Key, Store } from "../storage/store.ts";
import { DamagedRecord } from "../storage/store.ts";
import { unreadableKey } from "../storage/unreadable.ts";
import type { ParkedTransaction } from "./answers.ts";

/** Nobody mends more in a night; the next ones are told of when these are mended. */
const TRANSACTIONS_MAX = 200;

export interface ParkedList {
  /** How many there are; the list has the oldest of them. */
  readonly total: number;
  /** Of their messages, those that were refused. */
  readonly transactions: readonly ParkedTransaction[];
}

export async function listParked(store: Store): Promise<ParkedList> {
  const open = await openLocalIds(store);
  const localIds = await keptLocalIds(store);
  const transactions: ParkedTransaction[] = [];
  for (const localId of localIds.slice(0, TRANSACTIONS_MAX)) {
    transactions.push(await told(store, localId, open, ({ why }) => why === "refused"));
  }
  return { total: localIds.length, transactions };
}

/** With every message that is kept; null when nothing of it is parked. */
export async function exportParked(store: Store, localId: number): Promise<ParkedTransaction | null> {
  if (!(await keptLocalIds(store)).includes(localId)) return null;
  return await told(store, localId, await openLocalIds(store), () => true);
}

type Message = ParkedTransaction["messages"][number];

async function told(
  store: Store,
  localId: number,
  open: ReadonlySet<number>,
  shows: (record: ArchiveRecord) => boolean,
): Promise<ParkedTransaction> {
  const { answer } = await kept(store, parkedKey(localId), ParkedRecord) ?? {};
  let start = answer?.start ?? null;
  let stop: { readonly timestamp: string; readonly meterStop: number } | null = null;
  const messages: Message[] = [];
  let count = 0;
  for await (const page of pagesOf(store, archiveKey(localId))) {
    for (const entry of page) {
      const record = readRecord(ArchiveRecord, entry, "many");
      const { action, payload } = record.message;
      if (action === "StartTransaction") start = payload;
      if (action === "StopTransaction") stop = payload;
      count += 1;
      if (shows(record)) messages.push(message(record));
    }
  }
  const unreadable = (await store.list(unreadableKey(localId))).map(unread);
  const isResending = await kept(store, resendKey(localId), ResendRecord) !== null;
  return {
    localId,
    state: isResending ? "resending" : open.has(localId) ? "open" : "parked",
    transactionId: answer?.transactionId ?? null,
    connectorId: start?.connectorId ?? null,
    idTag: start?.idTag ?? null,
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

function unread(entry: Entry): ParkedTransaction["unreadable"][number] {
  const read = tryRecord(OutboxRecord, entry, "few");
  const problem = read.kind === "read" ? "it could not be read when its turn came" : read.problem;
  return { sequence: Number(entry.key.at(-1)), problem, record: entry.value };
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
