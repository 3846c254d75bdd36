/**
 * A charging profile as it travels (OCPP 1.6 §7.8 to §7.14, §7.37).
 *
 * Law: form only. Whether its periods ascend, its limits are possible or its purpose fits the connector is judged where it
 * is installed, because the answer to that is a status and not a CALLERROR. A literal that does not exist is a CALLERROR
 * PropertyConstraintViolation (errata v4.0 §3.38), as everywhere.
 */
import { z } from "zod";
import { DateTime, Decimal, Integer, Natural } from "./types.ts";

/** OCPP 1.6 §7.10. */
export const ChargingProfilePurposeType = z.enum(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]);
export type ChargingProfilePurposeType = z.infer<typeof ChargingProfilePurposeType>;

/** OCPP 1.6 §7.9. */
export const ChargingProfileKindType = z.enum(["Absolute", "Recurring", "Relative"]);
export type ChargingProfileKindType = z.infer<typeof ChargingProfileKindType>;

/** OCPP 1.6 §7.37. */
export const RecurrencyKindType = z.enum(["Daily", "Weekly"]);
export type RecurrencyKindType = z.infer<typeof RecurrencyKindType>;

/** OCPP 1.6 §7.12: A is ampere per phase, W is watt in total. */
export const ChargingRateUnitType = z.enum(["A", "W"]);
export type ChargingRateUnitType = z.infer<typeof ChargingRateUnitType>;

/** OCPP 1.6 §7.14. `startPeriod` in seconds from the start of the schedule. */
export const ChargingSchedulePeriod = z.strictObject({
  startPeriod: Integer,
  limit: Decimal,
  numberPhases: Integer.exactOptional(),
});
export type ChargingSchedulePeriod = Readonly<z.infer<typeof ChargingSchedulePeriod>>;

/** OCPP 1.6 §7.13. `duration` in seconds; absent: the last period goes on. */
export const ChargingSchedule = z.strictObject({
  duration: Integer.exactOptional(),
  startSchedule: DateTime.exactOptional(),
  chargingRateUnit: ChargingRateUnitType,
  chargingSchedulePeriod: z.array(ChargingSchedulePeriod).min(1).readonly(),
  minChargingRate: Decimal.exactOptional(),
});
export type ChargingSchedule = Readonly<z.infer<typeof ChargingSchedule>>;

/** OCPP 1.6 §7.8. A higher `stackLevel` wins. */
export const ChargingProfile = z.strictObject({
  chargingProfileId: Integer,
  transactionId: Integer.exactOptional(),
  stackLevel: Natural,
  chargingProfilePurpose: ChargingProfilePurposeType,
  chargingProfileKind: ChargingProfileKindType,
  recurrencyKind: RecurrencyKindType.exactOptional(),
  validFrom: DateTime.exactOptional(),
  validTo: DateTime.exactOptional(),
  chargingSchedule: ChargingSchedule,
});
export type ChargingProfile = Readonly<z.infer<typeof ChargingProfile>>;
