/** What the debug socket answers about limits (`answers.ts` has the table of all requests, and its law). */
import { z } from "zod";
import { ChargingProfilePurposeType, ChargingRateUnitType } from "../protocol/messages/charging_profile.ts";

/** As in GetCompositeSchedule.conf: `startPeriod` and `duration` in seconds from `scheduleStart`. */
const schedule = z.object({
  duration: z.number().exactOptional(),
  chargingRateUnit: ChargingRateUnitType,
  chargingSchedulePeriod: z.array(z.object({
    startPeriod: z.number(),
    limit: z.number(),
    numberPhases: z.number().exactOptional(),
  })).readonly(),
});

/** A profile by its names, and what it says at the moment; `converted` is its limit in the unit of the answer. */
const profile = z.object({
  connectorId: z.number(),
  chargingProfileId: z.number(),
  chargingProfilePurpose: ChargingProfilePurposeType,
  stackLevel: z.number(),
  says: z.object({
    limit: z.number(),
    chargingRateUnit: ChargingRateUnitType,
    numberPhases: z.number().exactOptional(),
    converted: z.number(),
  }).exactOptional(),
});

const connector = z.object({
  connectorId: z.number(),
  limit: z.number(),
  chargingRateUnit: ChargingRateUnitType,
  numberPhases: z.number().exactOptional(),
  setBy: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("hardware") }),
    /** OfflineCurrentLimit, while there is no link. */
    z.object({ kind: z.literal("offline") }),
    /** Of connector 0: what all connectors may draw together. */
    z.object({ kind: z.literal("connectors") }),
    z.object({ kind: z.literal("profile"), profile }),
  ]),
  lost: z.array(z.object({
    profile,
    /** The rule (`LostBy` in `protocol/charging_limit.ts`). */
    by: z.string(),
  })).readonly(),
  /** Ampere, after the station's total has been shared. */
  offeredA: z.number(),
  /** The rule by which that is not the limit; `profile` is the ChargePointMaxProfile that is shared. */
  offeredBy: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("limit") }),
    z.object({ kind: z.literal("leastCurrent") }),
    z.object({ kind: z.literal("sharing"), profile }),
  ]),
  scheduleStart: z.string(),
  schedule,
  /** The schedule has more than ChargingScheduleMaxPeriods: its duration is shorter than asked for. */
  isCut: z.boolean(),
});
export type ConnectorLimits = z.infer<typeof connector>;

export const LimitsAnswer = z.object({ at: z.string(), connectors: z.array(connector) });
export type LimitsAnswer = z.infer<typeof LimitsAnswer>;

/** What SetChargingProfile would be answered, and what would become of the schedule; nothing has been installed. */
export const WhatIfAnswer = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("Accepted"),
    connectorId: z.number(),
    scheduleStart: z.string(),
    before: schedule,
    after: schedule,
    /** Ampere, of every connector at that moment. */
    offered: z.array(z.object({ connectorId: z.number(), beforeA: z.number(), afterA: z.number() }))
      .readonly(),
  }),
  z.object({ status: z.enum(["Rejected", "PropertyConstraintViolation"]), why: z.string() }),
]);
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;
