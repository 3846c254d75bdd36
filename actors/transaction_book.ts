/**
 * The open transaction of one connector, in the store: begun, sampled, kept alive, resumed, decided to stop, ended; each one commit.
 *
 * Law: a transaction is open exactly while its record is there. Its messages are committed together with what they tell of,
 * so that no power loss can separate them (reliability.md D4).
 */
import { lastKnown } from "../protocol/checkpoint.ts";
import type { Holder, RunningTransaction, Stop } from "../protocol/connector_facts.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import { claimOf } from "../protocol/reservation.ts";
import type { StartMessage, TransactionMessage } from "../protocol/transaction.ts";
import { sampleMessage, startMessage, stopMessage, wholeWh } from "../protocol/transaction.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import type { AnswerRecord, ClockRecord, OutboxRecord } from "../storage/records.ts";
import {
  checkpointKey,
  clockKey,
  outboxKey,
  reservationKey,
  transactionKey,
} from "../storage/record_keys.ts";
import { keptAnswer, keptRecord, readRecord } from "../storage/record_reading.ts";
import { CheckpointRecord, ReservationRecord, TransactionRecord } from "../storage/records.ts";
import type { Batch, Entry, Key, Store } from "../storage/store.ts";
import { whyUnreadable } from "../storage/unreadable.ts";
import type { Samples } from "./kept_samples.ts";
import { firstSample, lastSample, nextSample } from "./kept_samples.ts";
import { mendStart, startOf } from "./start_again.ts";

export interface Beginning {
  readonly idTag: string;
  readonly parentIdTag?: string;
  readonly energyWh: number;
  readonly meterSerialNumber: string;
  readonly atMs: number;
  readonly monotonicMs: number;
  /** Is used up by this start, if it is still there (§5.13). */
  readonly reservationId?: number;
  /** For StopTransaction's transactionData; null when none is kept. */
  readonly data: MeterValue | null;
}

/** What one moment of measuring comes to; null where nothing is wanted of it. */
export interface Sampled {
  /** This moment, as a sign of life. */
  readonly checkpoint: CheckpointRecord;
  /** Goes out as MeterValues.req. */
  readonly sent: MeterValue | null;
  /** Is kept for StopTransaction's transactionData. */
  readonly data: MeterValue | null;
}

/** Where a transaction's own clock begins anew: its own time, and this boot's monotonic time then. */
export interface Resumption {
  readonly atMs: number;
  readonly monotonicMs: number;
}

export interface Ending {
  /** Stands in where the decision itself could not be stored. */
  readonly stop: Stop;
  readonly energyWh: number;
  readonly atMs: number;
  readonly data: MeterValue | null;
}

/** `why` is the store's own word. */
export type Begun =
  | { readonly kind: "begun"; readonly record: TransactionRecord }
  | { readonly kind: "refused"; readonly why: string };

/** A stop that the store has not taken, or null: one incarnation hands it to the next (decision D-stop-first). */
export interface HandedOn {
  transaction: Pick<TransactionRecord, "localId" | "stop"> | null;
}

/** Every function that writes returns whether it is durable; when the store refuses nothing has changed, but for a decided stop. */
export interface TransactionBook {
  readonly open: () => TransactionRecord | null;
  /** The last sign of life that is durable; of an earlier transaction it says nothing. */
  readonly checkpoint: () => CheckpointRecord | null;
  /** What StartTransaction was answered, if that has happened. */
  readonly answer: () => Promise<AnswerRecord | null>;
  readonly begin: (beginning: Beginning) => Promise<Begun>;
  /** Whether the store would take a transaction: it takes what it is asked with, which changes nothing. */
  readonly mayBegin: () => Promise<boolean>;
  readonly sample: (sampled: Sampled) => Promise<boolean>;
  readonly keep: (checkpoint: CheckpointRecord) => Promise<boolean>;
  readonly resume: (resumption: Resumption) => Promise<boolean>;
  /** The first decision stands, and is what `open` tells, whatever the store says; asked again, it is tried again. */
  readonly decideStop: (stop: Stop, atMs: number) => Promise<boolean>;
  readonly isStopKept: () => boolean;
  readonly end: (ending: Ending) => Promise<boolean>;
}

export interface TransactionBookParts {
  readonly store: Store;
  readonly connectorId: number;
  /** This boot's number. */
  readonly boot: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly damaged: TellDamaged;
  /** Of the incarnations of one actor; without it a crash forgets what the store has not taken. */
  readonly handedOn?: HandedOn;
}

export async function openTransactionBook(parts: TransactionBookParts): Promise<TransactionBook> {
  const { store, connectorId, boot, wallMs, damaged, handedOn = { transaction: null } } = parts;
  let checkpoint = await keptRecord(store, checkpointKey(connectorId), CheckpointRecord, damaged);
  const rebuilt = checkpoint === null ? null : rebuiltRecord(checkpoint, boot);
  let open = await keptRecord(store, transactionKey(connectorId), TransactionRecord, damaged, rebuilt);
  // Of a transaction that was lost with a part of the store: nothing goes on, and nobody is to believe it.
  if (open === null && checkpoint !== null) await store.commit({ deletes: [checkpointKey(connectorId)] });

  const isUnkept = open?.stop === undefined && open?.localId === handedOn.transaction?.localId;
  if (open !== null && isUnkept) open = { ...open, ...handedOn.transaction };
  else handedOn.transaction = null;

  const begun = open === null ? null : startOf(connectorId, open);
  if (begun !== null) await mendStart(store, begun, damaged);

  const absent = { key: transactionKey(connectorId), sequence: null };

  function isStopKept(): boolean {
    return open?.stop !== undefined && handedOn.transaction === null;
  }

  /** For a boot that has lost the time: no bill is dated before this one. Asked for with its commit, so that the last one tells. */
  function written(): { key: Key; value: ClockRecord } {
    return { key: clockKey(connectorId), value: { knownMs: wallMs() } };
  }

  async function commit(batch: Batch, after: TransactionRecord | null): Promise<boolean> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "committed") return false;
    open = after;
    return true;
  }

  /** With the sign of life that it is. */
  async function commitAlive(
    now: CheckpointRecord,
    samples: Samples,
    { sets = [], deletes = [] }: Batch = {},
  ): Promise<boolean> {
    const alive = withSamples(now, samples);
    const outcome = await store.commit({
      sets: [{ key: checkpointKey(connectorId), value: alive }, written(), ...sets],
      deletes,
    });
    if (outcome.kind !== "committed") return false;
    checkpoint = alive;
    return true;
  }

  async function begin({ reservationId, ...beginning }: Beginning): Promise<Begun> {
    const used = reservationId === undefined ? null : await usable(reservationId, beginning);
    const withReservation = used === null || reservationId === undefined ? {} : { reservationId };
    const record: TransactionRecord = {
      ...begunRecord(store.nextSequence(), boot, beginning),
      ...withReservation,
    };
    const { localId } = record;
    // Its number is its place in the queue, too: should it be damaged there, it is known where it stood.
    const message = startMessage(localId, { ...beginning, connectorId, ...withReservation });
    const start = { key: outboxKey(localId), value: { message, failures: 0 } };
    const unreadable = whyUnreadable(start.value);
    if (unreadable !== null) return { kind: "refused", why: unreadable };
    const alive: CheckpointRecord = lastKnown(record, null);
    const outcome = await store.commit({
      checks: [absent, ...(used === null ? [] : [{ key: used.key, sequence: used.sequence }])],
      sets: [
        { key: transactionKey(connectorId), value: record },
        { key: checkpointKey(connectorId), value: alive },
        written(),
        ...firstSample(localId, beginning.data),
        start,
      ],
      // At most one start uses it: its record goes with the commit that names it.
      deletes: used === null ? [] : [used.key],
    });
    // Cancelled in this very moment, it is not there to be used.
    if (outcome.kind === "conflict" && used !== null) return await begin(beginning);
    if (outcome.kind !== "committed") {
      return { kind: "refused", why: outcome.kind === "refused" ? outcome.error : outcome.kind };
    }
    open = record;
    checkpoint = alive;
    return { kind: "begun", record };
  }

  /** Replaced in this very moment, what has its number is kept elsewhere, or for somebody else. */
  async function usable(reservationId: number, holder: Holder): Promise<Entry | null> {
    const entry = await store.get(reservationKey(reservationId));
    if (entry === null) return null;
    const reservation = readRecord(ReservationRecord, entry);
    const isHere = [0, connectorId].includes(reservation.connectorId);
    return isHere && claimOf({ claims: [reservation], held: true }, holder) !== null ? entry : null;
  }

  return {
    open: () => open,
    checkpoint: () => checkpoint,
    answer: async () => open === null ? null : await keptAnswer(store, open.localId, damaged),
    begin,
    mayBegin: async () => (await store.commit({ checks: [absent] })).kind !== "refused",
    sample: async ({ checkpoint: now, sent, data }) => {
      const { sets = [], deletes = [], samples } = await nextSample(
        store,
        now.localId,
        checkpoint?.samples,
        data,
      );
      // Its place in the queue is taken with the commit: another connector's message may not get ahead of it.
      const messages = sent === null ? [] : [queued(store, sampleMessage(now.localId, connectorId, sent))];
      if (messages.some(({ value }) => whyUnreadable(value) !== null)) return false;
      return await commitAlive(now, samples, { sets: [...messages, ...sets], deletes });
    },
    keep: (now) => commitAlive(now, checkpoint?.samples),
    resume: ({ atMs, monotonicMs }) => {
      if (open === null) return Promise.resolve(false);
      const record: TransactionRecord = {
        ...open,
        boot,
        startedMs: atMs,
        startedMonotonicMs: monotonicMs,
        begunMs: open.begunMs ?? open.startedMs,
      };
      return commit({ sets: [{ key: transactionKey(connectorId), value: record }] }, record);
    },
    decideStop: async (stop, atMs) => {
      if (open === null || isStopKept()) return open !== null;
      const decided = { ...open, stop: open.stop ?? { ...stop, atMs } };
      open = decided;
      handedOn.transaction = { localId: decided.localId, stop: decided.stop };
      const isKept = await commit({ sets: [{ key: transactionKey(connectorId), value: decided }] }, decided);
      if (isKept) handedOn.transaction = null;
      return isKept;
    },
    isStopKept,
    end: async ({ stop, energyWh, atMs, data }) => {
      if (open === null) return false;
      const decided = open.stop ?? { ...stop, atMs };
      // It is not judged by how it will be read: a bill that cannot be sent is still there to be seen (D-unreadable).
      const stopped = { stop: decided, meterStartWh: open.meterStartWh, energyWh, atMs: decided.atMs };
      const { localId } = open;
      const begun = startOf(connectorId, open);
      const last = await lastSample(store, localId, checkpoint?.samples, data);
      return await commit({
        sets: [
          ...last,
          queued(store, stopMessage(localId, stopped), begun),
          written(),
        ],
        deletes: [transactionKey(connectorId), checkpointKey(connectorId)],
      }, null);
    },
  };
}

function withSamples(now: CheckpointRecord, samples: Samples): CheckpointRecord {
  return samples === undefined ? now : { ...now, samples };
}

function begunRecord(localId: number, boot: number, beginning: Beginning): TransactionRecord {
  return {
    localId,
    boot,
    idTag: beginning.idTag,
    meterStartWh: wholeWh(beginning.energyWh),
    meterSerialNumber: beginning.meterSerialNumber,
    startedMs: beginning.atMs,
    startedMonotonicMs: beginning.monotonicMs,
    ...(beginning.parentIdTag === undefined ? {} : { parentIdTag: beginning.parentIdTag }),
  };
}

/**
 * Of a transaction whose record is damaged (decision D-damaged): it ends as what a power cut has interrupted, at its last sign of life,
 * and never goes on, since its stop may have been decided. Whose it is its StartTransaction has told.
 */
function rebuiltRecord(
  { localId, energyWh, atMs, meterSerialNumber }: CheckpointRecord,
  boot: number,
): TransactionRecord {
  return {
    localId,
    boot: boot - 1,
    idTag: "",
    meterStartWh: wholeWh(energyWh),
    meterSerialNumber,
    startedMs: atMs,
    startedMonotonicMs: 0,
    stop: { reason: "PowerLoss", atMs },
  };
}

/** The record as the rules see it, before its answer is applied. Found by a later boot than had it in hand, a power cut interrupted it. */
export function runningTransaction(record: TransactionRecord, boot: number): RunningTransaction {
  return {
    localId: record.localId,
    idTag: record.idTag,
    mayCharge: true,
    ...(record.boot === boot ? {} : { interrupted: true }),
    ...(record.parentIdTag === undefined ? {} : { parentIdTag: record.parentIdTag }),
  };
}

function queued(
  store: Store,
  message: TransactionMessage,
  begun: StartMessage | null = null,
): { key: Key; value: OutboxRecord } {
  const start = begun === null ? {} : { start: begun.payload };
  return { key: outboxKey(store.nextSequence()), value: { message, failures: 0, ...start } };
}
