/**
 * Points in time as OCPP writes them: ISO 8601 text to milliseconds and back (OCPP 1.6 §3, Time zones and Time notations).
 *
 * Law: a text that names no instant is refused, never repaired. `Date` alone would take 30 February for 1 March.
 */

/** Fractions up to nanoseconds; a zone as `Z`, `+01:00`, `+0100`, `+01`, or none. */
const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: beyond them a year has no four digits. */
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_999;

/**
 * Milliseconds since 1970-01-01T00:00Z, or null when the text names no instant: a day, an hour or a leap second that does
 * not exist here, a year of more than four digits, anything but the complete extended form of ISO 8601.
 *
 * Text without a zone is ISO 8601 too and means local time. Local time here is UTC, since that is what OCPP recommends all
 * times to be and OCPP 1.6 has no key for another; many central systems leave the zone out.
 */
export function parseDateTimeMs(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [, civil = "", fraction = "", sign, hours = "00", minutes = "00"] = match;
  const civilMs = Date.parse(`${civil}Z`);
  // A day, or the hour 24, that does not exist has been moved on to one that does; of no instant the day is NaN.
  if (new Date(civilMs).getUTCDate() !== Number(civil.slice(8, 10))) return null;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  const instantMs = civilMs + Number(fraction.slice(0, 3).padEnd(3, "0")) - offsetMs;
  return instantMs >= EARLIEST_MS && instantMs <= LATEST_MS ? instantMs : null;
}

/** UTC with `Z` and milliseconds, as in `2024-01-31T12:00:00.000Z`. Throws RangeError outside the years 0 to 9999. */
export function formatDateTime(ms: number): string {
  if (!(ms >= EARLIEST_MS && ms <= LATEST_MS)) {
    throw new RangeError(`formatting ${ms} ms as a date: only the years 0 to 9999 can be written`);
  }
  return new Date(ms).toISOString();
}
