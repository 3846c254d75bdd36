/**
 * The transaction that runs on a connector, as the store has it.
 *
 * Law: the store knows the central system's number before anyone is told of it: a request that names the number may be quicker than
 * the connector.
 */
import type { ProfileTransaction } from "../protocol/charging_profile.ts";
import {
  answerKey,
  AnswerRecord,
  readRecord,
  transactionKey,
  TransactionRecord,
} from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

/** Null when none runs, or a stop has been decided. */
export async function storedTransaction(
  store: Store,
  connectorId: number,
): Promise<ProfileTransaction | null> {
  const entry = await store.get(transactionKey(connectorId));
  if (entry === null) return null;
  const { localId, stop } = readRecord(TransactionRecord, entry);
  if (stop !== undefined) return null;
  const answer = await store.get(answerKey(localId));
  const transactionId = answer === null ? undefined : readRecord(AnswerRecord, answer).transactionId;
  return transactionId === undefined ? { localId } : { localId, transactionId };
}
