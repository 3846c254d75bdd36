/**
 * The civil time port: sets what `Clock.wallMs` tells, for a charger whose own clock is wrong or was never set.
 *
 * Law: monotonic time and every timer go on as they were; only what is written on bills and logs moves.
 */

/** Two drivers: that laid over any clock (the computer's own is left alone), and the simulated clock's hand. */
export interface CivilTime {
  /** Milliseconds since 1970-01-01T00:00Z, from now on. */
  readonly set: (wallMs: number) => void;
}
