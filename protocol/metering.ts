/**
 * Which meter samples are due, and how a reading becomes a MeterValue (OCPP 1.6 §3.15, §4.7, §7.33).
 *
 * Law: samples lie on the grid that begins with the transaction, so that neither a slow meter nor a restart shifts them.
 */
import { formatDateTime } from "./date_time.ts";
import type { MeasurandItem, Part } from "./measurand_item.ts";
import { partsOf } from "./measurand_item.ts";
import type { MeterValue, ReadingContext, SampledValue } from "./messages/types.ts";

/** What a meter and a car can tell; a value that is absent was not measured. */
export interface Measured extends Terminals {
  readonly energyWh: number;
  /** AC: of each phase by itself, L1 first. */
  readonly phases?: readonly Terminals[];
  readonly temperatureC?: number;
  readonly frequencyHz?: number;
  readonly socPercent?: number;
  /** The most that the car may draw now. */
  readonly offeredA?: number;
}

interface Terminals {
  readonly powerW?: number;
  readonly currentA?: number;
  readonly voltageV?: number;
}

/** A timer may fire this much early; what comes so close to the grid is on it. Far below the least interval, 1 s. */
const timerSlackMs = 20;

/** Milliseconds from `nowMs` to the next sample, or null when sampling is off (interval 0). */
export function nextSampleInMs(startedAtMs: number, intervalS: number, nowMs: number): number | null {
  if (intervalS <= 0) return null;
  const intervalMs = intervalS * 1_000;
  const elapsedMs = Math.max(0, nowMs - startedAtMs);
  const nextSample = Math.floor((elapsedMs + timerSlackMs) / intervalMs) + 1;
  return nextSample * intervalMs - elapsedMs;
}

const dayMs = 86_400_000;

/** Milliseconds from civil time `wallMs` to the next point of the grid that begins anew at each midnight (UTC), or null when it is off. */
export function nextAlignedInMs(intervalS: number, wallMs: number): number | null {
  if (intervalS <= 0) return null;
  const intervalMs = intervalS * 1_000;
  const sinceMidnightMs = (wallMs + timerSlackMs) % dayMs;
  const nextMs = (Math.floor(sinceMidnightMs / intervalMs) + 1) * intervalMs;
  return Math.min(nextMs, dayMs) - sinceMidnightMs + timerSlackMs;
}

/** The point of that grid at or just before `wallMs`: the timestamp of a value that was taken for it (TC_071). */
export function alignedMs(intervalS: number, wallMs: number): number {
  const sinceMidnightMs = (wallMs + timerSlackMs) % dayMs;
  return wallMs + timerSlackMs - sinceMidnightMs % (Math.max(1, intervalS) * 1_000);
}

/** How closely the energy of MaxEnergyOnInvalidId is watched: far from its end, and near it, where one reading follows the other. */
const energyReadingMaxMs = 5_000;
const energyReadingMinMs = 100;

/** Milliseconds to the next look at a register that may rise by `restWh` more, where at most `powerMaxW` flow. */
export function nextEnergyReadingInMs(restWh: number, powerMaxW: number): number {
  const soonestMs = Math.floor((restWh / powerMaxW) * 3_600_000);
  return Math.min(energyReadingMaxMs, Math.max(energyReadingMinMs, soonestMs));
}

/** A list that MeterValues are made of: empty means the register (TC_070, TC_071). */
export function orRegister(items: readonly MeasurandItem[]): readonly MeasurandItem[] {
  return items.length === 0 ? ["Energy.Active.Import.Register"] : items;
}

/** One MeterValue of what is asked, each value once, or null when nothing is asked or the meter measured none of it. */
export function meterValue(
  measured: Measured,
  items: readonly MeasurandItem[],
  context: ReadingContext,
  atMs: number,
): MeterValue | null {
  const values = items.flatMap(partsOf).map((part) => sampled(measured, part, context))
    .filter((value) => value !== null);
  const distinct = new Map(values.map((value) => [`${value.measurand} ${value.phase}`, value]));
  return distinct.size === 0
    ? null
    : { timestamp: formatDateTime(atMs), sampledValue: [...distinct.values()] };
}

function sampled(measured: Measured, part: Part, context: ReadingContext): SampledValue | null {
  const found = quantity(measured, part);
  if (found === null || found.value === undefined || !isSayable(found.value)) return null;
  const { value, unit, location, digits } = found;
  return {
    value: value.toFixed(digits),
    context,
    measurand: part.measurand,
    ...(part.phase === undefined ? {} : { phase: part.phase.name }),
    ...(unit === undefined ? {} : { unit }),
    ...(location === undefined ? {} : { location }),
  };
}

/** From 1e21 up a number is written with an exponent, and NaN in letters: no value of the format Raw (§7.43). */
function isSayable(value: number): boolean {
  return Math.abs(value) < 1e21;
}

interface Quantity {
  readonly value: number | undefined;
  readonly digits: number;
  /** Frequency has no unit literal: it is in hertz by definition (§7.31). */
  readonly unit?: NonNullable<SampledValue["unit"]>;
  readonly location?: NonNullable<SampledValue["location"]>;
}

function quantity(measured: Measured, { measurand, phase }: Part): Quantity | null {
  const terminals = phase === undefined ? measured : measured.phases?.[phase.at];
  switch (measurand) {
    case "Energy.Active.Import.Register":
      return { value: Math.floor(measured.energyWh), digits: 0, unit: "Wh" };
    case "Power.Active.Import":
      return { value: terminals?.powerW, digits: 0, unit: "W" };
    case "Current.Import":
      return { value: terminals?.currentA, digits: 1, unit: "A" };
    case "Current.Offered":
      return { value: measured.offeredA, digits: 1, unit: "A" };
    case "Voltage":
      return { value: terminals?.voltageV, digits: 1, unit: "V" };
    case "Temperature":
      return { value: measured.temperatureC, digits: 1, unit: "Celsius", location: "Body" };
    case "Frequency":
      return { value: measured.frequencyHz, digits: 2 };
    case "SoC":
      return { value: measured.socPercent, digits: 0, unit: "Percent", location: "EV" };
    case "Current.Export":
    case "Energy.Active.Export.Register":
    case "Energy.Reactive.Export.Register":
    case "Energy.Reactive.Import.Register":
    case "Energy.Active.Export.Interval":
    case "Energy.Active.Import.Interval":
    case "Energy.Reactive.Export.Interval":
    case "Energy.Reactive.Import.Interval":
    case "Power.Active.Export":
    case "Power.Factor":
    case "Power.Offered":
    case "Power.Reactive.Export":
    case "Power.Reactive.Import":
    case "RPM":
      return null;
  }
}
