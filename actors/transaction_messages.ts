/**
 * The transaction messages in the store: those that wait, those that were set aside, and those of them that go once more.
 *
 * Law: of one transaction each message is in one of these places at a time, and moves from one to the other in one commit.
 */
import type { Store } from "../storage/store.ts";
import type { Archive } from "./archive.ts";
import { openArchive } from "./archive.ts";
import type { DeliveryListener } from "./delivery.ts";
import type { Resends } from "./resends.ts";
import { openResends } from "./resends.ts";
import type { TransactionQueue } from "./transaction_queue.ts";
import { openTransactionQueue } from "./transaction_queue.ts";

export interface TransactionMessages {
  readonly queue: TransactionQueue;
  readonly archive: Archive;
  readonly resends: Resends;
}

export interface TransactionMessagesParts {
  readonly store: Store;
  /** StopTransactionMaxMeterValues: read-only, so it stays what it is. */
  readonly meterValuesMax: number;
  /** Of those that wait, and of those that were set aside: beyond it MeterValues are thinned. */
  readonly messagesMax: number;
  /** Civil time. */
  readonly wallMs: () => number;
  readonly listener: DeliveryListener;
}

export async function openTransactionMessages(parts: TransactionMessagesParts): Promise<TransactionMessages> {
  const archive = await openArchive(parts);
  const resends = await openResends({ ...parts, archive });
  const queue = await openTransactionQueue({ ...parts, archive });
  return { queue, archive, resends };
}

/** Whether all of them are counted, and what is over is gone; if not, `tidyOn` brings that a page nearer. */
export function isTidy({ queue, archive }: TransactionMessages): boolean {
  return queue.isCounted() && archive.count().isWhole() && !archive.isMoreOver();
}

export function tidyOn({ queue, archive }: TransactionMessages): Promise<void> {
  if (!queue.isCounted()) return queue.countOn();
  return archive.count().isWhole() ? archive.purge() : archive.count().countOn();
}
