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
  readonly powerW?: number;
  /** AC: of each phase in use, as `voltageV` is from phase to neutral; `powerW` is of all phases together. */
  readonly currentA?: number;
  readonly voltageV?: number;
  readonly temperatureC?: number;
  readonly frequencyHz?: number;
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
