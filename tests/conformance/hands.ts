/**
 * The person beside the charge point in the lab: plugs, swipes, breaks things, and looks at what it shows.
 *
 * Law: a case acts on the charge point through this and the wire, and nothing else, so that it can be run against any.
 * What was asked has been done when the promise resolves; what the charge point makes of it is seen on the wire.
 */

/** The end of the cable that the hand is at; a fixed cable has only the car's. */
export type Side = "both" | "ev" | "station";

export interface Hands {
  readonly plug: (connectorId: number, side?: Side) => Promise<void>;
  readonly unplug: (connectorId: number, side?: Side) => Promise<void>;
  /** At the reader that serves the connector. */
  readonly swipe: (idTag: string, connectorId: number) => Promise<void>;
  /** Connector 0 is the whole station. */
  readonly fault: (connectorId: number) => Promise<void>;
  readonly clearFault: (connectorId: number) => Promise<void>;
  /** From now on the lock neither closes nor opens. */
  readonly jamLock: (connectorId: number) => Promise<void>;
  /** Mains is gone; a station with backup power lives on for a while, and knows. */
  readonly powerFails: () => Promise<void>;
  /** All power is gone. */
  readonly powerCut: () => Promise<void>;
  readonly powerOn: () => Promise<void>;
  readonly networkDown: () => Promise<void>;
  readonly networkUp: () => Promise<void>;
  /** Whether the charge point's storage takes nothing. */
  readonly storageFails: (fails: boolean) => Promise<void>;
  /** Looks at the charge point until it shows that the connector gives energy, or that it does not. */
  readonly seesCharging: (connectorId: number, charging: boolean) => Promise<void>;
  /** Looks at the charge point until it shows that no transaction message waits: each was answered, and that is kept. */
  readonly seesDelivered: () => Promise<void>;
}
