/**
 * The configuration's values as an actor reads them at its start, before it hears of changes.
 *
 * Law: the store is the truth; a value that the table would refuse counts as not set.
 */
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import { settings } from "../protocol/configuration.ts";
import { keys } from "../storage/record_keys.ts";
import { readRecord } from "../storage/record_reading.ts";
import { ConfigurationRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

/** Every key that has been changed from its default, from the store; a damaged one counts as unchanged. */
export async function readValues(store: Store): Promise<Map<string, string>> {
  const entries = await store.list(keys.configuration);
  return new Map(entries.map((entry) => [String(entry.key[1]), readRecord(ConfigurationRecord, entry)]));
}

/** What an actor reads at its start, before it hears of changes. */
export async function readSettings(store: Store, table: KeyTable): Promise<Settings> {
  return settings(table, await readValues(store));
}
