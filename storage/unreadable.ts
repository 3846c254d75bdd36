/**
 * What can still be told of a transaction message whose record has not the shape that its key promises (decision D-unreadable).
 *
 * Law: such a record is kept word for word as it was found; no second shape is made up for it that could be wrong as well.
 */
import { z } from "zod";
import { keys } from "./record_keys.ts";
import { OutboxRecord } from "./records.ts";
import type { Key, Value } from "./store.ts";

/** Stands for the transaction of a record that does not even say which one it belongs to: the charger's own numbers begin at 1. */
export const unknownLocalId = 0;

const Glimpse = z.object({
  message: z.object({
    localId: z.int().min(1),
    action: z.enum(["StartTransaction", "MeterValues", "StopTransaction"]),
  }),
});

/** Whose message a record is, and which, whatever else is wrong with it; null when not even that can be told. */
export function glimpsed(record: Value): z.infer<typeof Glimpse>["message"] | null {
  return Glimpse.safeParse(record).data?.message ?? null;
}

const Named = z.object({ localId: z.int() });

/** Whose the record of an open transaction is, whatever else is wrong with it; null when not even that can be told. */
export function saysLocalId(record: Value): number | null {
  return Named.safeParse(record).data?.localId ?? null;
}

const Refused = z.object({ why: z.literal("refused") });

/** Whether a record of the archive says that it was refused, whatever else is wrong with it. */
export function saysRefused(record: Value): boolean {
  // Walked: at a start, to compile it would take longer than to read what is there.
  return Refused.safeParse(record, { jitless: true }).success;
}

export function unreadableKey(localId: number): Key {
  return [...keys.unreadable, localId];
}

/** Why the record of a message could not be read again, were it committed; null when it could. */
export function whyUnreadable(record: OutboxRecord): string | null {
  const { error } = OutboxRecord.safeParse(record);
  return error === undefined ? null : z.prettifyError(error);
}
