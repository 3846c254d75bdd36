/**
 * The clock port: the one place where time comes from, and what wakes a sleeping actor.
 *
 * Law: nothing else in the house knows what time it is. Pure code takes time as an argument.
 */

/** Cancels what was asked for; harmless when it has already happened. */
export type Cancel = () => void;

/** Two drivers: the system's clock, and the simulated one that a test turns by hand. */
export interface Clock {
  /** Milliseconds that never run backwards; their zero means nothing. For intervals and time-outs. */
  readonly monotonicMs: () => number;

  /**
   * Milliseconds since 1970-01-01T00:00Z. Civil time: it may step in either direction, and a charger's does so only where it is set
   * (`civil_time.ts`), so that all who live by it are told. For time stamps, and what was agreed on in civil time.
   */
  readonly wallMs: () => number;

  /**
   * Calls once, after at least `delayMs`. Any finite delay is honoured, even beyond the 2^31 ms at which a bare
   * `setTimeout` fires at once; a negative or NaN delay counts as 0, an infinite one never comes. Calls with the same
   * delay, asked for together, keep their order.
   */
  readonly after: (delayMs: number, call: () => void) => Cancel;

  /** Calls as soon as what runs now has returned, before any timer. Not promised: an order among such calls. */
  readonly soon: (call: () => void) => void;
}
