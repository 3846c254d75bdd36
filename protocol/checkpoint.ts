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

/**
 * How long more than since the last sign of life energy may have flowed: a full disk has refused those in between, or a clock has lost
 * its time.
 */
const unseenMs = 3_600_000;

/** Whether the same meter can have added so much since its last sign of life, through a connector of at most `powerMaxW`. */
export function isPossible(last: Checkpoint, reading: Register, atMs: number, powerMaxW: number): boolean {
  if (reading.meterSerialNumber !== last.meterSerialNumber) return true;
  const flowingMs = Math.max(0, atMs - last.atMs) + unseenMs;
  return reading.energyWh - last.energyWh <= (powerMaxW * flowingMs) / 3_600_000;
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
