/**
 * The operations of the SmartCharging profile (OCPP 1.6 §5.5, §5.7, §5.16).
 *
 * Law: form only, as with the profile itself (`charging_profile.ts`): what a profile is worth here is answered by a status.
 */
import { z } from "zod";
import {
  ChargingProfile,
  ChargingProfilePurposeType,
  ChargingRateUnitType,
  ChargingSchedule,
} from "./charging_profile.ts";
import { ConnectorId, DateTime, Integer, Natural } from "./types.ts";

/** From the central system. OCPP 1.6 §6.43. One profile, despite the plural. */
export const SetChargingProfileRequest = z.strictObject({
  connectorId: ConnectorId,
  csChargingProfiles: ChargingProfile,
});
export type SetChargingProfileRequest = Readonly<z.infer<typeof SetChargingProfileRequest>>;

/** OCPP 1.6 §6.44, §7.11. NotSupported is never sent: where the profile is off the answer is a CALLERROR (errata v4.0 §3.39). */
export const SetChargingProfileResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "NotSupported"]),
});
export type SetChargingProfileResponse = Readonly<z.infer<typeof SetChargingProfileResponse>>;

/** From the central system. OCPP 1.6 §6.13. With an `id` the other fields mean nothing (errata v4.0 §3.26). */
export const ClearChargingProfileRequest = z.strictObject({
  id: Integer.exactOptional(),
  connectorId: ConnectorId.exactOptional(),
  chargingProfilePurpose: ChargingProfilePurposeType.exactOptional(),
  stackLevel: Natural.exactOptional(),
});
export type ClearChargingProfileRequest = Readonly<z.infer<typeof ClearChargingProfileRequest>>;

/** OCPP 1.6 §6.14, §7.21. */
export const ClearChargingProfileResponse = z.strictObject({ status: z.enum(["Accepted", "Unknown"]) });
export type ClearChargingProfileResponse = Readonly<z.infer<typeof ClearChargingProfileResponse>>;

/** From the central system. OCPP 1.6 §6.21. `duration` in seconds. */
export const GetCompositeScheduleRequest = z.strictObject({
  connectorId: ConnectorId,
  duration: Integer,
  chargingRateUnit: ChargingRateUnitType.exactOptional(),
});
export type GetCompositeScheduleRequest = Readonly<z.infer<typeof GetCompositeScheduleRequest>>;

/** OCPP 1.6 §6.22, §7.22. The periods count from `scheduleStart`; `startSchedule` is left out (errata v4.0 §3.57). */
export const GetCompositeScheduleResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected"]),
  connectorId: ConnectorId.exactOptional(),
  scheduleStart: DateTime.exactOptional(),
  chargingSchedule: ChargingSchedule.exactOptional(),
});
export type GetCompositeScheduleResponse = Readonly<z.infer<typeof GetCompositeScheduleResponse>>;
