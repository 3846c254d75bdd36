/** The rules of smart charging as the configuration's keys have them (OCPP 1.6 §9.4; errata v4.0 §3.86). */
import type { ProfileLimits } from "../protocol/charging_profile.ts";
import type { Settings } from "../protocol/configuration.ts";

export function profileLimits(settings: Settings, connectors: number): ProfileLimits {
  return {
    connectors,
    chargeProfileMaxStackLevel: settings.ChargeProfileMaxStackLevel,
    chargingScheduleMaxPeriods: settings.ChargingScheduleMaxPeriods,
    maxChargingProfilesInstalled: settings.MaxChargingProfilesInstalled,
    chargingRateUnits: settings.ChargingScheduleAllowedChargingRateUnit.map((name) =>
      name === "Current" ? "A" : "W"
    ),
    absoluteNeedsStartSchedule: settings.AbsoluteNeedsStartSchedule,
  };
}
