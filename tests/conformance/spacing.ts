/**
 * How far apart things may lie that should lie an interval apart.
 *
 * Law: two tolerances, named here; a case that measures time measures it with one of them.
 */
import { assert, assertLess } from "@std/assert";

/** A timer may round, and what began the wait may have been heard late: tool and charge point share two cores with six others. */
const EARLY_MS = 400;
/** Another tool lets a time-out be 10 s late (`conformance/octt.md`, TC_004_2). */
const LATE_MS = 10_000;

/** A wait of the charge point: hardly shorter than it should be, and not much longer. */
export function assertWaited(what: string, waitedMs: number, intervalS: number): void {
  const [least, most] = [intervalS * 1_000 - EARLY_MS, intervalS * 1_000 + LATE_MS];
  assert(waitedMs >= least && waitedMs <= most, `${what} after ${waitedMs} ms, not ${intervalS} s`);
}

/** Something periodic: none is missing and none too many, so each distance is nearer to one interval than to none or two. */
export function assertPeriodic(what: string, timesMs: readonly number[], intervalS: number): void {
  for (const [index, timeMs] of timesMs.slice(1).entries()) {
    const distanceMs = timeMs - (timesMs[index] ?? NaN);
    const offMs = Math.abs(distanceMs - intervalS * 1_000);
    assertLess(offMs, intervalS * 500, `${what}: ${distanceMs} ms between ${index} and ${index + 1}`);
  }
}
