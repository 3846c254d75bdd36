/**
 * The meter values that StopTransaction carries, and how what is over leaves the store (OCPP 1.6 §4.10).
 *
 * Law: a mark in the store goes last, so that a power loss in between leaves nothing behind for ever. No turn's work grows with
 * the number of samples.
 */
import { MeterValue } from "../protocol/messages/types.ts";
import type { TransactionCall, TransactionMessage } from "../protocol/transaction.ts";
import { transactionCall } from "../protocol/transaction.ts";
import type { TransactionDataLimits } from "../protocol/transaction_data.ts";
import { TransactionData } from "../protocol/transaction_data.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { archiveKey, keys, purgeKey, samplesKey } from "../storage/record_keys.ts";
import { listedRecord } from "../storage/record_reading.ts";
import { PurgeRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import { unreadableKey } from "../storage/unreadable.ts";
import { keptSamples } from "./kept_samples.ts";
import { pagesOf, removeAll } from "./store_pages.ts";

/** The CALL for a message, StopTransaction with its transactionData: within the same limits the same at each attempt. */
export async function completeCall(
  store: Store,
  message: TransactionMessage,
  transactionId: number,
  limits: TransactionDataLimits,
  damaged: TellDamaged,
): Promise<TransactionCall> {
  const data = new TransactionData(limits);
  if (message.action === "StopTransaction") {
    for (const entry of await keptSamples(store, message.localId)) {
      const value = listedRecord(MeterValue, entry, "many", damaged);
      if (value !== null) data.add(value);
    }
  }
  return transactionCall(message, transactionId, data.values());
}

/** The marks that a StopTransaction leaves once it is answered; then `purge` has something to do. */
export function purgeMarks(call: TransactionCall, localId: number) {
  const hasData = call.action === "StopTransaction" && call.payload.transactionData !== undefined;
  const mark: PurgeRecord = "samples";
  return hasData ? [{ key: purgeKey(localId), value: mark }] : [];
}

/** More than a transaction has now; an earlier version has kept every sample of weeks. */
const samplePagesMax = 4;

/** Removes what is marked as over; whether there is more of it, for another turn. What the store refuses stays until the next one. */
export async function purge(store: Store, damaged: TellDamaged): Promise<boolean> {
  for (const mark of await store.list(keys.purges)) {
    const localId = Number(mark.key.at(-1));
    const what = listedRecord(PurgeRecord, mark, "few", damaged);
    if (what === "transaction") {
      const isGone = await removeAll(store, archiveKey(localId)) &&
        await removeAll(store, unreadableKey(localId));
      if (!isGone) continue;
    }
    // A mark that says neither goes alone: what it stood for does no harm.
    const left = what === null ? "none" : await removeSamples(store, localId);
    if (left === "more") return true;
    if (left === "none") await store.commit({ deletes: [mark.key] });
  }
  return false;
}

async function removeSamples(store: Store, localId: number): Promise<"none" | "more" | "refused"> {
  let pages = 0;
  for await (const page of pagesOf(store, samplesKey(localId))) {
    if (pages === samplePagesMax) return "more";
    const outcome = await store.commit({ deletes: page.map((entry) => entry.key) });
    if (outcome.kind !== "committed") return "refused";
    pages += 1;
  }
  return "none";
}
