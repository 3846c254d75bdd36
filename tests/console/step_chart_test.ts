/** Schedules as small step charts. */
import { assertEquals } from "@std/assert";
import { stepCharts } from "../../console/step_chart.ts";
import type { ChargingSchedule } from "../../protocol/messages/charging_profile.ts";

function schedule(steps: Readonly<Record<number, number>>, duration: number): ChargingSchedule {
  const chargingSchedulePeriod = Object.entries(steps)
    .map(([startPeriod, limit]) => ({ startPeriod: Number(startPeriod), limit }));
  return { duration, chargingRateUnit: "A", chargingSchedulePeriod };
}

function check(
  sentence: string,
  charted: readonly (readonly [title: string, schedule: ChargingSchedule])[],
  expected: readonly string[],
): void {
  Deno.test({ name: `step chart: ${sentence}`, permissions: "none" }, () => {
    assertEquals(stepCharts(charted.map(([title, one]) => ({ title, schedule: one })), 20), expected);
  });
}

const tc066 = schedule({ 0: 8, 50: 10, 200: 6, 240: 10 }, 400);

check("TC_066", [["connector 1", tc066]], [
  "connector 1",
  "10 A ┤   ╭──────╮ ╭───────",
  " 8 A ┤───╯      │ │",
  " 6 A ┤          ╰─╯",
  "     └────────────────────",
  "      0         6 min 40 s",
]);
check("before and after have the same levels and the same axis", [
  ["before", schedule({ 0: 16 }, 3_600)],
  ["after", schedule({ 0: 6, 1_800: 16 }, 3_600)],
], [
  "before",
  "16 A ┤────────────────────",
  " 6 A ┤",
  "     └────────────────────",
  "      0          1 h 0 min",
  "",
  "after",
  "16 A ┤          ╭─────────",
  " 6 A ┤──────────╯",
  "     └────────────────────",
  "      0          1 h 0 min",
]);
check("one that was cut ends where it ends", [["cut", schedule({ 0: 6 }, 60)], [
  "whole",
  schedule({ 0: 6 }, 120),
]], [
  "cut",
  "6 A ┤──────────",
  "    └────────────────────",
  "     0          2 min 0 s",
  "",
  "whole",
  "6 A ┤────────────────────",
  "    └────────────────────",
  "     0          2 min 0 s",
]);
check("a drop of a second is seen", [["", schedule({ 0: 16, 1_000: 0, 1_001: 16 }, 2_000)]], [
  "",
  "16 A ┤──────────╮╭────────",
  " 0 A ┤          ╰╯",
  "     └────────────────────",
  "      0        33 min 20 s",
]);

Deno.test({ name: "step chart: more limits than rows are put on an even scale", permissions: "none" }, () => {
  const steps = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [at * 10, at * 2]));
  const lines = stepCharts([{ title: "stairs", schedule: schedule(steps, 200) }], 20);
  const labels = lines.slice(1, 11).map((line) => line.split("┤")[0]?.trim());
  assertEquals([labels.length, labels[0], labels[9]], [10, "38 A", "0 A"]);
  assertEquals(lines.length, 13);
});
