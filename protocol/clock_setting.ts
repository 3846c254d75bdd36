/**
 * Whether to set the clock by what the central system says it is (OCPP 1.6 §4.2, §4.6: currentTime in BootNotification and Heartbeat).
 *
 * Law: small differences are the network's, absurd ones are the central system's fault; neither moves the clock.
 */
import { parseDateTimeMs } from "./date_time.ts";

/** Half a round trip over a mobile link, and the second that a heartbeat rounds to. */
const toleranceMs = 2_000;
/** Beyond it the clock was not corrected but set (security event SettingSystemTime): none drifts so far between two heartbeats. */
const correctionMaxMs = 60_000;
/** 2025-01-01: who is before this software has never set a clock, be it a central system or the charger (spec/behaviour.md §17). */
export const leastCivilMs = 1_735_689_600_000;
/** 2100-01-01. */
const mostMs = 4_102_444_800_000;

/** Civil time, or null when `currentTime` is none to go by. */
export function toldMs(currentTime: string): number | null {
  const told = parseDateTimeMs(currentTime);
  return told === null || told < leastCivilMs || told > mostMs ? null : told;
}

/** Whether a clock that says `nowMs` need not be set. */
export function isRightEnough(nowMs: number, told: number): boolean {
  return Math.abs(told - nowMs) <= toleranceMs;
}

/** Whether a step of the clock is more than a correction. */
export function isSetting(fromMs: number, toMs: number): boolean {
  return Math.abs(toMs - fromMs) > correctionMaxMs;
}
