/**
 * What one commit may carry.
 *
 * Law: a batch that both drivers' media could not take whole is refused before either is asked, and alike by both.
 */
import { checkKey, keyBytes, quote } from "./key.ts";
import { seal } from "./record.ts";
import type { Batch, Key } from "./store.ts";

/** Deno KV takes 1,000 and 100 an atomic; the store adds a record of its own. */
export const MUTATIONS_MAX = 500;
export const CHECKS_MAX = 100;
/** Deno KV takes 819,200 bytes in all, of which 81,920 of keys. */
export const BATCH_BYTES_MAX = 768 * 1024;
export const BATCH_KEY_BYTES_MAX = 72 * 1024;

/** A sealed record and where it goes. */
export interface SealedSet {
  readonly key: Key;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The batch's sets, sealed as part of commit `sequence`. Throws when there is anything wrong with the batch: a mistake of the caller. */
export function sealSets(batch: Batch, sequence: number): readonly SealedSet[] {
  const checks = (batch.checks ?? []).map(({ key }) => key);
  const written = [...(batch.sets ?? []).map(({ key }) => key), ...(batch.deletes ?? [])];
  [...checks, ...written].forEach(checkKey);
  refuseMore(checks.length, CHECKS_MAX, "checks");
  refuseMore(written.length, MUTATIONS_MAX, "sets and deletes");
  refuseTwice(written);

  const sealed = (batch.sets ?? []).map(({ key, value }) => ({ key, bytes: seal(key, value, sequence) }));
  const keys = sum([...checks, ...written].map(keyBytes));
  refuseMore(keys, BATCH_KEY_BYTES_MAX, "bytes of keys");
  refuseMore(keys + sum(sealed.map(({ bytes }) => bytes.length)), BATCH_BYTES_MAX, "bytes");
  return sealed;
}

function refuseMore(count: number, most: number, what: string): void {
  if (count > most) throw new RangeError(`split the batch: ${count} ${what}, at most ${most}`);
}

/** Two changes of one record in one commit have no order. */
function refuseTwice(keys: readonly Key[]): void {
  if (keys.length < 2) return;
  const seen = new Set<string>();
  for (const key of keys) {
    const quoted = quote(key);
    if (seen.has(quoted)) throw new RangeError(`change ${quoted} once a batch`);
    seen.add(quoted);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
