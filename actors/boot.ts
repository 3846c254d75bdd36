/**
 * What happens once a boot, before the tree starts: the boot is counted, and configuration values from outside are stored.
 *
 * Law: from the first boot on what is persisted wins over first values; `--set` wins at every start.
 */
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import { isSetting, leastCivilMs } from "../protocol/clock_setting.ts";
import { change } from "../protocol/configuration.ts";
import { noHash } from "../protocol/security_log.ts";
import type { SecurityLogEndRecord } from "../storage/records.ts";
import { configurationKey, keys } from "../storage/record_keys.ts";
import { keptRecord, listedRecord } from "../storage/record_reading.ts";
import { BootRecord, ClockRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

/** Configuration keys to text, as an operator wrote them. */
export type KeyValues = Readonly<Record<string, string>>;

export interface BootValues {
  /** Of the configuration file: used at the first boot only. */
  readonly first: KeyValues;
  /** Of the command line: used at every boot. */
  readonly always: KeyValues;
}

/**
 * Counts this boot and stores the values in the same commit. Returns the boot's number: 1, 2, …
 * Throws an `Error` that names the key, the value and what would be right, before anything has changed.
 */
export async function beginBoot(store: Store, table: KeyTable, values: BootValues): Promise<number> {
  let isDamaged = false;
  const kept = await keptRecord(store, keys.boot, BootRecord, () => void (isDamaged = true));
  // A count that is lost goes on above every number that this store has ever given out.
  const count = isDamaged ? store.nextSequence() : (kept?.count ?? 0) + 1;
  // From now on a log that is not there was lost.
  const emptyLog: SecurityLogEndRecord = { first: 1, number: 0, hash: noHash, delivered: 0, boot: 0 };
  const chosen = count === 1 ? { ...values.first, ...values.always } : values.always;
  const outcome = await store.commit({
    sets: [
      { key: keys.boot, value: { count } },
      ...(count === 1 ? [{ key: keys.securityLogEnd, value: emptyLog }] : []),
      ...Object.entries(chosen).map(([key, value]) => accepted(table, key, value)),
    ],
  });
  if (outcome.kind !== "committed") {
    throw new Error(`count boot ${count}: the store answered ${JSON.stringify(outcome)}`);
  }
  return count;
}

/**
 * A clock that is behind what it once was has lost its time; until the central system is heard, the last known time is the best there
 * is. Returns whether that is so, and more than a clock may be off.
 */
export async function restoreCivilTime(
  store: Store,
  clock: Clock,
  civilTime: Pick<CivilTime, "set" | "tell">,
): Promise<boolean> {
  const foundMs = clock.wallMs();
  const knownMs = await lastKnownMs(store) ?? foundMs;
  if (foundMs < knownMs) civilTime.set(knownMs);
  const isLost = foundMs < knownMs && isSetting(foundMs, knownMs);
  if (!isLost && clock.wallMs() >= leastCivilMs) civilTime.tell(clock.wallMs());
  return isLost;
}

/** What was written last, not the greatest: the central system may have set the clock back since that was written. */
async function lastKnownMs(store: Store): Promise<number | null> {
  const entries = [...await store.list(keys.clocks)].sort((one, other) => other.sequence - one.sequence);
  for (const entry of entries) {
    const record = listedRecord(ClockRecord, entry, "few", () => {});
    if (record !== null) return record.knownMs;
  }
  return null;
}

function accepted(table: KeyTable, key: string, value: string) {
  const outcome = change(table, key, value);
  if (outcome.status !== "Accepted") throw new Error(`set configuration key: ${outcome.why}`);
  return { key: configurationKey(outcome.name), value: outcome.value };
}
