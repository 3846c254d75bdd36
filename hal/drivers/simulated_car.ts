/**
 * The simulated car: a battery, and what it draws from a connector at each state of charge.
 *
 * Law: a function of the car, the connector and the time that has passed. The power is the least of a few straight lines
 * over the energy in the battery, so its integral has an exact solution and does not depend on how often anybody looks.
 * Losses are left out: what the meter counts is what the battery gains.
 */
import type { ConnectorHardware } from "../connector_hardware.ts";
import type { Car, CarModel } from "../physical_state.ts";

/** A family car of the 400 V class, with 11 kW on board. */
export const defaultCarModel: CarModel = {
  capacityWh: 64_000,
  maxPowerW: 120_000,
  voltageEmptyV: 340,
  voltageFullV: 410,
  onBoardCurrentA: 16,
  onBoardPhases: 3,
  prechargeMs: 0,
  arrivalSocPercent: 20,
};

/** The least current per phase that IEC 61851-1 can signal; below it a car draws nothing. */
const AC_CURRENT_MIN_A = 6;

const MS_PER_HOUR = 3_600_000;

/** A straight line of power over the energy in the battery: `interceptW + slope * batteryWh`, slope in W per Wh. */
interface Line {
  readonly interceptW: number;
  readonly slope: number;
}

export function arrivedCar(model: CarModel): Car {
  return {
    model,
    batteryWh: (model.capacityWh * model.arrivalSocPercent) / 100,
    demand: true,
    suspended: false,
    prechargeLeftMs: model.prechargeMs,
  };
}

export function withSoc(car: Car, socPercent: number): Car {
  return { ...car, batteryWh: (car.model.capacityWh * socPercent) / 100 };
}

export function socPercent(car: Car): number {
  return (car.batteryWh / car.model.capacityWh) * 100;
}

/** Of a car that is plugged in at both ends: does it ask for energy now? */
export function wantsEnergy(car: Car): boolean {
  return car.demand && !car.suspended && car.prechargeLeftMs === 0 && car.batteryWh < car.model.capacityWh;
}

/** Volt at the battery's terminals. */
export function batteryVoltageV(car: Car): number {
  const { voltageEmptyV, voltageFullV } = car.model;
  return voltageEmptyV + ((voltageFullV - voltageEmptyV) * socPercent(car)) / 100;
}

/** Phases over which it draws from a connector that has so many. */
export function phasesInUse(model: CarModel, connectorPhases: number): number {
  return Math.min(connectorPhases, model.onBoardPhases);
}

/** Watt that flow now when the contactor is closed and the connector allows `limitA`. */
export function drawnPowerW(car: Car, connector: ConnectorHardware, limitA: number): number {
  if (!wantsEnergy(car)) return 0;
  return powerOf(lowest(powerLines(car.model, connector, limitA), car.batteryWh), car.batteryWh);
}

/** The car after `elapsedMs` at a plug whose contactor is closed. */
export function charged(car: Car, connector: ConnectorHardware, limitA: number, elapsedMs: number): Car {
  const ready = waited(car, elapsedMs);
  if (!wantsEnergy(ready)) return ready;
  const hours = (elapsedMs - (car.prechargeLeftMs - ready.prechargeLeftMs)) / MS_PER_HOUR;
  const lines = powerLines(car.model, connector, limitA);
  return { ...ready, batteryWh: climb(lines, ready.batteryWh, car.model.capacityWh, hours).batteryWh };
}

/** The car after `elapsedMs` at a plug whose contactor is open. */
export function waited(car: Car, elapsedMs: number): Car {
  if (car.prechargeLeftMs === 0) return car;
  return { ...car, prechargeLeftMs: Math.max(0, car.prechargeLeftMs - elapsedMs) };
}

/** Milliseconds until it is full, should nothing change; Infinity when it never will be. */
export function fullInMs(car: Car, connector: ConnectorHardware, limitA: number): number {
  if (!wantsEnergy(car)) return Infinity;
  const lines = powerLines(car.model, connector, limitA);
  return climb(lines, car.batteryWh, car.model.capacityWh, Infinity).hours * MS_PER_HOUR;
}

/** The lines of which the lowest is what flows: what the battery takes, and what the connector gives. */
function powerLines(model: CarModel, connector: ConnectorHardware, limitA: number): readonly Line[] {
  const currentA = Math.min(limitA, connector.maxCurrentA) * (model.drawnShare ?? 1);
  const station = { interceptW: connector.maxPowerW, slope: 0 };
  switch (connector.current) {
    case "AC": {
      const drawnA = Math.min(currentA, model.onBoardCurrentA);
      const lineW = drawnA * connector.voltageV * phasesInUse(model, connector.phases);
      const interceptW = drawnA < AC_CURRENT_MIN_A ? 0 : lineW;
      return [...batteryLines(model), station, { interceptW, slope: 0 }];
    }
    case "DC": {
      const { voltageEmptyV, voltageFullV, capacityWh } = model;
      const reached = connector.voltageMinV <= voltageEmptyV && voltageFullV <= connector.voltageMaxV;
      const givenA = reached ? Math.max(0, currentA) : 0;
      const slope = (givenA * (voltageFullV - voltageEmptyV)) / capacityWh;
      return [...batteryLines(model), station, { interceptW: givenA * voltageEmptyV, slope }];
    }
  }
}

/** All the power up to 60 % of charge, a half at 85 %, a twentieth at 100 %: each line steeper than the one before. */
function batteryLines(model: CarModel): readonly Line[] {
  const through = (socFrom: number, shareFrom: number, socTo: number, shareTo: number): Line => {
    const slopePerShare = (shareTo - shareFrom) / (socTo - socFrom);
    return {
      interceptW: (shareFrom - slopePerShare * socFrom) * model.maxPowerW,
      slope: (slopePerShare * model.maxPowerW) / model.capacityWh,
    };
  };
  return [
    { interceptW: model.maxPowerW, slope: 0 },
    through(0.6, 1, 0.85, 0.5),
    through(0.85, 0.5, 1, 0.05),
  ];
}

function powerOf(line: Line, batteryWh: number): number {
  return Math.max(0, line.interceptW + line.slope * batteryWh);
}

/** The line that gives least at `batteryWh`; of two that give the same, the one that gives less a moment later. */
function lowest(lines: readonly Line[], batteryWh: number): Line {
  return lines.reduce((low, line) => {
    const difference = powerOf(line, batteryWh) - powerOf(low, batteryWh);
    return difference < 0 || (difference === 0 && line.slope < low.slope) ? line : low;
  });
}

/**
 * Fills a battery for at most `hours`, or up to `fullWh`. The lowest of straight lines bends down only, so each line
 * is climbed at most once, and the loop ends after as many rounds as there are lines.
 */
function climb(
  lines: readonly Line[],
  fromWh: number,
  fullWh: number,
  hours: number,
): { readonly batteryWh: number; readonly hours: number } {
  let batteryWh = fromWh;
  let spent = 0;
  let line: Line | undefined = lowest(lines, fromWh);
  while (line !== undefined && batteryWh < fullWh) {
    const bend = nextBend(lines, line, batteryWh, fullWh);
    const needed = hoursBetween(line, batteryWh, bend.batteryWh);
    if (spent + needed > hours) return { batteryWh: afterHours(line, batteryWh, hours - spent), hours };
    batteryWh = bend.batteryWh;
    spent += needed;
    line = bend.line;
  }
  return { batteryWh, hours: spent };
}

/** Where another line becomes the lowest, or where the battery is full. */
function nextBend(
  lines: readonly Line[],
  line: Line,
  batteryWh: number,
  fullWh: number,
): { readonly batteryWh: number; readonly line?: Line } {
  let bend: { readonly batteryWh: number; readonly line?: Line } = { batteryWh: fullWh };
  for (const other of lines) {
    if (other.slope >= line.slope) continue;
    const crossingWh = (other.interceptW - line.interceptW) / (line.slope - other.slope);
    if (crossingWh < bend.batteryWh) bend = { batteryWh: Math.max(batteryWh, crossingWh), line: other };
  }
  return bend;
}

/** Solves dE/dt = intercept + slope * E for the time from one energy to a greater one. */
function hoursBetween(line: Line, fromWh: number, toWh: number): number {
  const powerW = powerOf(line, fromWh);
  if (toWh <= fromWh) return 0;
  if (powerW === 0) return Infinity;
  if (line.slope === 0) return (toWh - fromWh) / powerW;
  return Math.log1p((line.slope * (toWh - fromWh)) / powerW) / line.slope;
}

/** Solves the same for the energy after a time. */
function afterHours(line: Line, fromWh: number, hours: number): number {
  const powerW = powerOf(line, fromWh);
  if (line.slope === 0) return fromWh + powerW * hours;
  return fromWh + (powerW * Math.expm1(line.slope * hours)) / line.slope;
}
