/**
 * The limit of one connector at one second, slow and obvious: every rule of spec/behaviour.md §12 as a sentence of its own, every
 * profile looked at anew, no edge known beforehand.
 *
 * Law: nothing is shared with `protocol/` but the types: what is wrong there must not be wrong here as well.
 */
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import type { ChargingRateUnitType } from "../../protocol/messages/charging_profile.ts";

interface Naive {
  readonly limit: number;
  readonly numberPhases?: number;
}

/** `fromMs` is when charging would begin where none does. */
export function naiveLimit(
  connector: LimitedConnector,
  unit: ChargingRateUnitType,
  atMs: number,
  fromMs: number,
): Naive {
  const { supply, profiles, charging, connectorId } = connector;
  const sinceMs = charging === null ? fromMs : charging.sinceMs;
  const of = (purpose: string) => profiles.filter((one) => one.profile.chargingProfilePurpose === purpose);
  const own = (one: InstalledProfile) => one.connectorId === connectorId;

  const max = winner(of("ChargePointMaxProfile"), atMs, sinceMs);
  const txProfiles = of("TxProfile").filter(own).filter((one) => one.localId === charging?.localId);
  let tx = winner(txProfiles, atMs, sinceMs);
  const displaced = txProfiles.some((one) => isValid(one, atMs) && hasEnded(one, atMs, sinceMs));
  if (tx === null && (!displaced || connector.txDefaultAfterTxProfile)) {
    const mine = of("TxDefaultProfile").filter(own).filter((one) => !isOver(one, atMs));
    const levels = mine.map((one) => one.profile.stackLevel);
    const ofAll = of("TxDefaultProfile").filter((one) => one.connectorId === 0)
      .filter((one) => !levels.includes(one.profile.stackLevel));
    tx = winner([...mine, ...ofAll], atMs, sinceMs);
  }

  let lowest: Naive = { limit: unit === "A" ? supply.currentMaxA : supply.powerMaxW };
  for (const one of [max, tx]) {
    if (one === null) continue;
    const limit = converted(one, unit, supply);
    if (limit <= lowest.limit) {
      lowest = { limit, ...(one.numberPhases === undefined ? {} : { numberPhases: one.numberPhases }) };
    }
  }
  return lowest;
}

interface Spoken {
  readonly limit: number;
  readonly unit: ChargingRateUnitType;
  readonly numberPhases?: number;
}

function winner(profiles: readonly InstalledProfile[], atMs: number, sinceMs: number): Spoken | null {
  let best: { level: number; spoken: Spoken } | null = null;
  for (const one of profiles) {
    const spoken = isValid(one, atMs) ? spokenAt(one, atMs, sinceMs) : null;
    const level = one.profile.stackLevel;
    if (spoken !== null && (best === null || level > best.level)) best = { level, spoken };
  }
  return best === null ? null : best.spoken;
}

function isValid({ profile }: InstalledProfile, atMs: number): boolean {
  if (profile.validFrom !== undefined && atMs < Date.parse(profile.validFrom)) return false;
  return profile.validTo === undefined || atMs < Date.parse(profile.validTo);
}

function isOver({ profile }: InstalledProfile, atMs: number): boolean {
  return profile.validTo !== undefined && atMs >= Date.parse(profile.validTo);
}

/** When the schedule begins for the first time. */
function firstStartMs(one: InstalledProfile, sinceMs: number): number {
  const { chargingProfileKind, chargingProfilePurpose, chargingSchedule } = one.profile;
  if (chargingProfileKind === "Relative") return sinceMs;
  if (chargingSchedule.startSchedule !== undefined) return Date.parse(chargingSchedule.startSchedule);
  return chargingProfilePurpose === "ChargePointMaxProfile" ? one.receivedMs : sinceMs;
}

/** TC_066: its schedule has ended for good, which that of a Recurring profile never has. */
function hasEnded(one: InstalledProfile, atMs: number, sinceMs: number): boolean {
  const { chargingProfileKind, chargingSchedule: { duration = Infinity } } = one.profile;
  return chargingProfileKind !== "Recurring" && atMs >= firstStartMs(one, sinceMs) + duration * 1_000;
}

function spokenAt(one: InstalledProfile, atMs: number, sinceMs: number): Spoken | null {
  const { chargingProfileKind, recurrencyKind, chargingSchedule } = one.profile;
  let startMs = firstStartMs(one, sinceMs);
  if (chargingProfileKind === "Recurring") {
    const everyMs = (recurrencyKind === "Daily" ? 1 : 7) * 24 * 60 * 60 * 1_000;
    startMs += Math.max(0, Math.floor((atMs - startMs) / everyMs)) * everyMs;
  }
  if (atMs < startMs) return null;
  if (chargingSchedule.duration !== undefined && atMs >= startMs + chargingSchedule.duration * 1_000) {
    return null;
  }
  let spoken: Spoken | null = null;
  for (const { startPeriod, limit, numberPhases } of chargingSchedule.chargingSchedulePeriod) {
    if (atMs < startMs + startPeriod * 1_000) continue;
    const phases = numberPhases === undefined ? {} : { numberPhases };
    spoken = { limit, unit: chargingSchedule.chargingRateUnit, ...phases };
  }
  return spoken;
}

function converted(
  { limit, unit: from }: Spoken,
  to: ChargingRateUnitType,
  { voltageV, phases }: LimitedConnector["supply"],
): number {
  if (from === to) return limit;
  const watts = voltageV * phases;
  const exact = to === "A" ? limit / watts : limit * watts;
  const nearest = Math.round(exact * 10) / 10;
  return Math.abs(nearest - exact) < 1e-7 ? nearest : Math.floor(exact * 10) / 10;
}
