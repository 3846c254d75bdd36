/**
 * How text is laid out for a person at a terminal: colours, columns, durations and amounts.
 *
 * Law: pure functions from data to text; colour is only ever added, so that without it every word is still there.
 */

type Paint = (text: string) => string;

/** What the colours mean: `good` and `bad` for outcomes, `busy` for what is under way, `dim` for what may be skipped. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly busy: Paint;
  readonly bad: Paint;
  readonly name: Paint;
}

/** Colours where a terminal reads them and its user has not asked for none (https://no-color.org). */
export function paletteFor(
  reader: { readonly isTerminal: boolean; readonly noColor: string | undefined },
): Palette {
  return reader.isTerminal && (reader.noColor ?? "") === "" ? COLOURED : PLAIN;
}

export const PLAIN: Palette = { bold: plain, dim: plain, good: plain, busy: plain, bad: plain, name: plain };

const COLOURED: Palette = {
  bold: (text) => sgr(1, 22, text),
  dim: (text) => sgr(2, 22, text),
  good: (text) => sgr(32, 39, text),
  busy: (text) => sgr(33, 39, text),
  bad: (text) => sgr(31, 39, text),
  name: (text) => sgr(36, 39, text),
};

/** Lines whose cells stand below each other, two spaces apart. Colours take no room. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, visibleWidth(cell)));
  return rows.map((row) =>
    row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - visibleWidth(cell))).join("  ").trimEnd()
  );
}

/** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 2 h`: the two greatest units, cut and not rounded. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.max(0, Math.floor(durationMs))} ms`;
  const seconds = Math.floor(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min ${seconds % 60} s`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `12.34 kWh`: 10 Wh is what a bill rounds to. */
export function formatEnergy(energyWh: number): string {
  return `${(energyWh / 1000).toFixed(2)} kWh`;
}

/** What a peer sent, fit to be printed: control characters, which could steer the terminal, are shown as `·`. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}

function plain(text: string): string {
  return text;
}

function sgr(on: number, off: number, text: string): string {
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

function visibleWidth(text: string): number {
  // deno-lint-ignore no-control-regex
  return [...text.replaceAll(/\x1b\[\d+m/g, "")].length;
}
