/**
 * The items of a list of measurands: a measurand, or one phase of it by a suffix (OCPP 1.6 §9.1, §7.31, §7.34).
 *
 * Law: which measurands have phases is said here alone. An item without a suffix means all that is measured of it: the whole, and
 * each phase by itself.
 */
import type { Measurand, Phase } from "./messages/types.ts";

const lines = ["L1", "L2", "L3"] as const;
type Line = typeof lines[number];

/** Energy is counted for all phases together, and Current.Offered is the same for each: they have none. */
const phased = ["Power.Active.Import", "Current.Import", "Voltage"] as const;
type Phased = typeof phased[number];

export type MeasurandItem = Measurand | `${Phased}.${Line}` | `Voltage.${Line}-N`;

/** One value that is asked for. */
export interface Part {
  readonly measurand: Measurand;
  /** Absent: the whole. `at` is 0 for L1. */
  readonly phase?: { readonly at: number; readonly name: Phase };
}

/** What a list may hold where these are measured, over so many phases of alternating current; 0 where there is none. */
export function measurandItems(
  measured: readonly Measurand[],
  phases: 0 | 1 | 2 | 3,
): readonly MeasurandItem[] {
  const wired = lines.slice(0, phases);
  return measured.flatMap((measurand): readonly MeasurandItem[] => {
    const found = phased.find((one) => one === measurand);
    if (found === undefined) return [measurand];
    const toNeutral = found === "Voltage" ? wired.map((line) => `Voltage.${line}-N` as const) : [];
    return [measurand, ...wired.map((line) => `${found}.${line}` as const), ...toNeutral];
  });
}

/** In the order in which they are told; what no meter here measures is left out by who looks for it. */
export function partsOf(item: MeasurandItem): readonly Part[] {
  const suffixed = suffixedParts.get(item);
  if (suffixed !== undefined) return [suffixed];
  // What has no suffix is a measurand.
  const measurand = item as Measurand;
  const phases = lines.map((line) => suffixedParts.get(`${measurand}.${phaseName(measurand, line)}`));
  return [{ measurand }, ...phases.filter((part) => part !== undefined)];
}

/** A voltage is that between a phase and the neutral conductor, and says so unless it was asked for as the keys' own text does. */
function phaseName(measurand: Measurand, line: Line): Phase {
  return measurand === "Voltage" ? `${line}-N` : line;
}

const suffixedParts: ReadonlyMap<string, Part> = new Map<string, Part>(
  phased.flatMap((measurand) =>
    lines.flatMap((line, at) =>
      [line, phaseName(measurand, line)].map((name) =>
        [`${measurand}.${name}`, { measurand, phase: { at, name } }] as const
      )
    )
  ),
);
