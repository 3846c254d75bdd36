/**
 * The board port: what a connector is made of, electrically: plug, lock, contactor, faults, and the car's wish.
 *
 * Law: level, not edge. An event carries the whole state of its connector, and the state can be read at any time, so that
 * an actor that was restarted knows as much as one that was not. The driver's own watchdog opens every contactor when the
 * process dies.
 */
import type { Fault, Plug, Trouble } from "../protocol/connector_facts.ts";

/** Everything that a connector's electronics know. */
export interface BoardState {
  readonly plug: Plug;
  /** The contact's own feedback, not the last command. */
  readonly contactorClosed: boolean;
  readonly locked: boolean;
  /** The lock's own diagnosis: it does not obey. False where there is no lock, and where a lock cannot tell. */
  readonly lockFailed: boolean;
  /** The car asks for energy (IEC 61851 state C, or a running DC session). */
  readonly evDemandsEnergy: boolean;
  /** State of charge as the car tells it over DC communication; absent where it tells none. A change of it is no event. */
  readonly evSocPercent?: number;
  /** A fault of this connector; while it is there the hardware keeps the contactor open by itself. */
  readonly fault: Fault | null;
  /** What is wrong while energy may flow all the same; a car that does not answer is nothing worse than that. */
  readonly warning: Trouble | null;
}

export type BoardEvent =
  | { readonly kind: "ConnectorChanged"; readonly connectorId: number; readonly state: BoardState }
  /** A fault or a warning of the whole station, or the end of one (connector 0): both as they are now. */
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null; readonly warning: Fault | null }
  | { readonly kind: "TamperChanged"; readonly tampered: boolean };

/** Two drivers: the simulated one, and later one per controller board. Connectors are numbered 1 to n. */
export interface Board {
  readonly state: (connectorId: number) => BoardState;
  readonly stationFault: () => Fault | null;
  /** It has no car, so of a car it cannot warn. */
  readonly stationWarning: () => Fault | null;
  /** The housing is open, or whatever its sensors call tampering; false where it has none. */
  readonly tampered: () => boolean;
  /** A command; `contactorClosed` tells whether it was obeyed. Opening is always safe and never fails. */
  readonly setContactor: (connectorId: number, closed: boolean) => void;
  /**
   * The most that the car may draw now, in ampere; with AC per phase. Takes effect within a second. Until it is called,
   * and after every power-up, the hardware's own maximum holds.
   */
  readonly setCurrentLimit: (connectorId: number, limitA: number) => void;
  /** Detachable cables only; with a fixed cable it does nothing. `locked` tells whether it was obeyed. */
  readonly setLock: (connectorId: number, locked: boolean) => void;
  /**
   * One listener for the whole board; the last one set wins, and what was on its way to the one before is dropped: listen
   * first, then read. It is called later, never before the call that caused the event has returned.
   */
  readonly listen: (listener: (event: BoardEvent) => void) => void;
}
