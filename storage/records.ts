/**
 * The shape of each kind of record, as it is checked when read; `record_keys.ts` says where each stands.
 *
 * Law: one shape a kind. What is derivable is not here: a connector has an open transaction exactly when its record exists.
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
import { SecurityProfile } from "../protocol/proof.ts";
import { Refusal } from "../protocol/refusal.ts";

export const BootRecord = z.object({ count: z.int().min(1) });
export type BootRecord = z.infer<typeof BootRecord>;

export const ConfigurationRecord = z.string();

export const RegistrationRecord = z.object({
  /** The boot in which it was answered; of an earlier boot it counts for nothing. */
  boot: z.int(),
  registration: z.enum(["Accepted", "Pending", "Rejected"]),
  /** Of the connection on which it was answered; absent in a record of an earlier version, whose boot is over. */
  securityProfile: SecurityProfile.default(0),
  /** On this boot's monotonic clock: BootNotification is not sent again before; absent once Accepted, until it is asked again. */
  bootDueMonotonicMs: z.number().exactOptional(),
});
export type RegistrationRecord = z.infer<typeof RegistrationRecord>;

export const TransactionRecord = z.object({
  localId: z.int(),
  /** The boot that has it in hand; found by a later boot, it was interrupted. */
  boot: z.int(),
  idTag: z.string(),
  parentIdTag: z.string().exactOptional(),
  /** The reservation that its start has used up. */
  reservationId: z.int().exactOptional(),
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
  /** Absent in a record of an earlier version, which took every sign of life for a rise. */
  risenMs: z.number().exactOptional(),
  meterSerialNumber: z.string(),
  /** Of transactionData: how many were taken, the number of the last of them, and of that which went last for another (`sample_spacing.ts`). */
  samples: z.object({ taken: z.int(), last: z.int(), gone: z.int() }).exactOptional(),
}).transform(({ risenMs, ...alive }) => ({ ...alive, risenMs: risenMs ?? alive.atMs }));
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
  /** Of a StopTransaction: what began it, a second time, should the record of its StartTransaction be damaged (`actors/start_again.ts`). */
  start: StartTransactionRequest.exactOptional(),
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
  /** Ends of uploads before it that have not been told. Absent: none. */
  earlier: z.array(LogStatusNotificationRequest).exactOptional(),
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
