/**
 * The power port: the signal that mains power is failing, which comes while the hold-up capacitors still feed the board.
 *
 * Law: after `Failing` the station has its profile's hold-up time to finish what it must; nothing more is promised.
 */

export interface PowerChanged {
  readonly kind: "PowerChanged";
  readonly supply: "on" | "failing";
}

/** Two drivers: the simulated one, and later the controller board's. */
export interface Power {
  readonly supply: () => "on" | "failing";
  /** The last listener set wins. */
  readonly listen: (listener: (event: PowerChanged) => void) => void;
}
