/**
 * What the charger keeps in the store: each kind of record, its key, and its shape as it is checked when read.
 *
 * Law: every key has one writer. What is derivable is not here: a connector has an open transaction exactly when its record exists.
 *
 * | Key | Writer | What |
 * |---|---|---|
 * | `["boot"]` | main | how many times this charger has booted |
 * | `["configuration", name]` | configuration | a value, as text |
 * | `["registration"]` | station | registration of this boot |
 * | `["transaction", connectorId]` | connector | the transaction that is open there |
 * | `["checkpoint", connectorId]` | connector | that transaction's last sign of life: there as long as it is open |
 * | `["outbox", sequence]` | connector adds, outbox removes | a transaction message that is not answered yet |
 * | `["answer", localId]` | outbox | what StartTransaction was answered, until StopTransaction is done with |
 * | `["sample", localId, sequence]` | connector adds, outbox removes | a meter value for StopTransaction's transactionData |
 * | `["purge", localId]` | outbox | there until the samples of a transaction that is over, or all that is left of it, are gone |
 * | `["parked", localId]` | outbox | a transaction of which something was refused for good |
 * | `["archive", localId, sequence]` | outbox | a message of such a transaction, refused or sent without its transactionId |
 * | `["unreadable", localId, sequence]` | outbox | a record of the queue that could not be read, as it was found (`unreadable.ts`) |
 * | `["resend", localId]` | outbox | there while such a transaction is being sent again |
 * | `["cache", idTag]` | authorizer | what the central system last said of an idTag, which is folded |
 * | `["localList"]` | local_list | version, generation and size of the local authorization list |
 * | `["listed", generation, idTag]` | local_list | what the list says of an idTag, which is folded |
 * | `["listPurge", generation]` | local_list | there until the entries of a list that was replaced are gone |
 * | `["reservation", reservationId]` | reservations; the connector that uses it removes it, with StartTransaction | a reservation |
 * | `["profile", chargingProfileId]` | profile_scheduler | a charging profile that is installed |
 * | `["offeredProfile", connectorId]` | profile_scheduler | that of a RemoteStartTransaction, until its transaction begins |
 * | `["availability", connectorId]` | connector, station for 0 and then all | there while ChangeAvailability has it Inoperative |
 * | `["restart"]` | station | a Reset that was accepted in this boot |
 * | `["clock"]` | station | the last civil time that is known to have been |
 * | `["securityLog", number]` | security_log | an entry of the security log |
 * | `["securityLogEnd"]` | security_log, main at the first boot | where the log ends, and what of it has been delivered |
 * | `["upload"]` | diagnostics | the last upload of a log, until its end has been told |
 */
import { z } from "zod";
import { ChargingProfile, ChargingSchedule } from "../protocol/messages/charging_profile.ts";
import {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../protocol/messages/core.ts";
import { LogStatusNotificationRequest } from "../protocol/messages/security.ts";
import { IdTagInfo, StopReason } from "../protocol/messages/types.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Entry, Key, Store, Value } from "./store.ts";
import { DamagedRecord } from "./store.ts";

export const keys = {
  boot: ["boot"],
  configuration: ["configuration"],
  registration: ["registration"],
  transactions: ["transaction"],
  checkpoints: ["checkpoint"],
  outbox: ["outbox"],
  answers: ["answer"],
  samples: ["sample"],
  purges: ["purge"],
  parked: ["parked"],
  archive: ["archive"],
  unreadable: ["unreadable"],
  resends: ["resend"],
  cache: ["cache"],
  localList: ["localList"],
  listed: ["listed"],
  listPurges: ["listPurge"],
  reservations: ["reservation"],
  profiles: ["profile"],
  offeredProfiles: ["offeredProfile"],
  restart: ["restart"],
  clock: ["clock"],
  securityLog: ["securityLog"],
  securityLogEnd: ["securityLogEnd"],
  upload: ["upload"],
} as const satisfies Record<string, Key>;

export function configurationKey(name: string): Key {
  return [...keys.configuration, name];
}
export function transactionKey(connectorId: number): Key {
  return [...keys.transactions, connectorId];
}
export function checkpointKey(connectorId: number): Key {
  return ["checkpoint", connectorId];
}
export function outboxKey(sequence: number): Key {
  return [...keys.outbox, sequence];
}
export function answerKey(localId: number): Key {
  return [...keys.answers, localId];
}
export function samplesKey(localId: number): Key {
  return [...keys.samples, localId];
}
export function purgeKey(localId: number): Key {
  return [...keys.purges, localId];
}
export function cacheKey(foldedIdTag: string): Key {
  return [...keys.cache, foldedIdTag];
}
export function listedKey(generation: number, foldedIdTag: string): Key {
  return [...keys.listed, generation, foldedIdTag];
}
export function listPurgeKey(generation: number): Key {
  return [...keys.listPurges, generation];
}
export function reservationKey(reservationId: number): Key {
  return [...keys.reservations, reservationId];
}
export function profileKey(chargingProfileId: number): Key {
  return [...keys.profiles, chargingProfileId];
}
export function offeredProfileKey(connectorId: number): Key {
  return [...keys.offeredProfiles, connectorId];
}
export function availabilityKey(connectorId: number): Key {
  return ["availability", connectorId];
}
export function parkedKey(localId: number): Key {
  return [...keys.parked, localId];
}
export function archiveKey(localId: number): Key {
  return [...keys.archive, localId];
}
export function resendKey(localId: number): Key {
  return [...keys.resends, localId];
}

export function securityLogKey(number: number): Key {
  return [...keys.securityLog, number];
}

export const BootRecord = z.object({ count: z.int().min(1) });
export type BootRecord = z.infer<typeof BootRecord>;

export const ConfigurationRecord = z.string();

export const RegistrationRecord = z.object({
  /** The boot in which it was answered; of an earlier boot it counts for nothing. */
  boot: z.int(),
  registration: z.enum(["Accepted", "Pending", "Rejected"]),
  /** On this boot's monotonic clock: BootNotification is not sent again before; absent once Accepted. */
  bootDueMonotonicMs: z.number().exactOptional(),
});
export type RegistrationRecord = z.infer<typeof RegistrationRecord>;

export const TransactionRecord = z.object({
  localId: z.int(),
  /** The boot that has it in hand; found by a later boot, it was interrupted. */
  boot: z.int(),
  idTag: z.string(),
  parentIdTag: z.string().exactOptional(),
  meterStartWh: z.int(),
  /** The meter that it is billed by. */
  meterSerialNumber: z.string(),
  /**
   * Its own time at its start, or where it was resumed, and that boot's monotonic time then: its own clock and sampling grid
   * begin here.
   */
  startedMs: z.number(),
  startedMonotonicMs: z.number(),
  /** Its own time at its start, where it was resumed since: power was gone in between, for how long civil time alone can tell. */
  begunMs: z.number().exactOptional(),
  /** There from the moment at which the stop is decided, so that a crash cannot undo it. */
  stop: z.object({ reason: StopReason, idTag: z.string().exactOptional(), atMs: z.number() }).exactOptional(),
});
export type TransactionRecord = z.infer<typeof TransactionRecord>;

/** See `protocol/checkpoint.ts`. */
export const CheckpointRecord = z.object({
  localId: z.int(),
  energyWh: z.number(),
  atMs: z.number(),
  meterSerialNumber: z.string(),
});
export type CheckpointRecord = z.infer<typeof CheckpointRecord>;

const message = z.discriminatedUnion("action", [
  z.object({ action: z.literal("StartTransaction"), localId: z.int(), payload: StartTransactionRequest }),
  z.object({
    action: z.literal("MeterValues"),
    localId: z.int(),
    payload: MeterValuesRequest.omit({ transactionId: true }),
  }),
  z.object({
    action: z.literal("StopTransaction"),
    localId: z.int(),
    payload: StopTransactionRequest.omit({ transactionId: true }),
  }),
]);

export const OutboxRecord = z.object({
  message,
  /** How often it was sent and failed; a lost link never counts (decision D-offline-attempts). */
  failures: z.int().min(0),
  /** What was answered then, the last of it. */
  refusals: z.array(Refusal).exactOptional(),
});
export type OutboxRecord = z.infer<typeof OutboxRecord>;

export const CacheRecord = z.object({ info: IdTagInfo, order: z.int() });
export type CacheRecord = z.infer<typeof CacheRecord>;

export const LocalListRecord = z.object({
  /** 0 when it has no entries. */
  version: z.int(),
  /** Under which the entries stand. */
  generation: z.int(),
  entries: z.int().min(0),
});
export type LocalListRecord = z.infer<typeof LocalListRecord>;

export const ReservationRecord = z.object({
  reservationId: z.int(),
  /** 0 is the whole charge point. */
  connectorId: z.int().min(0),
  idTag: z.string(),
  parentIdTag: z.string().exactOptional(),
  expiresMs: z.number(),
});
export type ReservationRecord = z.infer<typeof ReservationRecord>;

export const ProfileRecord = z.object({
  connectorId: z.int().min(0),
  /** All but its periods. */
  profile: ChargingProfile.extend({
    chargingSchedule: ChargingSchedule.omit({ chargingSchedulePeriod: true }),
  }),
  /** startPeriod, limit, numberPhases: without the names a thousand of them fit into one record. */
  periods: z.array(z.array(z.number()).min(2).max(3)),
  receivedMs: z.number(),
  localId: z.int().exactOptional(),
});
export type ProfileRecord = z.infer<typeof ProfileRecord>;

export const AvailabilityRecord = z.literal("Inoperative");

export const RestartRecord = z.object({
  /** The boot in which it was accepted; of an earlier boot it has happened. */
  boot: z.int(),
  kind: z.enum(["Soft", "Hard"]),
});
export type RestartRecord = z.infer<typeof RestartRecord>;

export const ClockRecord = z.object({ knownMs: z.number() });
export type ClockRecord = z.infer<typeof ClockRecord>;

/** All but the number, which its key has. */
export const SecurityLogRecord = z.object({
  timestamp: z.string(),
  type: z.string(),
  techInfo: z.string(),
  previous: z.string(),
  /** It is to be sent, unless it has been already. */
  notify: z.literal(true).exactOptional(),
});
export type SecurityLogRecord = z.infer<typeof SecurityLogRecord>;

export const SecurityLogEndRecord = z.object({
  /** The oldest entry that has not rolled away. */
  first: z.int().min(1).exactOptional(),
  /** Of the last entry; 0 while there has been none. */
  number: z.int().min(0),
  hash: z.string(),
  /** Up to this one all that are to be sent have been. */
  delivered: z.int().min(0),
  /** How many were to be sent and never will be: the central system has not taken them, or they have rolled away. Absent: none. */
  undelivered: z.int().min(0).exactOptional(),
  /** The last boot whose start is logged. */
  boot: z.int().min(0),
});
export type SecurityLogEndRecord = z.infer<typeof SecurityLogEndRecord>;

export const UploadRecord = z.object({
  requestId: z.int(),
  /** Absent while it is under way. */
  end: LogStatusNotificationRequest.shape.status.exactOptional(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;

export const AnswerRecord = z.object({
  /** Absent once the record was damaged. */
  transactionId: z.int().exactOptional(),
  accepted: z.boolean(),
  parentIdTag: z.string().exactOptional(),
  /** What was answered: of a transaction whose StopTransaction alone is parked, a person must know whose it is. */
  start: StartTransactionRequest.exactOptional(),
});
export type AnswerRecord = z.infer<typeof AnswerRecord>;

/** Without `answer` its StartTransaction is parked, and the transactionId was not obtained. */
export const ParkedRecord = z.object({ answer: AnswerRecord.exactOptional() });
export type ParkedRecord = z.infer<typeof ParkedRecord>;

export const ArchiveRecord = OutboxRecord.extend({
  /** `noTransactionId`: the central system has taken it, with transactionId -1. */
  why: z.enum(["refused", "noTransactionId"]),
  /** Civil time at which it was set aside. */
  parkedMs: z.number(),
});
export type ArchiveRecord = z.infer<typeof ArchiveRecord>;

export const ResendRecord = z.object({
  /** Messages up to this one are done with. */
  after: z.int(),
  /** Of the next one, since the resend began. */
  failures: z.int().min(0),
});
export type ResendRecord = z.infer<typeof ResendRecord>;

/** `samples`: its StopTransaction was answered. `transaction`: it was discarded, with everything that is left of it. */
export const PurgeRecord = z.enum(["samples", "transaction"]);
export type PurgeRecord = z.infer<typeof PurgeRecord>;

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

/** What the StartTransaction of `localId` was answered, if it was. Damaged it may have been a refusal, and is one (decision D-damaged). */
export function keptAnswer(
  store: Store,
  localId: number,
  damaged: TellDamaged,
): Promise<AnswerRecord | null> {
  return keptRecord(store, answerKey(localId), AnswerRecord, damaged, { accepted: false });
}
