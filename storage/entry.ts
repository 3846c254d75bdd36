/**
 * A stored record as its reader gets it.
 *
 * Law: both drivers judge alike: damaged is reported and said, newer stops the reader, and only a whole record is an entry.
 */
import type { Finding } from "./finding.ts";
import { open } from "./record.ts";
import { DamagedRecord, type Entry, type Key, StoreFailed } from "./store.ts";

/** The entry, or the error that `get` throws and for which `list` leaves it out. Throws `StoreFailed` for a newer record. */
export function readEntry(
  key: Key,
  stored: unknown,
  report: (finding: Finding) => void,
): Entry | DamagedRecord {
  const opened = open(key, stored);
  switch (opened.kind) {
    case "record":
      return { key, value: opened.value, sequence: opened.sequence };
    case "damaged":
      report({ kind: "RecordDamaged", key, error: opened.error });
      return new DamagedRecord(key, opened.error);
    case "newer":
      throw new StoreFailed(opened.error);
  }
}
