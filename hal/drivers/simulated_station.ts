/**
 * The simulated station: the hardware of one station profile behind its ports, and the verbs that act on it from outside.
 *
 * Law: the charger sees the ports and nothing else; hands, cars and accidents see the verbs. A verb has happened when it
 * returns; the ports tell of it later.
 */
import type { Clock } from "../clock.ts";
import type { VerbOutcome } from "../hardware_verb.ts";
import type { CarModel, PhysicalConnector, PhysicalState } from "../physical_state.ts";
import type { Power } from "../power.ts";
import type { Reader } from "../reader.ts";
import type { StationProfile } from "../station_profile.ts";
import { createSimulatedBoard, type SimulatedBoard } from "./simulated_board.ts";
import { arrivedCar, defaultCarModel } from "./simulated_car.ts";
import { type HardwareVerbs, hardwareVerbs, perform } from "./simulated_hands.ts";
import { createSimulatedMeter, type SimulatedMeter } from "./simulated_meter.ts";
import { createSimulatedPower } from "./simulated_power.ts";
import type { Outlet } from "./simulated_outlet.ts";
import { createSimulatedReader } from "./simulated_reader.ts";

export interface SimulatedStationOptions {
  readonly profile: StationProfile;
  readonly clock: Clock;
  /** What was there before; must fit the profile (`misfit`). Without it: no plug, no fault, registers at 0. */
  readonly physicalState?: PhysicalState;
  /** The cars that come to a new station. Default: `defaultCarModel`. */
  readonly carModel?: CarModel;
  /** From a meter's question to its answer. Default 0. */
  readonly meterDelayMs?: number;
}

export interface SimulatedStation {
  readonly profile: StationProfile;
  readonly board: SimulatedBoard;
  readonly meter: SimulatedMeter;
  readonly reader: Reader;
  readonly power: Power;
  readonly verbs: HardwareVerbs;
  /** A verb as it comes from outside, not checked yet. */
  readonly perform: (request: unknown) => VerbOutcome;
  readonly physicalState: () => PhysicalState;
  /** True while a meter counts, so that the physical state changes by itself. */
  readonly energyFlows: () => boolean;
  /** Called after each other change of the physical state, and before a meter tells its register. The last one set wins. */
  readonly watch: (changed: () => void) => void;
}

export function createSimulatedStation(options: SimulatedStationOptions): SimulatedStation {
  const { profile, clock } = options;
  const { connectors } = profile;
  const physical = options.physicalState ?? newState(profile, options.carModel ?? defaultCarModel);
  let watcher = () => {};

  const changed = () => watcher();
  const board = createSimulatedBoard({
    clock,
    connectors,
    physical: physical.connectors,
    stationFault: physical.stationFault,
    stationWarning: physical.stationWarning,
    tampered: physical.tampered,
    changed,
  });
  const meter = createSimulatedMeter({
    clock,
    connectors,
    measurands: new Set([...profile.measurands.sampled, ...profile.measurands.clockAligned]),
    flow: board.flow,
    powered: () => board.supply() !== "cut",
    keep: changed,
    delayMs: options.meterDelayMs ?? 0,
  });
  const reader = createSimulatedReader(clock);
  const power = createSimulatedPower(clock);
  const verbs = hardwareVerbs({ profile, board, reader, power });

  return {
    profile,
    board,
    meter,
    reader,
    power,
    verbs,
    perform: (request) => perform(verbs, request),
    physicalState: () => ({
      version: 1,
      station: profile.name,
      stationFault: board.stationFault(),
      stationWarning: board.stationWarning(),
      tampered: board.tampered(),
      connectors: connectors.map(({ id }) => lasting(board.outlet(id))),
    }),
    energyFlows: () => connectors.some(({ id }) => board.flow(id).powerW > 0),
    watch: (next) => void (watcher = next),
  };
}

function newState(profile: StationProfile, model: CarModel): PhysicalState {
  const connectors = profile.connectors.map(({ id }): PhysicalConnector => ({
    id,
    plug: "none",
    locked: false,
    lockFailure: false,
    fault: null,
    warning: null,
    registerWh: 0,
    car: arrivedCar(model),
  }));
  return {
    version: 1,
    station: profile.name,
    stationFault: null,
    stationWarning: null,
    tampered: false,
    connectors,
  };
}

/** What of an outlet a power cut leaves. */
function lasting(outlet: Outlet): PhysicalConnector {
  const { contactorClosed: _, limitA: __, ...connector } = outlet;
  return connector;
}
