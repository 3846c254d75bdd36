/**
 * What the parts of one kernel share.
 *
 * Law: nothing here is an actor's.
 */
import type { Clock } from "../../hal/clock.ts";
import type { Fact } from "./trace.ts";

export interface Runtime {
  /** What its calls throw, and those of `patience`, is `broken`'s. */
  readonly clock: Clock;
  /** The clock of turn and stop deadlines, which are about this process and not about the world that it may be hurrying. */
  readonly patience: Clock;
  /** Never throws. */
  readonly trace: (fact: Fact) => void;
  /** The kernel itself has thrown this, outside of any turn. */
  readonly broken: (thrown: unknown) => void;
  /** Starts and turns whose promise has not settled, those of abandoned incarnations included. */
  turnsInFlight: number;
  /** After a power cut nothing runs any more. */
  abandoned: boolean;
}
