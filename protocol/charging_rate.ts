/**
 * What a limit in ampere is in watt and back, at one connector (OCPP 1.6 §3.13.2, §7.12; errata v4.0 §3.34).
 *
 * Law: with the nominal voltage, never a measured one, and rounded down to the one digit that OCPP writes: what comes out never
 * allows more than what went in. A limit in the unit that is asked for comes out as it is. Nothing here switches phases: a car may
 * draw on all that are wired, however many a period names (decision D-watt).
 */
import type { ChargingRateUnitType } from "./messages/charging_profile.ts";

/** The electricity of one connector, as its installer knows it. */
export interface Supply {
  /** Ampere; with AC per phase. Below it no car charges: 6 with AC (IEC 61851-1), 0 with DC. */
  readonly currentMinA: number;
  /** Ampere; with AC per phase. */
  readonly currentMaxA: number;
  /** Watt, over all phases. */
  readonly powerMaxW: number;
  /** Volt: with AC from phase to neutral; with DC the highest output voltage, so that no car gets more watts than were meant. */
  readonly voltageV: number;
  /** How many phases are wired; 1 with DC. */
  readonly phases: number;
}

/** A limit as a charging schedule states it. */
export interface Rate {
  readonly limit: number;
  readonly chargingRateUnit: ChargingRateUnitType;
}

export function limitIn(unit: ChargingRateUnitType, rate: Rate, supply: Supply): number {
  if (rate.chargingRateUnit === unit) return rate.limit;
  const wattsPerAmpere = supply.voltageV * supply.phases;
  switch (unit) {
    case "A":
      return inTenths(rate.limit / wattsPerAmpere) / 10;
    case "W":
      return inTenths(rate.limit * wattsPerAmpere) / 10;
  }
}

/** What the connector's hardware allows by itself. */
export function hardwareLimit(unit: ChargingRateUnitType, supply: Supply): number {
  switch (unit) {
    case "A":
      return supply.currentMaxA;
    case "W":
      return supply.powerMaxW;
  }
}

/** Whole tenths, rounded down, but for what binary floating point makes of a decimal. */
export function inTenths(value: number): number {
  return Math.floor(value * 10 + 1e-6);
}
