/**
 * How a record is read whose shape may be another than its key promises.
 *
 * Law: one damaged record must not stop a charger: who can go on without it says so here, and is told of it.
 */
import { z } from "zod";
import { answerKey } from "./record_keys.ts";
import { AnswerRecord } from "./records.ts";
import type { Entry, Key, Store, Value } from "./store.ts";
import { DamagedRecord } from "./store.ts";

export type Read<T> =
  | { readonly kind: "read"; readonly record: T }
  | { readonly kind: "unreadable"; readonly problem: string };

/** The record in an entry, or `DamagedRecord` when it has not the shape that its key promises. */
export function readRecord<T>(schema: z.ZodType<T>, entry: Entry, reads: "few" | "many" = "few"): T {
  const read = tryRecord(schema, entry, reads);
  if (read.kind === "unreadable") throw new DamagedRecord(entry.key, read.problem);
  return read.record;
}

/** The same, for who goes on without. */
export function tryRecord<T>(schema: z.ZodType<T>, { value }: Entry, reads: "few" | "many"): Read<T> {
  // A schema that is read a few times is walked: to compile it first, as zod would, takes longer.
  const parsed = schema.safeParse(value, { jitless: reads === "few" });
  return parsed.success
    ? { kind: "read", record: parsed.data }
    : { kind: "unreadable", problem: z.prettifyError(parsed.error) };
}

/** Is told of a record that was there and cannot be trusted. */
export type TellDamaged = (error: DamagedRecord) => void;

/** One of a list whose reader goes on without: null where it has another shape, and `damaged` is told why. */
export function listedRecord<T>(
  schema: z.ZodType<T>,
  entry: Entry,
  reads: "few" | "many",
  damaged: TellDamaged,
): T | null {
  const read = tryRecord(schema, entry, reads);
  if (read.kind === "read") return read.record;
  damaged(new DamagedRecord(entry.key, read.problem));
  return null;
}

/**
 * A record that its owner can go on without. Null when it is absent, or damaged: then `damaged` is told why, and the record is gone,
 * since one damaged record must not stop a charger for good; or it is `instead` from then on, for whoever reads it.
 */
export async function keptRecord<T extends Value>(
  store: Store,
  key: Key,
  schema: z.ZodType<T>,
  damaged: TellDamaged,
  instead: T | null = null,
): Promise<T | null> {
  try {
    const entry = await store.get(key);
    return entry === null ? null : readRecord(schema, entry);
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error;
    damaged(error);
    await store.commit(instead === null ? { deletes: [key] } : { sets: [{ key, value: instead }] });
    return instead;
  }
}

/** Whether a record fails its checksum, of which `damaged` is told. */
export async function isDamaged(store: Store, key: Key, damaged: TellDamaged): Promise<boolean> {
  try {
    await store.get(key);
    return false;
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error;
    damaged(error);
    return true;
  }
}

/** What the StartTransaction of `localId` was answered, if it was. Damaged it may have been a refusal, and is one (decision D-damaged). */
export function keptAnswer(
  store: Store,
  localId: number,
  damaged: TellDamaged,
): Promise<AnswerRecord | null> {
  return keptRecord(store, answerKey(localId), AnswerRecord, damaged, { accepted: false });
}
