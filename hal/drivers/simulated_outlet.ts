/**
 * The simulated outlet: one connector as a physical thing, with what is plugged into it and what flows.
 *
 * Law: pure. What cannot happen (pulling a locked plug, closing a contactor on a fault) does not happen, whoever asks;
 * and the register never falls.
 */
import type { BoardState } from "../board.ts";
import type { ConnectorHardware } from "../connector_hardware.ts";
import type { PhysicalConnector } from "../physical_state.ts";
import {
  arrivedCar,
  batteryVoltageV,
  charged,
  drawnPowerW,
  fullInMs,
  phasesInUse,
  socPercent,
  waited,
  wantsEnergy,
} from "./simulated_car.ts";

/** What survives a power cut, and what does not. */
export interface Outlet extends PhysicalConnector {
  readonly contactorClosed: boolean;
  readonly limitA: number;
}

type Plug = BoardState["plug"];

/** The end of the cable that a driver's hand is at. */
export type Side = "both" | "ev" | "station";

export type Handled =
  | { readonly kind: "done"; readonly outlet: Outlet }
  | { readonly kind: "impossible"; readonly why: string };

/** What the meter's terminals see. */
export interface Flow {
  readonly energyWh: number;
  readonly powerW: number;
  /** AC: over which it flows, the first ones of those that are wired; else 1. */
  readonly phases: number;
  /** In each of these. */
  readonly currentA: number;
  /** AC: of each phase that is wired, to the neutral conductor. */
  readonly voltageV: number;
  readonly temperatureC: number;
}

const AMBIENT_C = 20;
/** By how much a connector warms up at the most current that it bears. */
const WARMING_K = 35;

/** As the board finds it when its power comes on: contactor open, no limit but the hardware's own. */
export function poweredUp(connector: PhysicalConnector, hardware: ConnectorHardware): Outlet {
  return { ...connector, contactorClosed: false, limitA: hardware.maxCurrentA };
}

export function pluggedIn(outlet: Outlet, hardware: ConnectorHardware, side: Side): Handled {
  if (hardware.cable === "fixed" && side === "station") {
    return impossible(outlet, "the cable is fixed to the station, so that end is always plugged in");
  }
  const missing = side !== "both" && outlet.plug !== "none" && outlet.plug !== side ? "both" : side;
  const plug: Plug = hardware.cable === "fixed" ? "both" : missing;
  if (outlet.plug === "both" || outlet.plug === plug) {
    return impossible(outlet, `the cable is plugged in already (${outlet.plug})`);
  }
  return { kind: "done", outlet: { ...outlet, plug } };
}

export function unplugged(outlet: Outlet, hardware: ConnectorHardware, side: Side): Handled {
  if (hardware.cable === "fixed" && side === "station") {
    return impossible(outlet, "the cable is fixed to the station");
  }
  const taken: Side = hardware.cable === "fixed" ? "both" : side;
  if (outlet.plug === "none" || (taken !== "both" && outlet.plug !== "both" && outlet.plug !== taken)) {
    return impossible(outlet, `there is no plug to pull (${outlet.plug})`);
  }
  if (outlet.locked && taken !== "ev") return impossible(outlet, "the plug is locked in the socket");

  const plug = leftAfter(outlet.plug, taken);
  const parted = { ...outlet, plug, contactorClosed: false };
  // With no cable between them the car drives off, and the next one comes as the first did.
  if (plug === "none") return { kind: "done", outlet: { ...parted, car: arrivedCar(outlet.car.model) } };
  const car = { ...outlet.car, suspended: false, prechargeLeftMs: outlet.car.model.prechargeMs };
  return { kind: "done", outlet: { ...parted, car } };
}

/** Closing needs a plug at both ends, no fault and power; opening needs nothing. */
export function commandedContactor(outlet: Outlet, closed: boolean, blocked: boolean): Outlet {
  if (!closed) return { ...outlet, contactorClosed: false };
  if (blocked || outlet.fault !== null || outlet.plug !== "both") return outlet;
  return { ...outlet, contactorClosed: true };
}

/** The lock closes round a plug only, and not at all while it is stuck. */
export function commandedLock(outlet: Outlet, hardware: ConnectorHardware, locked: boolean): Outlet {
  const inSocket = outlet.plug === "both" || outlet.plug === "station";
  if (!hardware.lock || outlet.lockFailure || (locked && !inSocket)) return outlet;
  return { ...outlet, locked };
}

/** The outlet after `elapsedMs` in which nobody touched it. */
export function elapsed(
  outlet: Outlet,
  hardware: ConnectorHardware,
  energised: boolean,
  elapsedMs: number,
): Outlet {
  if (outlet.plug !== "both" || elapsedMs <= 0) return outlet;
  if (!outlet.contactorClosed || !energised) return { ...outlet, car: waited(outlet.car, elapsedMs) };
  const car = charged(outlet.car, hardware, outlet.limitA, elapsedMs);
  const gainedWh = Math.max(0, car.batteryWh - outlet.car.batteryWh);
  return { ...outlet, car, registerWh: outlet.registerWh + gainedWh };
}

/** Milliseconds until its electronics will tell something new by themselves; Infinity when they will not. */
export function nextChangeInMs(outlet: Outlet, hardware: ConnectorHardware, energised: boolean): number {
  if (outlet.plug !== "both") return Infinity;
  if (outlet.car.prechargeLeftMs > 0) return outlet.car.prechargeLeftMs;
  if (!outlet.contactorClosed || !energised) return Infinity;
  return fullInMs(outlet.car, hardware, outlet.limitA);
}

export function boardState(outlet: Outlet, hardware: ConnectorHardware): BoardState {
  const joined = outlet.plug === "both";
  return {
    plug: outlet.plug,
    contactorClosed: outlet.contactorClosed,
    locked: outlet.locked,
    lockFailed: outlet.lockFailure,
    evDemandsEnergy: joined && wantsEnergy(outlet.car),
    ...(joined && hardware.current === "DC" ? { evSocPercent: Math.floor(socPercent(outlet.car)) } : {}),
    fault: outlet.fault,
    warning: outlet.warning,
  };
}

export function flow(outlet: Outlet, hardware: ConnectorHardware, energised: boolean): Flow {
  const live = outlet.contactorClosed && energised;
  const powerW = live ? drawnPowerW(outlet.car, hardware, outlet.limitA) : 0;
  const { voltageV, phases } = terminals(outlet, hardware, energised);
  const currentA = powerW === 0 ? 0 : powerW / (voltageV * phases);
  const temperatureC = AMBIENT_C + WARMING_K * (currentA / hardware.maxCurrentA) ** 2;
  return { energyWh: outlet.registerWh, powerW, phases, currentA, voltageV, temperatureC };
}

/** An AC meter sits on the mains side of the contactor, a DC meter on the car's. */
function terminals(
  outlet: Outlet,
  hardware: ConnectorHardware,
  energised: boolean,
): { readonly voltageV: number; readonly phases: number } {
  switch (hardware.current) {
    case "AC":
      return {
        voltageV: energised ? hardware.voltageV : 0,
        phases: phasesInUse(outlet.car.model, hardware.phases),
      };
    case "DC":
      return { voltageV: outlet.contactorClosed ? batteryVoltageV(outlet.car) : 0, phases: 1 };
  }
}

function leftAfter(plug: Plug, taken: Side): Plug {
  if (taken === "both" || plug !== "both") return "none";
  return taken === "ev" ? "station" : "ev";
}

function impossible(outlet: Outlet, why: string): Handled {
  return { kind: "impossible", why: `connector ${outlet.id}: ${why}` };
}
