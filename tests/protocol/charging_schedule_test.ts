/** What one profile says at a moment, and until when (OCPP 1.6 §3.13.1, §7.13; spec/behaviour.md §12.3 to §12.5). */
import { assertEquals } from "@std/assert";
import type { Standing } from "../../protocol/charging_schedule.ts";
import { segmentAt, timelineOf } from "../../protocol/charging_schedule.ts";
import type { Sample, Steps } from "./charging_profile_samples.ts";
import { installed, nowMs } from "./charging_profile_samples.ts";

const day = 86_400;

/** `told` is the limit, or why there is none; `until` in seconds from now. Charging began `since` seconds from now; null: it has not. */
function check(
  sentence: string,
  [steps, sample]: readonly [Steps, Sample?],
  lines: readonly (readonly [at: number, told: number | Exclude<Standing, "Running">, until: number])[],
  since: number | null = null,
): void {
  Deno.test({ name: `schedule: ${sentence}`, permissions: "none" }, () => {
    const timeline = timelineOf(installed(steps, sample), since === null ? null : nowMs + since * 1_000);
    for (const [at, told, until] of lines) {
      const { standing, period, untilMs } = segmentAt(timeline, nowMs + at * 1_000);
      assertEquals([at, period?.limit ?? standing, (untilMs - nowMs) / 1_000], [at, told, until]);
    }
  });
}

check("a period ends where the next begins, the last goes on for ever", [{ 0: 6, 60: 10 }], [
  [-0.001, "NotYetStarted", 0],
  [0, 6, 60],
  [59.999, 6, 60],
  [60, 10, Infinity],
  [day * 9_999, 10, Infinity],
]);
check("the last period holds to the end of the duration", [{ 0: 6, 60: 10 }, { duration: 300 }], [
  [299.999, 10, 300],
  [300, "Ended", Infinity],
]);
check("what lies beyond the duration is not executed", [{ 0: 6, 60: 10 }, { duration: 30 }], [
  [29, 6, 30],
  [30, "Ended", Infinity],
  [60, "Ended", Infinity],
]);
check("validFrom and validTo cut a schedule, without moving it", [
  { 0: 6, 60: 10 },
  { start: -30, from: 0, to: 50 },
], [
  [-1, "NotYetValid", 0],
  [0, 6, 30],
  [30, 10, 50],
  [50, "NoLongerValid", Infinity],
]);
check("a schedule that begins after its validTo never does", [{ 0: 6 }, { start: 60, to: 50 }], [
  [0, "NotYetStarted", 50],
  [50, "NoLongerValid", Infinity],
]);
check("Daily, at the time of its startSchedule", [
  { 0: 6, 3_600: 10 },
  { kind: "Recurring", recurrency: "Daily", start: -2 * day, duration: 7_200 },
], [
  [0, 6, 3_600],
  [3_600, 10, 7_200],
  [7_200, "BetweenRecurrences", day],
  [day, 6, day + 3_600],
]);
check("Daily without a duration has no pause", [
  { 0: 6, 3_600: 10 },
  { kind: "Recurring", recurrency: "Daily", start: -day },
], [
  [3_600, 10, day],
  [day, 6, day + 3_600],
]);
check("Daily: what lies beyond the day is not executed, nor is a longer duration", [
  { 0: 6, [day + 10]: 10 },
  { kind: "Recurring", recurrency: "Daily", duration: 2 * day },
], [
  [day - 1, 6, day],
  [day, 6, 2 * day],
  [day + 10, 6, 2 * day],
]);
check("Recurring has not begun before its startSchedule (?)", [
  { 0: 6 },
  { kind: "Recurring", recurrency: "Daily", start: 60 },
], [[0, "NotYetStarted", 60], [60, 6, day + 60]]);
check("Weekly, on the weekday of its startSchedule", [
  { 0: 6 },
  { kind: "Recurring", recurrency: "Weekly", start: -7 * day, duration: day },
], [
  [0, 6, day],
  [day, "BetweenRecurrences", 7 * day],
  [7 * day, 6, 8 * day],
]);
check("Recurring ends with its validTo", [
  { 0: 6 },
  { kind: "Recurring", recurrency: "Daily", duration: 60, to: day + 30 },
], [
  [60, "BetweenRecurrences", day],
  [day, 6, day + 30],
  [day + 30, "NoLongerValid", Infinity],
]);
check("a pause ends with its validTo as well", [
  { 0: 6 },
  { kind: "Recurring", recurrency: "Daily", duration: 60, to: day - 30 },
], [[60, "BetweenRecurrences", day - 30]]);
check("Relative counts from the start of charging", [{ 0: 6, 60: 10 }, { kind: "Relative", duration: 90 }], [
  [-30, 6, 30],
  [30, 10, 60],
  [60, "Ended", Infinity],
], -30);
check("Relative, where nothing charges, is at its start", [{ 0: 6, 60: 10 }, { kind: "Relative", to: 900 }], [
  [0, 6, 900],
  [120, 6, 900],
]);
check("a startSchedule of a Relative one is ignored", [{ 0: 6, 60: 10 }, { kind: "Relative", start: 500 }], [
  [0, 6, 30],
  [30, 10, Infinity],
], -30);
check(
  "§7.13: Absolute without startSchedule counts from the start of charging",
  [
    { 0: 6, 60: 10 },
    { start: null },
  ],
  [[0, 6, 30], [30, 10, Infinity]],
  -30,
);
check(
  "a ChargePointMaxProfile without startSchedule counts from its receipt",
  [
    { 0: 6, 60: 10 },
    { start: null, purpose: "ChargePointMaxProfile" },
  ],
  [[-1, "NotYetStarted", 0], [0, 6, 60], [60, 10, Infinity]],
  -30,
);
check(
  "the edge of every period of many",
  [Object.fromEntries(Array.from({ length: 300 }, (_, n) => [n * n, n]))],
  Array.from({ length: 299 }, (_, n) => [n * n, n, (n + 1) * (n + 1)] as const),
);
