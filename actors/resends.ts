/**
 * Parked transactions on their second way to the central system: each from its oldest message to its last, as a person has asked.
 *
 * Law: StartTransaction first, and the others with the transactionId that it is answered (errata v4.0 §3.18). Each step is one
 * commit that also says how far it has come, so that a resend that is cut anywhere goes on from there.
 */
import type { Refusal } from "../protocol/refusal.ts";
import { withRefusal } from "../protocol/refusal.ts";
import { transactionIdNotObtained } from "../protocol/transaction.ts";
import type { AnswerRecord, ArchiveRecord, ParkedRecord } from "../storage/records.ts";
import { answerKey, keys, parkedKey, resendKey } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { ResendRecord } from "../storage/records.ts";
import type { Batch, Store } from "../storage/store.ts";
import type { Archive, Archived, ParkedOutcome } from "./archive.ts";
import type { Deliveries, Delivery, DeliveryListener } from "./delivery.ts";
import { startAnswer, tellIdTagInfo } from "./delivery.ts";
import { completeCall, purgeMarks } from "./transaction_samples.ts";

export interface ResendsParts {
  readonly store: Store;
  readonly archive: Archive;
  readonly meterValuesMax: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly listener: DeliveryListener;
}

export async function openResends(parts: ResendsParts): Promise<Resends> {
  const begun = await parts.store.list(keys.resends);
  return new Resends(parts, begun.map(({ key }) => Number(key.at(-1))));
}

export class Resends implements Deliveries {
  readonly #parts: ResendsParts;
  readonly #store: Store;
  #localIds: readonly number[];
  /** The message that a disk has refused to count a failure of: what would be there. */
  #uncounted:
    | { readonly sequence: number; readonly failures: number; readonly record: ArchiveRecord }
    | null = null;

  constructor(parts: ResendsParts, localIds: readonly number[]) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#localIds = localIds;
  }

  async begin(localId: number): Promise<ParkedOutcome> {
    const may = await this.#parts.archive.mayMove(localId);
    if (may !== "yes") return may;
    const begun: ResendRecord = { after: 0, failures: 0 };
    if (!await this.#commit({ sets: [{ key: resendKey(localId), value: begun }] })) return "refused";
    this.#localIds = [...this.#localIds, localId];
    this.#parts.listener.trace("ResendBegun", { localId });
    return "done";
  }

  length(): number {
    return this.#localIds.length;
  }

  /** The next message of the one that was asked for first. */
  async head(dataBytesMax: number): Promise<Delivery | null> {
    while (true) {
      const [localId] = this.#localIds;
      if (localId === undefined) return null;
      const { archive, listener } = this.#parts;
      const resend = await keptRecord(this.#store, resendKey(localId), ResendRecord, listener.damaged);
      const archived = resend === null ? null : await archive.next(localId, resend.after);
      if (resend !== null && archived !== null) {
        const delivery = await this.#delivery(localId, resend, archived, dataBytesMax);
        if (delivery !== null) return delivery;
      }
      await this.#end(localId);
    }
  }

  /** Null where nobody could understand it: its transactionId went with a damaged header, and what is left stays for a bill by hand. */
  async #delivery(
    localId: number,
    resend: ResendRecord,
    archived: Archived,
    dataBytesMax: number,
  ): Promise<Delivery | null> {
    const { archive, listener, meterValuesMax, wallMs } = this.#parts;
    const { entry } = archived;
    const uncounted = this.#uncounted?.sequence === entry.key.at(-1) ? this.#uncounted : null;
    const { record, failures } = uncounted ?? { record: archived.record, failures: resend.failures };
    const { message } = record;
    const transactionId = (await archive.answer(localId))?.transactionId;
    if (transactionId === undefined && message.action !== "StartTransaction") return null;
    const room = { lengthMax: meterValuesMax, bytesMax: dataBytesMax };
    const id = transactionId ?? transactionIdNotObtained;
    const call = await completeCall(this.#store, message, id, room, listener.damaged);
    const past: ResendRecord = { after: Number(entry.key.at(-1)), failures: 0 };
    const onward = { key: resendKey(localId), value: past };
    return {
      localId,
      call,
      failures,
      answered: async (payload) => {
        const answer = startAnswer(message, payload, wallMs());
        const marks = purgeMarks(call, localId);
        const isStop = message.action === "StopTransaction";
        const done = await this.#commit({
          sets: [onward, ...marks, ...(answer === null ? [] : answers(localId, answer))],
          deletes: [entry.key, ...(isStop ? [answerKey(localId)] : [])],
        });
        if (!done) return false;
        archive.count().changed(entry.key, record, -1);
        if (marks.length > 0) await archive.purge();
        tellIdTagInfo(listener, message, payload);
        return true;
      },
      failed: async (refusal) => {
        const counted: ResendRecord = { ...resend, failures: failures + 1 };
        const refused = refusedOnceMore(record, refusal);
        const isCounted = await this.#commit({
          sets: [{ key: entry.key, value: refused }, { key: resendKey(localId), value: counted }],
        });
        this.#uncounted = isCounted
          ? null
          : { sequence: past.after, failures: counted.failures, record: refused };
      },
      park: async (refusal) => {
        const refused: ArchiveRecord = { ...refusedOnceMore(record, refusal), why: "refused" };
        // Behind a start nothing of a transaction can be understood without it, and stays for the next resend.
        if (!await this.#commit({ sets: [{ key: entry.key, value: refused }, onward] })) return false;
        archive.count().changed(entry.key, record, -1);
        archive.count().changed(entry.key, refused, 1);
        return true;
      },
    };
  }

  /** Everything of it has been sent. What was refused again stays; without any it is a bill like all others. */
  async #end(localId: number): Promise<void> {
    const { archive } = this.#parts;
    const isLeft = await archive.keepsAny(localId);
    // A store that refuses keeps the mark, and the next start ends it then.
    const isDone = await this.#commit({
      deletes: [resendKey(localId), ...(isLeft ? [] : [parkedKey(localId)])],
    });
    // Where what it was answered is still there, it was cut short, and stays to be discarded.
    if (isDone && !isLeft && await archive.answer(localId) === null) archive.count().gone(localId);
    this.#ended(localId, isLeft);
  }

  #ended(localId: number, stillParked: boolean): void {
    this.#uncounted = null;
    this.#localIds = this.#localIds.filter((other) => other !== localId);
    this.#parts.listener.trace("ResendEnded", { localId, stillParked });
  }

  async #commit(batch: Batch): Promise<boolean> {
    return (await this.#store.commit(batch)).kind === "committed";
  }
}

/** Beside its header, as of any transaction until its StopTransaction is done with: where that is lost, it is seen. */
function answers(localId: number, answer: AnswerRecord) {
  const header: ParkedRecord = { answer };
  return [{ key: parkedKey(localId), value: header }, { key: answerKey(localId), value: answer }];
}

function refusedOnceMore(record: ArchiveRecord, refusal: Refusal): ArchiveRecord {
  return {
    ...record,
    failures: record.failures + 1,
    refusals: withRefusal(record.refusals, refusal),
  };
}
