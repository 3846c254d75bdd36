/**
 * What the parts of one kernel share.
 *
 * Law: nothing here is an actor's.
 */
import type { Clock } from "../../hal/clock.ts";
import type { Fact } from "./trace.ts";

export interface Runtime {
  readonly clock: Clock;
  /** The clock of turn and stop deadlines, which are about this process and not about the world that it may be hurrying. */
  readonly patience: Clock;
  readonly trace: (fact: Fact) => void;
  /** Starts and turns whose promise has not settled, those of abandoned incarnations included. */
  turnsInFlight: number;
  /** After a power cut nothing runs any more. */
  abandoned: boolean;
}
