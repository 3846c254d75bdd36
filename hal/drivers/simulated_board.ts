/**
 * The simulated board: the outlets of one station, moved on by the clock, with the events of the board port.
 *
 * Law: an outlet is brought up to the present before anything reads or touches it, so that nothing depends on when one
 * looks. The state of charge alone is no event.
 */
import type { Board, BoardEvent, BoardState } from "../board.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { ConnectorHardware } from "../connector_hardware.ts";
import type { PhysicalConnector, PhysicalFault } from "../physical_state.ts";
import {
  boardState,
  commandedContactor,
  commandedLock,
  elapsed,
  type Flow,
  flow,
  nextChangeInMs,
  type Outlet,
  poweredUp,
} from "./simulated_outlet.ts";
import { createSignal, type Signal } from "./simulated_signal.ts";

/** Mains, or what is left of it: `cut` is a board without a computer. */
export type Supply = "on" | "failing" | "cut";

/** The board port, and the hands of the world around it. */
export interface SimulatedBoard extends Board {
  readonly outlet: (connectorId: number) => Outlet;
  /** Replaces what is at a connector: somebody plugged, or broke something. */
  readonly put: (outlet: Outlet) => void;
  readonly putStationFault: (fault: PhysicalFault | null) => void;
  readonly putStationWarning: (warning: PhysicalFault | null) => void;
  readonly putTampered: (tampered: boolean) => void;
  readonly supply: () => Supply;
  readonly putSupply: (supply: Supply) => void;
  readonly flow: (connectorId: number) => Flow;
}

export interface SimulatedBoardOptions {
  readonly clock: Clock;
  readonly connectors: readonly ConnectorHardware[];
  /** In the order of `connectors`. */
  readonly physical: readonly PhysicalConnector[];
  readonly stationFault: PhysicalFault | null;
  readonly stationWarning: PhysicalFault | null;
  readonly tampered: boolean;
  /** Called after anything but time has changed what a power cut leaves. */
  readonly changed: () => void;
}

export function createSimulatedBoard(options: SimulatedBoardOptions): SimulatedBoard {
  const signal = createSignal<BoardEvent>(options.clock);
  const bays = new Bays(options, signal);
  let { stationFault, stationWarning, tampered } = options;

  /** A command of the charger; a board without power has nobody who could command it. */
  function command(connectorId: number, obey: (bay: Bay) => Outlet): void {
    if (bays.supply !== "cut") bays.put(obey(bays.settled(connectorId)));
  }

  return {
    state: (connectorId) => {
      const bay = bays.settled(connectorId);
      return boardState(bay.outlet, bay.hardware);
    },
    stationFault: () => stationFault,
    stationWarning: () => stationWarning,
    tampered: () => tampered,
    setContactor: (connectorId, closed) => {
      const blocked = stationFault !== null || bays.supply !== "on";
      command(connectorId, (bay) => commandedContactor(bay.outlet, closed, blocked));
    },
    setCurrentLimit: (connectorId, limitA) =>
      command(connectorId, (bay) => ({ ...bay.outlet, limitA: limitA > 0 ? limitA : 0 })),
    setLock: (connectorId, locked) =>
      command(connectorId, (bay) => commandedLock(bay.outlet, bay.hardware, locked)),
    listen: signal.listen,

    outlet: (connectorId) => bays.settled(connectorId).outlet,
    put: (outlet) => bays.put(outlet.fault === null ? outlet : { ...outlet, contactorClosed: false }),
    putStationFault: (fault) => {
      stationFault = fault;
      signal.emit({ kind: "StationFaultChanged", fault, warning: stationWarning });
      if (fault !== null) bays.putAll((bay) => commandedContactor(bay.outlet, false, true));
      options.changed();
    },
    putStationWarning: (warning) => {
      stationWarning = warning;
      signal.emit({ kind: "StationFaultChanged", fault: stationFault, warning });
      options.changed();
    },
    putTampered: (isTampered) => {
      if (tampered === isTampered) return;
      tampered = isTampered;
      signal.emit({ kind: "TamperChanged", tampered });
      options.changed();
    },
    supply: () => bays.supply,
    putSupply: (supply) => bays.putSupply(supply),
    flow: (connectorId) => {
      const bay = bays.settled(connectorId);
      return flow(bay.outlet, bay.hardware, bays.supply === "on");
    },
  };
}

/** A connector, and when it was last brought up to the present. */
interface Bay {
  readonly hardware: ConnectorHardware;
  outlet: Outlet;
  atMs: number;
  /** What the listener was last told, without the state of charge. */
  told: string;
  disarm: Cancel;
}

/** All connectors of the station. */
class Bays {
  readonly #options: SimulatedBoardOptions;
  readonly #signal: Signal<BoardEvent>;
  readonly #bays: readonly Bay[];
  #supply: Supply = "on";

  constructor(options: SimulatedBoardOptions, signal: Signal<BoardEvent>) {
    this.#options = options;
    this.#signal = signal;
    this.#bays = baysOf(options);
    for (const bay of this.#bays) this.#announce(bay);
  }

  get supply(): Supply {
    return this.#supply;
  }

  settled(connectorId: number): Bay {
    const bay = this.#bays[connectorId - 1];
    if (bay === undefined) throw new RangeError(`board: there is no connector ${connectorId}`);
    const nowMs = this.#options.clock.monotonicMs();
    bay.outlet = elapsed(bay.outlet, bay.hardware, this.#supply === "on", nowMs - bay.atMs);
    bay.atMs = nowMs;
    return bay;
  }

  put(outlet: Outlet): void {
    const bay = this.settled(outlet.id);
    bay.outlet = outlet;
    this.#announce(bay);
    this.#options.changed();
  }

  putAll(next: (bay: Bay) => Outlet): void {
    for (const { outlet } of this.#bays) this.put(next(this.settled(outlet.id)));
  }

  putSupply(supply: Supply): void {
    for (const { outlet } of this.#bays) this.settled(outlet.id);
    this.#supply = supply;
    if (supply === "cut") this.#signal.cut();
    this.putAll((bay) => supply === "cut" ? poweredUp(bay.outlet, bay.hardware) : bay.outlet);
  }

  /** Tells what is new, and wakes up when the car will want something else. */
  #announce(bay: Bay): void {
    const state = boardState(bay.outlet, bay.hardware);
    if (bay.told !== gist(state)) {
      bay.told = gist(state);
      this.#signal.emit({ kind: "ConnectorChanged", connectorId: bay.outlet.id, state });
    }
    bay.disarm();
    const inMs = nextChangeInMs(bay.outlet, bay.hardware, this.#supply === "on");
    if (inMs === Infinity) return;
    // Whole milliseconds, so that what rounding leaves over cannot keep the clock at one instant for ever.
    const wakeInMs = Math.max(1, Math.ceil(inMs));
    bay.disarm = this.#options.clock.after(wakeInMs, () => this.#announce(this.settled(bay.outlet.id)));
  }
}

function baysOf(options: SimulatedBoardOptions): readonly Bay[] {
  return options.connectors.map((hardware, index) => {
    const physical = options.physical[index];
    if (physical === undefined) throw new RangeError(`board: connector ${hardware.id} has no physical state`);
    const outlet = poweredUp(physical, hardware);
    return {
      hardware,
      outlet,
      atMs: options.clock.monotonicMs(),
      told: gist(boardState(outlet, hardware)),
      disarm: () => {},
    };
  });
}

/** What makes an event: everything but the state of charge, which never stands still. */
function gist(state: BoardState): string {
  return JSON.stringify({ ...state, evSocPercent: null });
}
