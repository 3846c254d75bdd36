/**
 * What the central system has refused for good, set aside with its transaction until a person sends it again or discards it.
 *
 * Law: nothing goes from here but by an answer, or by a person with a reason; what is set aside leaves the queue in the same commit.
 */
import type { ParkedFacts } from "../protocol/parking.ts";
import { mayMoveParked } from "../protocol/parking.ts";
import type { AnswerRecord, OutboxRecord } from "../storage/records.ts";
import {
  archiveKey,
  ArchiveRecord,
  keptRecord,
  keys,
  parkedKey,
  ParkedRecord,
  purgeKey,
  PurgeRecord,
  readRecord,
  resendKey,
  ResendRecord,
} from "../storage/records.ts";
import type { Entry, Key, Store, Value } from "../storage/store.ts";
import { glimpsed, unknownLocalId, unreadableKey } from "../storage/unreadable.ts";
import { ArchiveCount } from "./archive_count.ts";
import type { DeliveryListener } from "./delivery.ts";
import { openLocalIds } from "./local_ids.ts";
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
  /** Neither its StartTransaction nor its transactionId is there any more: no message of it could be understood. */
  | "idLost"
  /** The store is full or fails. */
  | "refused";

/** Why a message is set aside; `answer` is what its StartTransaction was answered, as far as is known. */
export interface Reason {
  readonly why: ArchiveRecord["why"];
  readonly answer?: AnswerRecord | null;
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
  await purge(parts.store);
  return new Archive(parts, await ArchiveCount.open(parts.store));
}

export class Archive {
  readonly #store: Store;
  readonly #wallMs: () => number;
  readonly #listener: DeliveryListener;
  readonly #limits: QueueLimits;
  #count: ArchiveCount;

  constructor({ store, messagesMax, wallMs, listener }: ArchiveParts, count: ArchiveCount) {
    this.#store = store;
    this.#limits = queueLimits(messagesMax);
    this.#wallMs = wallMs;
    this.#listener = listener;
    this.#count = count;
  }

  count(): ArchiveCount {
    return this.#count;
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
        this.#listener.trace("TransactionMessageUnreadable", { localId, sequence, problem, record: value });
        return Promise.resolve();
      },
    };
  }

  async discard(localId: number, reason: string): Promise<ParkedOutcome> {
    const may = await this.mayMove(localId);
    if (may !== "yes" && may !== "idLost") return may;
    const mark: PurgeRecord = "transaction";
    const discarded = await this.#whole(localId);
    const outcome = await this.#store.commit({
      sets: [{ key: purgeKey(localId), value: mark }],
      deletes: [parkedKey(localId)],
    });
    if (outcome.kind !== "committed") return "refused";
    this.#listener.trace("ParkedDiscarded", { localId, reason, ...discarded });
    this.#count.gone(localId);
    await purge(this.#store);
    return "done";
  }

  async mayMove(localId: number): Promise<ReturnType<typeof mayMoveParked>> {
    const record = await this.parked(localId);
    const first = await this.next(localId, 0);
    const facts: ParkedFacts = {
      isParked: record !== null,
      isOpen: record !== null && (await openLocalIds(this.#store)).has(localId),
      isResending: await this.#resend(localId) !== null,
      hasTransactionId: record?.answer !== undefined,
      beginsWithStart: first !== undefined &&
        readRecord(ArchiveRecord, first).message.action === "StartTransaction",
    };
    return mayMoveParked(facts);
  }

  /** A mark that is damaged is taken away: the next start has not gone on from it either. */
  #resend(localId: number): Promise<ResendRecord | null> {
    return keptRecord(this.#store, resendKey(localId), ResendRecord, this.#listener.damaged);
  }

  /** The oldest message of a transaction behind `after`. */
  async next(localId: number, after: number): Promise<Entry | undefined> {
    const prefix = archiveKey(localId);
    const [entry] = await this.#store.list(prefix, { limit: 1, after: [...prefix, after] });
    return entry;
  }

  /** Null when nothing of it is kept. A header that is damaged takes with it what StartTransaction was answered, and no more. */
  async parked(localId: number): Promise<ParkedRecord | null> {
    return await this.#header(localId) ?? (await this.keepsAny(localId) ? {} : null);
  }

  /** Whether anything of a transaction is kept, be it readable or not. */
  async keepsAny(localId: number): Promise<boolean> {
    if (await this.next(localId, 0) !== undefined) return true;
    return (await this.#store.list(unreadableKey(localId), { limit: 1 })).length > 0;
  }

  /** What a discarded transaction was: the log is the last that knows of it. */
  async #whole(localId: number) {
    const messages: OutboxRecord["message"][] = [];
    let meterValues = 0;
    for await (const page of pagesOf(this.#store, archiveKey(localId))) {
      for (const entry of page) {
        const { message } = readRecord(ArchiveRecord, entry, "many");
        if (message.action === "MeterValues") meterValues += 1;
        else messages.push(message);
      }
    }
    const unreadable = (await this.#store.list(unreadableKey(localId))).map(({ value }) => value);
    return { answer: (await this.parked(localId))?.answer ?? null, messages, meterValues, unreadable };
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
    this.#count = await ArchiveCount.open(this.#store);
    while (!this.#count.isWhole()) await this.#count.countOn();
    const left = this.#count.messages();
    this.#limits.thinned(left);
    this.#listener.trace("ArchiveThinned", { meterValues, left });
  }
}
