/**
 * What a running transaction is known by from moment to moment, and what a power cut leaves of it (spec/behaviour.md §18).
 *
 * Law: a transaction is billed by one meter, its register never falls, and its time is that of the last sign of life. What
 * a reading cannot add to is ended by what was known before.
 */

/** A meter's register, in Wh, and whose it is: another meter's begins elsewhere. */
export interface Register {
  readonly energyWh: number;
  readonly meterSerialNumber: string;
}

/** A sign of life: the register and the transaction's own time at one moment. */
export interface Checkpoint extends Register {
  /** The charger's own number of the transaction; a checkpoint of another one says nothing. */
  readonly localId: number;
  readonly atMs: number;
}

/** A transaction's beginning, which is its first sign of life. */
export interface Beginning {
  readonly localId: number;
  readonly meterStartWh: number;
  readonly startedMs: number;
  readonly meterSerialNumber: string;
}

/** How a transaction ends that was found after a power cut. */
export interface Closing {
  readonly energyWh: number;
  readonly atMs: number;
}

/** The last sign of life there is. */
export function lastKnown(beginning: Beginning, checkpoint: Checkpoint | null): Checkpoint {
  if (checkpoint?.localId === beginning.localId) return checkpoint;
  const { localId, meterStartWh, startedMs, meterSerialNumber } = beginning;
  return { localId, energyWh: meterStartWh, atMs: startedMs, meterSerialNumber };
}

/** A register survives power: it counts where the same meter tells no less than it has told before. */
export function counts(last: Register, reading: Register): boolean {
  return reading.meterSerialNumber === last.meterSerialNumber && reading.energyWh >= last.energyWh;
}

/** What is known of the time in which energy may have flowed since a register counted last. */
export type Since =
  /** Whoever asks has read it, so long ago. */
  | { readonly kind: "read"; readonly ms: number }
  /** It was found in the store; null where no clock tells how long the transaction may have gone on since. */
  | { readonly kind: "found"; readonly ms: number | null };

/** A bus may be disturbed, and the register tells afterwards what has flowed meanwhile; beyond it nobody may measure it any more. */
export const unmeasuredMsMax = 300_000;
/** What a meter's steps and a slow bus make of a moment. */
const slackMs = 60_000;
/** What was found may be older than it says: a sign of life is of the time alone while a meter fails, and a clock may be wrong. */
const unseenMs = 3_600_000;
/** No car charges so long, whatever a clock says. */
const foundMsMax = 7 * 86_400_000;

/** Whether the same meter can have added so much since then, through a connector of at most `powerMaxW`. */
export function isPossible(last: Register, reading: Register, since: Since, powerMaxW: number): boolean {
  if (reading.meterSerialNumber !== last.meterSerialNumber) return true;
  return reading.energyWh - last.energyWh <= (powerMaxW * flowingMsMax(since)) / 3_600_000;
}

/**
 * Whether a reading tells that the meter still measures what flows. A register that has fallen by no more than can flow while one
 * waits for a reading catches up; what it tells less of is on nobody's bill.
 */
export function isMeasured(last: Register, reading: Register, powerMaxW: number): boolean {
  return reading.meterSerialNumber === last.meterSerialNumber &&
    reading.energyWh >= last.energyWh - (powerMaxW * unmeasuredMsMax) / 3_600_000;
}

function flowingMsMax({ kind, ms }: Since): number {
  switch (kind) {
    case "read":
      return Math.max(0, ms) + slackMs;
    case "found":
      return Math.min(Math.max(0, ms ?? foundMsMax), foundMsMax) + unseenMs;
  }
}

/** Null is a meter that does not answer. */
export function closing(
  beginning: Beginning,
  checkpoint: Checkpoint | null,
  reading: Register | null,
): Closing {
  const last = lastKnown(beginning, checkpoint);
  const energyWh = reading !== null && counts(last, reading) ? reading.energyWh : last.energyWh;
  return { energyWh, atMs: last.atMs };
}
