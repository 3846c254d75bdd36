/**
 * What one charging profile says at one moment, and until when it says so (OCPP 1.6 §3.13.1, §7.8 to §7.14).
 *
 * Law: the only place that knows kinds, recurrence, validity and duration. Times are instants: a day has 24 hours, whatever
 * the clocks on the walls do. Bounds are half open: what begins at a moment holds at it, what ends at it does not.
 */
import type { InstalledProfile } from "./charging_profile.ts";
import { parseDateTimeMs } from "./date_time.ts";
import type { ChargingProfile, ChargingSchedulePeriod } from "./messages/charging_profile.ts";

/** Why a profile has or has not a say at a moment. */
export type Standing =
  /** Before its validFrom. */
  | "NotYetValid"
  /** Valid, but its schedule has not begun. */
  | "NotYetStarted"
  | "Running"
  /** Between two recurrences of a schedule that is shorter than a day or a week. */
  | "BetweenRecurrences"
  /** Its duration is over, for good. */
  | "Ended"
  /** From its validTo on. */
  | "NoLongerValid";

/** A stretch of time in which a profile says the same. */
export interface Segment {
  readonly standing: Standing;
  /** There exactly while it is Running. */
  readonly period: ChargingSchedulePeriod | null;
  /** The first moment that may be different; Infinity when none is. */
  readonly untilMs: number;
}

/** A profile's times as numbers, in milliseconds. */
export interface Timeline {
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Null: it begins at whatever moment is asked for, because charging would. */
  readonly startMs: number | null;
  /** How long one run of the schedule lasts. */
  readonly runMs: number;
  /** From one run to the next; Infinity where there is but one. */
  readonly everyMs: number;
  readonly periods: readonly ChargingSchedulePeriod[];
}

const dayMs = 86_400_000;

/** `chargingSinceMs` is null where nothing charges: then a schedule that counts from the start of charging is at its own start always. */
export function timelineOf(installed: InstalledProfile, chargingSinceMs: number | null): Timeline {
  const { profile } = installed;
  const { duration, chargingSchedulePeriod } = profile.chargingSchedule;
  const everyMs = recurrenceMs(profile);
  return {
    validFromMs: instantMs(profile.validFrom) ?? -Infinity,
    validToMs: validToMs(profile),
    startMs: startMs(installed, chargingSinceMs),
    // §3.13.1: what lies beyond a day or a week is not executed.
    runMs: Math.min(duration === undefined ? Infinity : duration * 1_000, everyMs),
    everyMs,
    periods: chargingSchedulePeriod,
  };
}

export function segmentAt(timeline: Timeline, atMs: number): Segment {
  const { validFromMs, validToMs, startMs, runMs, everyMs, periods } = timeline;
  if (atMs >= validToMs) return { standing: "NoLongerValid", period: null, untilMs: Infinity };
  if (atMs < validFromMs) {
    return { standing: "NotYetValid", period: null, untilMs: Math.min(validFromMs, validToMs) };
  }
  if (startMs === null) return { standing: "Running", period: periods[0] ?? null, untilMs: validToMs };
  if (atMs < startMs) {
    return { standing: "NotYetStarted", period: null, untilMs: Math.min(startMs, validToMs) };
  }
  const recurs = everyMs !== Infinity;
  const runStartMs = recurs ? atMs - (atMs - startMs) % everyMs : startMs;
  const offsetMs = atMs - runStartMs;
  if (offsetMs >= runMs) {
    return {
      standing: recurs ? "BetweenRecurrences" : "Ended",
      period: null,
      untilMs: Math.min(runStartMs + everyMs, validToMs),
    };
  }
  const index = lastBegun(periods, offsetMs);
  const nextMs = (periods[index + 1]?.startPeriod ?? Infinity) * 1_000;
  return {
    standing: "Running",
    period: periods[index] ?? null,
    untilMs: Math.min(runStartMs + Math.min(nextMs, runMs), validToMs),
  };
}

/** Infinity where it has none. From then on the profile may be thrown away without any limit's changing. */
export function validToMs(profile: ChargingProfile): number {
  return instantMs(profile.validTo) ?? Infinity;
}

function startMs({ profile, receivedMs }: InstalledProfile, chargingSinceMs: number | null): number | null {
  const named = instantMs(profile.chargingSchedule.startSchedule);
  switch (profile.chargingProfileKind) {
    case "Absolute":
    case "Recurring":
      if (named !== null) return named;
      // §7.13: without a startSchedule it counts from the start of charging, of which a whole station has none.
      return profile.chargingProfilePurpose === "ChargePointMaxProfile" ? receivedMs : chargingSinceMs;
    case "Relative":
      return chargingSinceMs;
  }
}

function recurrenceMs({ chargingProfileKind, recurrencyKind }: ChargingProfile): number {
  if (chargingProfileKind !== "Recurring") return Infinity;
  return recurrencyKind === "Weekly" ? 7 * dayMs : dayMs;
}

/** The last period that has begun at an offset of 0 or more; the first begins at 0. */
function lastBegun(periods: readonly ChargingSchedulePeriod[], offsetMs: number): number {
  let begun = 0;
  let later = periods.length;
  while (later - begun > 1) {
    const middle = (begun + later) >> 1;
    if ((periods[middle]?.startPeriod ?? Infinity) * 1_000 <= offsetMs) begun = middle;
    else later = middle;
  }
  return begun;
}

/** The schema has judged the text. */
function instantMs(text: string | undefined): number | null {
  return text === undefined ? null : parseDateTimeMs(text);
}
