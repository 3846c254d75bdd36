/**
 * The entropy port: randomness for jitter, message ids and keys.
 *
 * Law: with the simulated driver a run is a function of its seed.
 */

/** Two drivers: the system's, and a seeded one with a separate stream per name. */
export interface Entropy {
  /** A number in [0, 1). `stream` names the user, so that one user more does not shift what the others draw. */
  readonly fraction: (stream: string) => number;

  /** A random UUID (version 4), 36 characters: the form of an OCPP message id (OCPP-J 1.6 §4.1.4). */
  readonly uuid: (stream: string) => string;
}
