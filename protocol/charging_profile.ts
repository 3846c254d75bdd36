/**
 * May this charging profile be installed: the answer to SetChargingProfile and to the profile in RemoteStartTransaction
 * (OCPP 1.6 §3.13, §5.11, §5.16; errata v4.0 §3.38, §3.39, §3.53; spec/messages.md §3.10, §3.15).
 *
 * Law: what is judged here is installed without another look, so a profile that could never be followed gets a reason and no
 * place. Where the specification is silent and no harm is done the profile is taken.
 */
import { validToMs } from "./charging_schedule.ts";
import { parseDateTimeMs } from "./date_time.ts";
import type { ChargingProfile, ChargingRateUnitType } from "./messages/charging_profile.ts";
import type { SetChargingProfileRequest } from "./messages/smart_charging.ts";

/** A profile where it lies. What is derivable from it (its times, whether it has ended) is not kept beside it. */
export interface InstalledProfile {
  /** 0 is the charge point (ChargePointMaxProfile), or every connector (TxDefaultProfile). */
  readonly connectorId: number;
  readonly profile: ChargingProfile;
  /** Civil time of the request that brought it. */
  readonly receivedMs: number;
  /** Of a TxProfile only: the charger's own number of its transaction; absent until the RemoteStartTransaction that brought it has led to one. */
  readonly localId?: number;
}

/** What the station's profile and its configuration allow. */
export interface ProfileLimits {
  readonly connectors: number;
  readonly chargeProfileMaxStackLevel: number;
  readonly chargingScheduleMaxPeriods: number;
  readonly maxChargingProfilesInstalled: number;
  /** ChargingScheduleAllowedChargingRateUnit: Current is A, Power is W (errata v4.0 §3.86). */
  readonly chargingRateUnits: readonly ChargingRateUnitType[];
  /** Refuse an Absolute profile without startSchedule, instead of counting from the start of charging (decision D-no-start). */
  readonly absoluteNeedsStartSchedule: boolean;
}

/** The transaction that runs on a connector. */
export interface ProfileTransaction {
  readonly localId: number;
  /** The central system's number, once it has given one. */
  readonly transactionId?: number;
}

export type Judgement =
  | { readonly kind: "accepted"; readonly installed: InstalledProfile }
  | { readonly kind: "rejected"; readonly why: string }
  | { readonly kind: "callError"; readonly errorCode: "PropertyConstraintViolation"; readonly why: string };

export interface Asked {
  readonly nowMs: number;
  readonly limits: ProfileLimits;
  /** On the connector that the request names; null when none runs there. */
  readonly transaction: ProfileTransaction | null;
}

/** SetChargingProfile.req, but for its place among the others (`install` in `charging_profiles.ts`). */
export function judgeProfile(request: SetChargingProfileRequest, asked: Asked): Judgement {
  const { connectorId, csChargingProfiles: profile } = request;
  const { nowMs, limits, transaction } = asked;
  if (connectorId > limits.connectors) {
    return {
      kind: "callError",
      errorCode: "PropertyConstraintViolation",
      why: `there is no connector ${connectorId}, only 0 to ${limits.connectors}`,
    };
  }
  const why = refusedPlace(connectorId, profile, transaction) ?? refusedProfile(profile, limits, nowMs);
  if (why !== null) return { kind: "rejected", why };
  const installed: InstalledProfile = { connectorId, profile, receivedMs: nowMs };
  const belongs = profile.chargingProfilePurpose === "TxProfile" && transaction !== null;
  return {
    kind: "accepted",
    installed: belongs ? { ...installed, localId: transaction.localId } : installed,
  };
}

/** The profile in RemoteStartTransaction.req. A transactionId in it is ignored: there can be none yet (§5.16.2). */
export function judgeRemoteStartProfile(
  connectorId: number,
  profile: ChargingProfile,
  { nowMs, limits }: Omit<Asked, "transaction">,
): Exclude<Judgement, { kind: "callError" }> {
  const { chargingProfilePurpose: purpose } = profile;
  // TC_060.
  const why = purpose !== "TxProfile"
    ? `chargingProfilePurpose is ${purpose}: a RemoteStartTransaction takes a TxProfile`
    : refusedProfile(profile, limits, nowMs);
  if (why !== null) return { kind: "rejected", why };
  const { transactionId: _, ...own } = profile;
  return { kind: "accepted", installed: { connectorId, profile: own, receivedMs: nowMs } };
}

/** §3.13.1, errata v4.0 §3.53: which purpose goes to which connector, and to which transaction. */
function refusedPlace(
  connectorId: number,
  { chargingProfilePurpose: purpose, chargingProfileKind: kind, transactionId }: ChargingProfile,
  transaction: ProfileTransaction | null,
): string | null {
  switch (purpose) {
    case "ChargePointMaxProfile":
      if (connectorId !== 0) return `connectorId is ${connectorId}: a ChargePointMaxProfile goes to 0`;
      return kind === "Relative"
        ? "chargingProfileKind is Relative: a station has no start of charging"
        : null;
    case "TxDefaultProfile":
      return null;
    case "TxProfile":
      if (connectorId === 0) return "connectorId is 0: a TxProfile goes to the connector of its transaction";
      // TC_058_1.
      if (transaction === null) return `no transaction runs on connector ${connectorId}`;
      // TC_058_2. Without one the transaction that runs is meant.
      return transactionId === undefined || transactionId === transaction.transactionId
        ? null
        : `transactionId is ${transactionId}: that which runs is ${
          transaction.transactionId ?? "not known yet"
        }`;
  }
}

/** Whatever its purpose: stack level, schedule, times. */
function refusedProfile(profile: ChargingProfile, limits: ProfileLimits, nowMs: number): string | null {
  const { stackLevel, chargingProfileKind: kind, recurrencyKind, chargingSchedule: schedule } = profile;
  const { chargeProfileMaxStackLevel, chargingScheduleMaxPeriods, chargingRateUnits } = limits;
  const periods = schedule.chargingSchedulePeriod.length;
  if (stackLevel > chargeProfileMaxStackLevel) {
    return `stackLevel is ${stackLevel}: at most ${chargeProfileMaxStackLevel}`;
  }
  if (periods > chargingScheduleMaxPeriods) {
    return `it has ${periods} periods: at most ${chargingScheduleMaxPeriods}`;
  }
  if (!chargingRateUnits.includes(schedule.chargingRateUnit)) {
    return `chargingRateUnit is ${schedule.chargingRateUnit}: only ${chargingRateUnits.join(", ")}`;
  }
  const period = refusedPeriods(profile);
  if (period !== null) return period;
  if (kind === "Recurring" && recurrencyKind === undefined) {
    return "recurrencyKind is missing: it is Recurring";
  }
  if (schedule.startSchedule === undefined) {
    if (kind === "Recurring") return "startSchedule is missing: it is Recurring";
    if (kind === "Absolute" && limits.absoluteNeedsStartSchedule) {
      return "startSchedule is missing: AbsoluteNeedsStartSchedule is true";
    }
  }
  if (schedule.duration !== undefined && schedule.duration < 1) {
    return `duration is ${schedule.duration} s: at least 1, or left out`;
  }
  return refusedValidity(profile, nowMs);
}

function refusedPeriods({ chargingSchedule }: ChargingProfile): string | null {
  let before = -1;
  for (const { startPeriod, limit, numberPhases } of chargingSchedule.chargingSchedulePeriod) {
    if (before === -1 && startPeriod !== 0) return `the first startPeriod is ${startPeriod}: it is always 0`;
    if (startPeriod <= before) return `startPeriod ${startPeriod} follows ${before}: they ascend`;
    if (limit < 0) return `limit is ${limit}: at least 0`;
    if (numberPhases !== undefined && (numberPhases < 1 || numberPhases > 3)) {
      return `numberPhases is ${numberPhases}: 1 to 3`;
    }
    before = startPeriod;
  }
  return null;
}

/** A profile that is over before it begins would only push out another. */
function refusedValidity(profile: ChargingProfile, nowMs: number): string | null {
  const endMs = validToMs(profile);
  if (endMs <= nowMs) return `validTo is ${profile.validTo}: that has passed`;
  const beginMs = profile.validFrom === undefined ? null : parseDateTimeMs(profile.validFrom);
  return beginMs !== null && beginMs >= endMs
    ? `validTo is ${profile.validTo}: not later than validFrom, ${profile.validFrom}`
    : null;
}
