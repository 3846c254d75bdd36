/**
 * The transaction that runs on a connector, as the store has it.
 *
 * Law: the store knows the central system's number before anyone is told of it: a request that names the number may be quicker than
 * the connector.
 */
import type { ProfileTransaction } from "../protocol/charging_profile.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys } from "../storage/record_keys.ts";
import { keptAnswer, tryRecord } from "../storage/record_reading.ts";
import { TransactionRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

/** Null when none runs, or a stop has been decided. */
export async function storedTransaction(
  store: Store,
  connectorId: number,
  damaged: TellDamaged,
): Promise<ProfileTransaction | null> {
  // In a list a damaged one is left out, and left to its connector, as is one of another shape.
  const entry = (await store.list(keys.transactions)).find(({ key }) => key.at(-1) === connectorId);
  const read = entry === undefined ? null : tryRecord(TransactionRecord, entry, "few");
  if (read?.kind !== "read") return null;
  const { localId, stop } = read.record;
  if (stop !== undefined) return null;
  const transactionId = (await keptAnswer(store, localId, damaged))?.transactionId;
  return transactionId === undefined ? { localId } : { localId, transactionId };
}
