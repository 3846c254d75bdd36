/**
 * One row of the benchmark: our figure, that of a bare program in the same run, and what the issue aims at.
 *
 * Law: pure; a missed aim is printed and fails nothing.
 */
import { alignColumns } from "../../console/terminal.ts";

/** `atLeast` of the bare figure, `atMost` of it, `more` than it by at most so much, or `value` at most, whatever it is. */
export type Aim = { readonly [kind in "atLeast" | "atMost" | "more" | "value"]?: number };

export interface Figure {
  readonly what: string;
  readonly unit: "ms" | "µs" | "MB" | "/s";
  readonly ours: number;
  readonly bare: number;
  /** Undefined: printed for comparison. */
  readonly aim?: Aim;
}

/** The table, and which aims are met. */
export function table(figures: readonly Figure[]): readonly string[] {
  const lines = figures.map((figure) => {
    const { what, unit, ours, bare, aim } = figure;
    const ratio = (ours / bare).toFixed(2);
    return [
      what,
      amount(ours, unit),
      amount(bare, unit),
      ratio,
      ...(aim === undefined ? [] : judged(figure, aim)),
    ];
  });
  return alignColumns([["", "chargerd", "bare", "ratio", "aim"], ...lines]);
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** By the nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

function judged({ ours, bare, unit }: Figure, aim: Aim): readonly string[] {
  const { atLeast, atMost, more, value } = aim;
  const verdict = (text: string, met: boolean) => [text, met ? "met" : "MISSED"];
  if (atLeast !== undefined) return verdict(`at least ${atLeast} times`, ours / bare >= atLeast);
  if (atMost !== undefined) return verdict(`at most ${atMost} times`, ours / bare <= atMost);
  if (more !== undefined) return verdict(`at most ${amount(more, unit)} more`, ours - bare <= more);
  if (value !== undefined) return verdict(`at most ${amount(value, unit)}`, ours <= value);
  return [];
}

function amount(value: number, unit: Figure["unit"]): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return unit === "/s" ? `${value.toFixed(0)}/s` : `${value.toFixed(digits)} ${unit}`;
}
