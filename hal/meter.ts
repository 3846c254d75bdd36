/**
 * The meter port: one energy meter a connector, on a bus that is shared and may hang.
 *
 * Law: the register is the meter's own, absolute, never falls, and survives a power cut, as the serial number does by which
 * the meter is known again (OCPP 1.6 errata v4.0 §3.9).
 */

/** One reading. Only the register and whose it is are promised; a station measures what its profile lists. */
export interface Reading {
  /** Energy.Active.Import.Register, in Wh, absolute. Some meters tell fractions; who needs whole Wh rounds down. */
  readonly energyWh: number;
  /** The meter's own: another one means that the meter was exchanged, and that its register begins elsewhere. */
  readonly meterSerialNumber: string;
  /** Of all phases together. */
  readonly powerW?: number;
  /** DC alone, as `voltageV`: with AC each phase has its own. */
  readonly currentA?: number;
  readonly voltageV?: number;
  /**
   * AC: of each phase that is wired, L1 first, by the numbers at the meter's own terminals (ConnectorPhaseRotation says which
   * of the grid's that is). Not promised: that they were measured at one instant, nor that their powers add up to `powerW`.
   */
  readonly phases?: readonly PhaseReading[];
  readonly temperatureC?: number;
  readonly frequencyHz?: number;
}

/** One phase of AC. */
export interface PhaseReading {
  readonly powerW?: number;
  readonly currentA?: number;
  /** To the neutral conductor. */
  readonly voltageV?: number;
}

export type MeterOutcome =
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "failed"; readonly error: string };

/** Two drivers: the simulated one, and later one per meter's protocol. */
export interface Meter {
  /**
   * Reads connector `connectorId` (1 to n) and calls `done` later, at most once, and never before it has returned.
   * Not promised: that it calls at all (a serial line may hang), nor that two reads answer in order.
   */
  readonly read: (connectorId: number, done: (outcome: MeterOutcome) => void) => void;
}
