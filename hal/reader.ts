/**
 * The reader port: where a driver presents an identification (RFID card, start button, app on the station's screen).
 *
 * Law: it identifies, it does not authorise.
 */

export interface Presented {
  readonly kind: "Presented";
  /** As read: 1 to 20 printable characters (CiString20); an RFID UID as hexadecimal, byte 0 first. */
  readonly idTag: string;
  /** Known where each connector has a reader of its own; absent for the one reader of a station. */
  readonly connectorId?: number;
}

/** Two drivers: the simulated one, and later one per reader. */
export interface Reader {
  /** The last listener set wins. */
  readonly listen: (listener: (event: Presented) => void) => void;
}
