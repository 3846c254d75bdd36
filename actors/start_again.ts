/**
 * A StartTransaction whose record was damaged before it was answered, made again: what began a transaction stands in the store a second time.
 *
 * Law: what is made again is what was made first, to the letter, so that the central system knows it by its content; nothing is made of a
 * guess. While the transaction goes on its own record has the facts, then its StopTransaction's (decision D-damaged).
 */
import type { StartMessage } from "../protocol/transaction.ts";
import { startMessage } from "../protocol/transaction.ts";
import { keys, outboxKey } from "../storage/record_keys.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { isDamaged, tryRecord } from "../storage/record_reading.ts";
import { OutboxRecord, TransactionRecord } from "../storage/records.ts";
import type { Entry, Store } from "../storage/store.ts";
import { glimpsed } from "../storage/unreadable.ts";
import { pagesOf } from "./store_pages.ts";

/** What began a transaction, by its record; null where that was damaged itself, and rebuilt from a sign of life that does not know. */
export function startOf(connectorId: number, record: TransactionRecord): StartMessage | null {
  const { localId, idTag, meterStartWh, startedMs, begunMs = startedMs, reservationId } = record;
  if (idTag === "") return null;
  return startMessage(localId, {
    connectorId,
    idTag,
    energyWh: meterStartWh,
    atMs: begunMs,
    ...(reservationId === undefined ? {} : { reservationId }),
  });
}

/** Where a damaged record stands in the place of a StartTransaction that waits, `damaged` is told, and it stands there again. */
export async function mendStart(store: Store, start: StartMessage, damaged: TellDamaged): Promise<void> {
  // Where the store refuses, the outbox tries again when its turn has come.
  if (await isDamaged(store, outboxKey(start.localId), damaged)) await putAgain(store, start);
}

/** What began a transaction, by whatever in the store tells it; null when nothing does. */
export async function knownStart(store: Store, localId: number): Promise<StartMessage | null> {
  // In this order: its end moves the facts from the one place to the other in one commit.
  for (const entry of await store.list(keys.transactions)) {
    const read = tryRecord(TransactionRecord, entry, "few");
    if (read.kind === "unreadable" || read.record.localId !== localId) continue;
    return startOf(Number(entry.key.at(-1)), read.record);
  }
  for await (const page of pagesOf(store, keys.outbox)) {
    for (const entry of page) {
      const message = glimpsed(entry.value);
      if (message?.localId !== localId || message.action !== "StopTransaction") continue;
      const read = tryRecord(OutboxRecord, entry, "few");
      const payload = read.kind === "read" ? read.record.start : undefined;
      return payload === undefined ? null : { action: "StartTransaction", localId, payload };
    }
  }
  return null;
}

/** Puts it in its place in the queue, which its number tells; null when the store refuses. */
export async function putAgain(store: Store, start: StartMessage): Promise<Entry | null> {
  const key = outboxKey(start.localId);
  const value: OutboxRecord = { message: start, failures: 0 };
  const outcome = await store.commit({ sets: [{ key, value }] });
  return outcome.kind === "committed" ? { key, value, sequence: outcome.sequence } : null;
}
