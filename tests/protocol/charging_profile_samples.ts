/** Charging profiles for tests: short to write, and what a test does not name is what OCPP has where nothing is said. */
import type { InstalledProfile, ProfileLimits } from "../../protocol/charging_profile.ts";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { Supply } from "../../protocol/charging_rate.ts";
import type { ChargingProfile } from "../../protocol/messages/charging_profile.ts";

export const now = "2026-03-01T12:00:00Z";
export const nowMs = Date.parse(now);

/** So many seconds from now, as OCPP writes it. */
export function at(seconds: number): string {
  return new Date(nowMs + seconds * 1_000).toISOString();
}

/** `startPeriod: limit`, as in `{ 0: 6, 60: 10 }`. */
export type Steps = Readonly<Record<number, number>>;

export interface Sample {
  readonly id?: number;
  readonly purpose?: ChargingProfile["chargingProfilePurpose"];
  readonly kind?: ChargingProfile["chargingProfileKind"];
  readonly recurrency?: "Daily" | "Weekly";
  readonly level?: number;
  readonly transactionId?: number;
  /** Seconds from now; null leaves startSchedule out. */
  readonly start?: number | null;
  readonly duration?: number;
  readonly from?: number;
  readonly to?: number;
  readonly unit?: "A" | "W";
  readonly phases?: number;
  readonly minChargingRate?: number;
}

/** Absolute from now on, of stack level 0, a TxDefaultProfile in ampere. */
export function profile(steps: Steps, sample: Sample = {}): ChargingProfile {
  const { kind = "Absolute", start = kind === "Relative" ? null : 0 } = sample;
  const phases = sample.phases === undefined ? {} : { numberPhases: sample.phases };
  return {
    chargingProfileId: sample.id ?? 1,
    stackLevel: sample.level ?? 0,
    chargingProfilePurpose: sample.purpose ?? "TxDefaultProfile",
    chargingProfileKind: kind,
    ...(sample.recurrency === undefined ? {} : { recurrencyKind: sample.recurrency }),
    ...(sample.transactionId === undefined ? {} : { transactionId: sample.transactionId }),
    ...(sample.from === undefined ? {} : { validFrom: at(sample.from) }),
    ...(sample.to === undefined ? {} : { validTo: at(sample.to) }),
    chargingSchedule: {
      chargingRateUnit: sample.unit ?? "A",
      ...(start === null ? {} : { startSchedule: at(start) }),
      ...(sample.duration === undefined ? {} : { duration: sample.duration }),
      ...(sample.minChargingRate === undefined ? {} : { minChargingRate: sample.minChargingRate }),
      chargingSchedulePeriod: Object.entries(steps).map(([startPeriod, limit]) => ({
        startPeriod: Number(startPeriod),
        limit,
        ...phases,
      })),
    },
  };
}

/** The charger's own number of the transaction that runs in a test. */
export const localId = 7;

/** Installed where its purpose belongs: on 0, or on connector 1; a TxProfile with the transaction. */
export function installed(steps: Steps, sample: Sample & { readonly on?: number } = {}): InstalledProfile {
  const one = profile(steps, sample);
  const { chargingProfilePurpose: purpose } = one;
  return {
    connectorId: sample.on ?? (purpose === "ChargePointMaxProfile" ? 0 : 1),
    profile: one,
    receivedMs: nowMs,
    ...(purpose === "TxProfile" ? { localId } : {}),
  };
}

/** The reference station's one connector. */
export const dc: Supply = { currentMinA: 0, currentMaxA: 125, powerMaxW: 50_000, voltageV: 1_000, phases: 1 };
export const ac: Supply = { currentMinA: 6, currentMaxA: 32, powerMaxW: 22_000, voltageV: 230, phases: 3 };

/** Connector 1 of the reference station, without a transaction. */
export function connector(
  profiles: readonly InstalledProfile[],
  other: Partial<LimitedConnector> = {},
): LimitedConnector {
  return { connectorId: 1, supply: dc, profiles, charging: null, txDefaultAfterTxProfile: false, ...other };
}

/** In a transaction that began `seconds` ago. */
export function charging(seconds = 0): { readonly charging: LimitedConnector["charging"] } {
  return { charging: { localId, sinceMs: nowMs - seconds * 1_000 } };
}

/** The reference station's, with both units. */
export const limits: ProfileLimits = {
  connectors: 1,
  chargeProfileMaxStackLevel: 3,
  chargingScheduleMaxPeriods: 300,
  maxChargingProfilesInstalled: 20,
  chargingRateUnits: ["A", "W"],
  absoluteNeedsStartSchedule: false,
};
