/**
 * How long things take in the simulated world.
 *
 * Law: drawn from the seed where chance is wanted, given where moments are to be exact.
 */
import type { Entropy } from "../../hal/entropy.ts";
import type { Operation } from "../../storage/drivers/memory_schedule.ts";

/** How long things take in this world. */
export interface Pace {
  /** One way, drawn evenly. */
  readonly networkMs: { readonly min: number; readonly max: number };
  /** From a CALL at the central system to its answer. */
  readonly answerMs: () => number;
  readonly diskMs: (operation: Operation) => number;
  readonly meterMs: number;
}

export function drawnPace(entropy: Entropy): Pace {
  return {
    networkMs: { min: 5, max: 200 },
    answerMs: () => entropy.fraction("csms") * 200,
    diskMs: () => 0.2 + entropy.fraction("disk") * 3,
    meterMs: 40,
  };
}
