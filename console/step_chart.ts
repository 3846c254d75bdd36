/**
 * Charging schedules as small step charts for a terminal: what may be drawn when, before and after a change one below the other.
 *
 * Law: pure, and honest to the eye: all charts of one picture have the same levels and the same time axis, and a column shows the
 * least that is allowed within it, so that no drop is too short to be seen.
 */
import type { ChargingSchedule } from "../protocol/messages/charging_profile.ts";
import { formatDuration } from "./terminal.ts";

export interface ChartedSchedule {
  readonly title: string;
  /** With a duration. */
  readonly schedule: ChargingSchedule;
}

/** More distinct limits than this are put on an even scale. */
const rowsMax = 10;

/** `columns` for the drawing itself, at least 1; labels come on top. */
export function stepCharts(charted: readonly ChartedSchedule[], columns: number): readonly string[] {
  const durationS = Math.max(1, ...charted.map(({ schedule }) => schedule.duration ?? 0));
  const levels = levelsOf(charted.map(({ schedule }) => schedule));
  return charted.flatMap(({ title, schedule }, at) => [
    ...(at === 0 ? [] : [""]),
    title,
    ...chart(schedule, { durationS, levels, columns }),
  ]);
}

interface Frame {
  readonly durationS: number;
  /** Of each row, the highest first. */
  readonly levels: readonly number[];
  readonly columns: number;
}

function chart(schedule: ChargingSchedule, frame: Frame): readonly string[] {
  const rows = rowsOf(schedule, frame);
  const labels = frame.levels.map((level) => `${level} ${schedule.chargingRateUnit}`);
  const width = Math.max(...labels.map((label) => label.length));
  const lines = labels.map((label, row) => `${label.padStart(width)} ┤${drawnRow(rows, row)}`.trimEnd());
  const axis = `${" ".repeat(width)} └${"─".repeat(frame.columns)}`;
  const end = formatDuration(frame.durationS * 1_000);
  const times = `${" ".repeat(width)}  0${end.padStart(frame.columns - 1)}`;
  return [...lines, axis, times];
}

/** Each limit there is, or as many levels between the highest and the lowest as there are rows. */
function levelsOf(schedules: readonly ChargingSchedule[]): readonly number[] {
  const limits = schedules.flatMap(({ chargingSchedulePeriod }) =>
    chargingSchedulePeriod.map(({ limit }) => limit)
  );
  const distinct = [...new Set(limits)].sort((one, other) => other - one);
  const [highest = 0] = distinct;
  const lowest = distinct[distinct.length - 1] ?? 0;
  if (distinct.length <= rowsMax) return distinct;
  const step = (highest - lowest) / (rowsMax - 1);
  return Array.from({ length: rowsMax }, (_, row) => Math.round((highest - row * step) * 10) / 10);
}

/** The row of each column; null beyond the end of the schedule. */
function rowsOf(
  schedule: ChargingSchedule,
  { durationS, levels, columns }: Frame,
): readonly (number | null)[] {
  const periods = schedule.chargingSchedulePeriod;
  const endS = schedule.duration ?? durationS;
  return Array.from({ length: columns }, (_, column) => {
    const fromS = column * durationS / columns;
    const toS = (column + 1) * durationS / columns;
    if (fromS >= endS) return null;
    const within = periods.filter(({ startPeriod }, at) =>
      startPeriod < toS && (periods[at + 1]?.startPeriod ?? Infinity) > fromS
    );
    return nearestRow(levels, Math.min(...within.map(({ limit }) => limit)));
  });
}

/** Of two as near the lower level: rather less than is allowed than more. */
function nearestRow(levels: readonly number[], limit: number): number {
  let nearest = 0;
  for (const [row, level] of levels.entries()) {
    if (Math.abs(level - limit) <= Math.abs((levels[nearest] ?? Infinity) - limit)) nearest = row;
  }
  return nearest;
}

/** One line of the drawing. A step stands in the column in which the new limit begins. */
function drawnRow(rows: readonly (number | null)[], row: number): string {
  return rows.map((now, column) => {
    const before = column === 0 ? now : rows[column - 1] ?? null;
    if (now === null) return " ";
    if (before === null || before === now) return now === row ? "─" : " ";
    const falls = now > before;
    if (row === before) return falls ? "╮" : "╯";
    if (row === now) return falls ? "╰" : "╭";
    return row > Math.min(before, now) && row < Math.max(before, now) ? "│" : " ";
  }).join("");
}
