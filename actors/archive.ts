/**
 * What the central system has refused for good, set aside with its transaction until a person sends it again or discards it.
 *
 * Law: nothing goes from here but by an answer, or by a person with a reason; what is set aside leaves the queue in the same commit.
 */
import type { MayMoveParked, ParkedFacts } from "../protocol/parking.ts";
import { mayMoveParked } from "../protocol/parking.ts";
import type { AnswerRecord, OutboxRecord } from "../storage/records.ts";
import { answerKey, archiveKey, keys, parkedKey, purgeKey, resendKey } from "../storage/record_keys.ts";
import { keptAnswer, keptRecord, tryRecord } from "../storage/record_reading.ts";
import { ArchiveRecord, ParkedRecord, PurgeRecord, ResendRecord } from "../storage/records.ts";
import type { Entry, Key, Store, Value } from "../storage/store.ts";
import { glimpsed, unknownLocalId, unreadableKey } from "../storage/unreadable.ts";
import type { DeliveryListener } from "./delivery.ts";
import { openLocalIds } from "./local_ids.ts";
import { ParkedCount } from "./parked_count.ts";
import { type QueueLimits, queueLimits, thinOut } from "./queue_thinning.ts";
import { pagesOf } from "./store_pages.ts";
import { purge } from "./transaction_samples.ts";

/** What became of a person's wish: done, or why not. */
export type ParkedOutcome =
  | "done"
  /** There is nothing parked of such a transaction. */
  | "unknown"
  /** It has not ended, or its messages have not all gone out yet. */
  | "open"
  /** It is being sent again. */
  | "resending"
  /** No message of it is left that could be sent. */
  | "nothingLeft"
  /** Neither its StartTransaction nor its transactionId is there any more: no message of it could be understood. */
  | "idLost"
  /** The store is full or fails. */
  | "refused";

/** Why a message is set aside; `answer` is what its StartTransaction was answered, as far as is known. */
export interface Reason {
  readonly why: ArchiveRecord["why"];
  readonly answer?: AnswerRecord | null;
}

/** A message that is kept, and where. */
export interface Archived {
  readonly entry: Entry;
  readonly record: ArchiveRecord;
}

/** For the commit that takes a message off the queue; `done` is called when that is durable. */
export interface SettingAside {
  readonly sets: readonly { readonly key: Key; readonly value: Value }[];
  readonly done: () => Promise<void>;
}

export interface ArchiveParts {
  readonly store: Store;
  /** Beyond it MeterValues are thinned. */
  readonly messagesMax: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly listener: DeliveryListener;
}

export async function openArchive(parts: ArchiveParts): Promise<Archive> {
  const isMoreOver = await purge(parts.store, parts.listener.damaged);
  return new Archive(parts, await ParkedCount.open(parts.store), isMoreOver);
}

export class Archive {
  readonly #store: Store;
  readonly #wallMs: () => number;
  readonly #listener: DeliveryListener;
  readonly #limits: QueueLimits;
  #count: ParkedCount;
  #isMoreOver: boolean;

  constructor(
    { store, messagesMax, wallMs, listener }: ArchiveParts,
    count: ParkedCount,
    isMoreOver: boolean,
  ) {
    this.#store = store;
    this.#limits = queueLimits(messagesMax);
    this.#wallMs = wallMs;
    this.#listener = listener;
    this.#count = count;
    this.#isMoreOver = isMoreOver;
  }

  count(): ParkedCount {
    return this.#count;
  }

  /** Whether there is more than one turn takes away of what is over: `purge` goes on with it. */
  isMoreOver(): boolean {
    return this.#isMoreOver;
  }

  async purge(): Promise<void> {
    this.#isMoreOver = await purge(this.#store, this.#listener.damaged);
  }

  async setAside(sequence: number, record: OutboxRecord, { why, answer }: Reason): Promise<SettingAside> {
    const { message: { localId, action }, failures, refusals } = record;
    const archived: ArchiveRecord = { ...record, why, parkedMs: this.#wallMs() };
    const header = await this.#newHeader(localId, answer ?? null);
    const key = [...archiveKey(localId), sequence];
    return {
      sets: [{ key, value: archived }, ...header],
      done: async () => {
        this.#count.changed(key, archived, 1);
        if (why === "refused") {
          const last = refusals?.at(-1) ?? null;
          this.#listener.trace("TransactionMessageParked", { localId, action, failures, last });
        } else if (header.length > 0) {
          // It is the first that is kept: no StartTransaction of it was refused, the answer or the message itself was damaged.
          this.#listener.trace("TransactionIdLost", { localId, action });
        }
        if (this.#count.isWhole() && this.#limits.reached(this.#count.messages())) await this.#thin();
      },
    };
  }

  /** Of a record that is no message any more: all that can be done is to keep it and to say so. */
  async setUnreadableAside(
    { key, value }: Entry,
    problem: string,
    answer: AnswerRecord | null,
  ): Promise<SettingAside> {
    const localId = glimpsed(value)?.localId ?? unknownLocalId;
    const sequence = Number(key.at(-1));
    return {
      sets: [
        { key: [...unreadableKey(localId), sequence], value },
        ...await this.#newHeader(localId, answer),
      ],
      done: () => {
        this.#count.keeps(localId);
        this.#listener.trace("TransactionMessageUnreadable", { localId, sequence, problem, record: value });
        return Promise.resolve();
      },
    };
  }

  async discard(localId: number, reason: string): Promise<ParkedOutcome> {
    const may = await this.mayMove(localId);
    if (may !== "yes" && may !== "idLost" && may !== "nothingLeft") return may;
    const mark: PurgeRecord = "transaction";
    const discarded = await this.#whole(localId);
    const outcome = await this.#store.commit({
      sets: [{ key: purgeKey(localId), value: mark }],
      deletes: [parkedKey(localId), answerKey(localId)],
    });
    if (outcome.kind !== "committed") return "refused";
    this.#listener.trace("ParkedDiscarded", { localId, reason, ...discarded });
    this.#count.gone(localId);
    await this.purge();
    return "done";
  }

  async mayMove(localId: number): Promise<MayMoveParked> {
    const answer = await this.answer(localId);
    const isKept = await this.isKept(localId);
    const isOpen = (isKept || answer !== null) && (await openLocalIds(this.#store)).has(localId);
    const facts: ParkedFacts = {
      isParked: isKept || answer !== null && !isOpen,
      isOpen,
      isResending: await this.#resend(localId) !== null,
      hasTransactionId: answer?.transactionId !== undefined,
      first: (await this.next(localId, 0))?.record.message.action ?? null,
    };
    return mayMoveParked(facts);
  }

  /** A mark that is damaged is taken away: the next start has not gone on from it either. */
  #resend(localId: number): Promise<ResendRecord | null> {
    return keptRecord(this.#store, resendKey(localId), ResendRecord, this.#listener.damaged);
  }

  /** The oldest message of a transaction behind `after` that can be read. */
  async next(localId: number, after: number): Promise<Archived | null> {
    const prefix = archiveKey(localId);
    let [entry] = await this.#store.list(prefix, { limit: 1, after: [...prefix, after] });
    while (entry !== undefined) {
      const read = tryRecord(ArchiveRecord, entry, "many");
      if (read.kind === "read") return { entry, record: read.record };
      [entry] = await this.#store.list(prefix, { limit: 1, after: entry.key });
    }
    return null;
  }

  /** What its StartTransaction was answered, of two copies; null where both are gone, or it was not. */
  async answer(localId: number): Promise<AnswerRecord | null> {
    return (await this.#header(localId))?.answer ??
      await keptAnswer(this.#store, localId, this.#listener.damaged);
  }

  /** Whether anything of a transaction is set aside. */
  async isKept(localId: number): Promise<boolean> {
    return await this.#header(localId) !== null || await this.keepsAny(localId);
  }

  /** Whether any message of a transaction is kept, be it readable or not. */
  async keepsAny(localId: number): Promise<boolean> {
    for (const prefix of [archiveKey(localId), unreadableKey(localId)]) {
      if ((await this.#store.list(prefix, { limit: 1 })).length > 0) return true;
    }
    return false;
  }

  /** What a discarded transaction was: the log is the last that knows of it. */
  async #whole(localId: number) {
    const messages: OutboxRecord["message"][] = [];
    const unreadable: Value[] = [];
    let meterValues = 0;
    for await (const page of pagesOf(this.#store, archiveKey(localId))) {
      for (const entry of page) {
        const read = tryRecord(ArchiveRecord, entry, "many");
        if (read.kind === "unreadable") unreadable.push(entry.value);
        else if (read.record.message.action === "MeterValues") meterValues += 1;
        else messages.push(read.record.message);
      }
    }
    for (const { value } of await this.#store.list(unreadableKey(localId))) unreadable.push(value);
    return { answer: await this.answer(localId), messages, meterValues, unreadable };
  }

  #header(localId: number): Promise<ParkedRecord | null> {
    return keptRecord(this.#store, parkedKey(localId), ParkedRecord, this.#listener.damaged);
  }

  /** What begins the keeping of a transaction: what its StartTransaction was answered, as far as is known. */
  async #newHeader(
    localId: number,
    answer: AnswerRecord | null,
  ): Promise<{ readonly key: Key; readonly value: ParkedRecord }[]> {
    if (await this.#header(localId) !== null) return [];
    return [{ key: parkedKey(localId), value: answer === null ? {} : { answer } }];
  }

  async #thin(): Promise<void> {
    const meterValues = await thinOut(this.#store, keys.archive);
    this.#count = await ParkedCount.open(this.#store);
    while (!this.#count.isWhole()) await this.#count.countOn();
    const left = this.#count.messages();
    this.#limits.thinned(left);
    this.#listener.trace("ArchiveThinned", { meterValues, left });
  }
}
