/**
 * A record in memory as its readers get it: opened and checked when it is read first, and not again.
 *
 * Law: the bytes of a record are never changed in place (`memory_records.ts`), so what was found whole still is; what its readers
 * share is frozen.
 */
import type { SealedSet } from "../batch.ts";
import { readEntry } from "../entry.ts";
import type { Finding } from "../finding.ts";
import { DamagedRecord, type Entry } from "../store.ts";

/** As `readEntry`: a damaged record is told of each time. */
export function readOnce(
  { key, bytes }: SealedSet,
  report: (finding: Finding) => void,
): Entry | DamagedRecord {
  const known = whole.get(bytes);
  if (known !== undefined) return known;
  const entry = readEntry(key, bytes, report);
  if (!(entry instanceof DamagedRecord)) whole.set(bytes, frozen(entry));
  return entry;
}

const whole = new WeakMap<Uint8Array, Entry>();

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
