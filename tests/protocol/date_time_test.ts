/** Which texts name an instant (OCPP 1.6 §3, Time notations; hostile dates of row 17). */
import { assertEquals, assertThrows } from "@std/assert";
import { formatDateTime, parseDateTimeMs } from "../../protocol/date_time.ts";

const noonMs = Date.UTC(2024, 0, 31, 12, 0, 0);

function check(sentence: string, text: string, instantMs: number | null): void {
  Deno.test({ name: `parseDateTimeMs: ${sentence}`, permissions: "none" }, () => {
    assertEquals(parseDateTimeMs(text), instantMs);
  });
}

check("UTC", "2024-01-31T12:00:00Z", noonMs);
check("a fraction counts to the millisecond", "2024-01-31T12:00:00.5Z", noonMs + 500);
check("a fraction is cut, not rounded", "2024-01-31T12:00:00.1239999Z", noonMs + 123);
check("an offset east of Greenwich is taken off", "2024-01-31T17:30:00+05:30", noonMs);
check("an offset west of Greenwich is added", "2024-01-31T04:00:00-08:00", noonMs);
check("the widest offset in use", "2024-02-01T02:00:00+14:00", noonMs);
check("an offset without a colon", "2024-01-31T13:00:00+0100", noonMs);
check("an offset of whole hours", "2024-01-31T13:00:00+01", noonMs);
check("an offset together with a fraction", "2024-01-31T13:00:00.250+01:00", noonMs + 250);
check("no zone means UTC", "2024-01-31T12:00:00", noonMs);
check("no zone with a fraction, as Python's isoformat writes it", "2024-01-31T12:00:00.123456", noonMs + 123);
check("a leap day", "2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29));
check("the epoch", "1970-01-01T00:00:00Z", 0);
check("beyond 2038", "2106-02-07T06:28:16Z", 4_294_967_296_000);
check("the year 1", "0001-01-01T00:00:00Z", -62_135_596_800_000);
check("the first instant with four digits", "0000-01-01T00:00:00Z", -62_167_219_200_000);
check("the last instant with four digits", "9999-12-31T23:59:59.999Z", 253_402_300_799_999);
check("an offset may not lead before it", "0000-01-01T00:00:00+01:00", null);
check("nor beyond the last", "9999-12-31T23:59:59-01:00", null);
check("30 February does not exist", "2024-02-30T00:00:00Z", null);
check("29 February only in leap years", "2023-02-29T00:00:00Z", null);
check("31 April does not exist", "2024-04-31T00:00:00Z", null);
check("month 0", "2024-00-10T00:00:00Z", null);
check("month 13", "2024-13-10T00:00:00Z", null);
check("day 0", "2024-01-00T00:00:00Z", null);
check("hour 24", "2024-01-31T24:00:00Z", null);
check("hour 25", "2024-01-31T25:00:00Z", null);
check("minute 60", "2024-01-31T12:60:00Z", null);
check("a leap second", "2016-12-31T23:59:60Z", null);
check("an offset of 24 hours", "2024-01-31T12:00:00+24:00", null);
check("an offset of 60 minutes", "2024-01-31T12:00:00+01:60", null);
check("an offset +99:99", "2024-01-31T12:00:00+99:99", null);
check("the year 222222017", "222222017-01-01T00:00:00Z", null);
check("a negative year", "-2024-01-31T12:00:00Z", null);
check("a year with a sign", "+002024-01-31T12:00:00Z", null);
check("lower case", "2024-01-31t12:00:00z", null);
check("a space for the T", "2024-01-31 12:00:00Z", null);
check("a day alone", "2024-01-31", null);
check("no seconds", "2024-01-31T12:00Z", null);
check("no colons", "20240131T120000Z", null);
check("a dot without digits", "2024-01-31T12:00:00.Z", null);
check("more digits than nanoseconds", "2024-01-31T12:00:00.1234567890Z", null);
check("a comma for the dot", "2024-01-31T12:00:00,5Z", null);
check("space around it", " 2024-01-31T12:00:00Z", null);
check("a line break after it", "2024-01-31T12:00:00Z\n", null);
check("another text after it", "2024-01-31T12:00:00Z; reboot", null);
check("digits that are not ASCII", "２０２４-01-31T12:00:00Z", null);
check("0, which Date takes for the year 2000", "0", null);
check("milliseconds as text", "1706702400000", null);
check("nothing", "", null);

Deno.test({ name: "formatDateTime: UTC with Z and milliseconds", permissions: "none" }, () => {
  assertEquals(formatDateTime(noonMs), "2024-01-31T12:00:00.000Z");
  assertEquals(formatDateTime(noonMs + 7.9), "2024-01-31T12:00:00.007Z");
});

Deno.test({
  name: "formatDateTime: writes whatever parseDateTimeMs accepts, and reads the same again",
  permissions: "none",
}, () => {
  for (const text of ["0000-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"]) {
    assertEquals(formatDateTime(parseDateTimeMs(text) ?? NaN), text);
  }
});

Deno.test({ name: "formatDateTime: refuses what has no four-digit year", permissions: "none" }, () => {
  for (const ms of [NaN, Infinity, -Infinity, 253_402_300_800_000, -62_167_219_200_001]) {
    assertThrows(() => formatDateTime(ms), RangeError, `formatting ${ms} ms as a date`);
  }
});
