/**
 * The open transaction of one connector, in the store: begun, sampled, decided to stop, ended; each one commit.
 *
 * Law: a transaction is open exactly while its record is there. Its messages are committed together with what they tell of,
 * so that no power loss can separate them (reliability.md D4).
 */
import type { RunningTransaction, Stop } from "../protocol/connector_facts.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import type { TransactionMessage } from "../protocol/transaction.ts";
import { sampleMessage, startMessage, stopMessage, wholeWh } from "../protocol/transaction.ts";
import type { OutboxRecord } from "../storage/records.ts";
import {
  answerKey,
  AnswerRecord,
  outboxKey,
  readRecord,
  transactionKey,
  TransactionRecord,
} from "../storage/records.ts";
import type { Batch, Store } from "../storage/store.ts";

export interface Beginning {
  readonly idTag: string;
  readonly parentIdTag?: string;
  readonly energyWh: number;
  readonly atMs: number;
  readonly monotonicMs: number;
}

/** Every function that writes returns whether it is durable; when the store refuses, nothing has changed. */
export interface TransactionBook {
  readonly open: () => TransactionRecord | null;
  /** What StartTransaction was answered, if that has happened. */
  readonly answer: () => Promise<AnswerRecord | null>;
  /** The record, once it is durable; null when the store refuses. */
  readonly begin: (beginning: Beginning) => Promise<TransactionRecord | null>;
  /** `energyWh` is the register that `value` tells of. */
  readonly sample: (value: MeterValue, energyWh: number) => Promise<boolean>;
  readonly decideStop: (stop: Stop, atMs: number) => Promise<boolean>;
  /** With the stop that was decided; `stop` and `atMs` stand in when even that could not be stored. */
  readonly end: (stop: Stop, energyWh: number, atMs: number) => Promise<boolean>;
}

export async function openTransactionBook(
  store: Store,
  connectorId: number,
  boot: number,
): Promise<TransactionBook> {
  const entry = await store.get(transactionKey(connectorId));
  let open = entry === null ? null : readRecord(TransactionRecord, entry);

  async function commit(batch: Batch, after: TransactionRecord | null): Promise<boolean> {
    const outcome = await store.commit(batch);
    if (outcome.kind !== "committed") return false;
    open = after;
    return true;
  }

  return {
    open: () => open,
    answer: async () => {
      const found = open === null ? null : await store.get(answerKey(open.localId));
      return found === null ? null : readRecord(AnswerRecord, found);
    },
    begin: async (beginning) => {
      const localId = store.nextSequence();
      const record: TransactionRecord = {
        localId,
        boot,
        idTag: beginning.idTag,
        meterStartWh: wholeWh(beginning.energyWh),
        startedMonotonicMs: beginning.monotonicMs,
        ...(beginning.parentIdTag === undefined ? {} : { parentIdTag: beginning.parentIdTag }),
      };
      const begun = await commit({
        checks: [{ key: transactionKey(connectorId), sequence: null }],
        sets: [
          { key: transactionKey(connectorId), value: record },
          queued(store, startMessage(localId, { ...beginning, connectorId })),
        ],
      }, record);
      return begun ? record : null;
    },
    sample: (value, energyWh) => {
      if (open === null) return Promise.resolve(false);
      const record: TransactionRecord = { ...open, sampledWh: wholeWh(energyWh) };
      return commit({
        sets: [
          { key: transactionKey(connectorId), value: record },
          queued(store, sampleMessage(open.localId, connectorId, value)),
        ],
      }, record);
    },
    decideStop: (stop, atMs) => {
      if (open === null || open.stop !== undefined) return Promise.resolve(open !== null);
      const record: TransactionRecord = { ...open, stop: { ...stop, atMs } };
      return commit({ sets: [{ key: transactionKey(connectorId), value: record }] }, record);
    },
    end: (stop, energyWh, atMs) => {
      if (open === null) return Promise.resolve(false);
      const decided = open.stop ?? { ...stop, atMs };
      const stopped = { stop: decided, meterStartWh: open.meterStartWh, energyWh, atMs: decided.atMs };
      return commit({
        sets: [queued(store, stopMessage(open.localId, stopped))],
        deletes: [transactionKey(connectorId)],
      }, null);
    },
  };
}

/** The record as the rules see it, before its answer is applied. */
export function runningTransaction(record: TransactionRecord): RunningTransaction {
  return {
    localId: record.localId,
    idTag: record.idTag,
    mayCharge: true,
    ...(record.parentIdTag === undefined ? {} : { parentIdTag: record.parentIdTag }),
  };
}

function queued(
  store: Store,
  message: TransactionMessage,
): { key: ReturnType<typeof outboxKey>; value: OutboxRecord } {
  return { key: outboxKey(store.nextSequence()), value: { message, failures: 0 } };
}
