/**
 * What lies on the simulated medium, as whoever judges a run reads it.
 *
 * Law: a record is opened when it is read first and not again: at each boot every judge reads them all.
 */
import { readOnce } from "../../storage/drivers/memory_entry.ts";
import type { MemorySnapshot } from "../../storage/drivers/memory_store.ts";
import { DamagedRecord, type Entry, type Key } from "../../storage/store.ts";

export interface MediumRecords {
  /** Their values are frozen. */
  readonly whole: readonly Entry[];
  readonly damaged: readonly Key[];
}

export function recordsOf({ records }: MemorySnapshot): MediumRecords {
  const whole: Entry[] = [];
  const damaged: Key[] = [];
  for (const record of records) {
    const entry = readOnce(record, () => {});
    if (entry instanceof DamagedRecord) damaged.push(record.key);
    else whole.push(entry);
  }
  return { whole, damaged };
}
