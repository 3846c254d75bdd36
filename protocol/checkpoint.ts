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
  /** The transaction's own time when the register rose last, or was read first. */
  readonly risenMs: number;
}

/** A transaction's beginning, which is its first sign of life. */
export interface Beginning {
  readonly localId: number;
  readonly meterStartWh: number;
  readonly startedMs: number;
  /** Where it was resumed since, and `startedMs` is of then. */
  readonly begunMs?: number;
  readonly meterSerialNumber: string;
}

/** How a transaction ends that was found after a power cut. */
export interface Closing {
  readonly energyWh: number;
  readonly atMs: number;
}

/** The last sign of life there is; to be resumed is one. */
export function lastKnown(beginning: Beginning, checkpoint: Checkpoint | null): Checkpoint {
  const { localId, meterStartWh, startedMs, begunMs = startedMs, meterSerialNumber } = beginning;
  if (checkpoint?.localId === localId) {
    return { ...checkpoint, atMs: Math.max(checkpoint.atMs, startedMs) };
  }
  return { localId, energyWh: meterStartWh, atMs: startedMs, risenMs: begunMs, meterSerialNumber };
}

/** A register survives power: it counts where the same meter tells no less than it has told before. */
export function counts(last: Register, reading: Register): boolean {
  return reading.meterSerialNumber === last.meterSerialNumber && reading.energyWh >= last.energyWh;
}

/** The sign of life that a reading is. */
export function seen(last: Checkpoint, reading: Register, atMs: number): Checkpoint {
  const hasRisen = counts(last, reading) && reading.energyWh > last.energyWh;
  return hasRisen ? { ...last, energyWh: reading.energyWh, atMs, risenMs: atMs } : { ...last, atMs };
}

/**
 * What is known of the time in which energy may have flowed that a register does not tell yet: since it rose last, or was read first.
 * Since it was read last would be too short: a meter that counts in coarse steps, or a gateway that serves what it has read minutes
 * ago, tells the same for long while energy flows.
 */
export type Since =
  /** Whoever asks has read its own meter. */
  | { readonly kind: "read"; readonly ms: number }
  /** It was found in the store; null where no clock tells how long the transaction may have gone on since. */
  | { readonly kind: "found"; readonly ms: number | null };

/** A bus may be disturbed, and the register tells afterwards what has flowed meanwhile; beyond it nobody may measure it any more. */
export const unmeasuredMsMax = 300_000;
/** What a slow bus makes of a moment. */
const slackMs = 60_000;
/** Of the meters that count in steps too coarse for that: an impulse is a step of up to a whole kWh. */
const impulsesPerKwh = [1, 2, 4, 5, 8, 10];
/** What was found may be older than it says: a sign of life is of the time alone while a meter fails, and a clock may be wrong. */
const unseenMs = 3_600_000;
/** No car charges so long, whatever a clock says. */
const sinceMsMax = 7 * 86_400_000;

/** Whether the same meter can have added so much since then (decision D-last-rise), through a connector of at most `powerMaxW`. */
export function isPossible(last: Register, reading: Register, since: Since, powerMaxW: number): boolean {
  if (reading.meterSerialNumber !== last.meterSerialNumber) return true;
  const flowedWhMax = (powerMaxW * flowingMsMax(since)) / 3_600_000;
  return reading.energyWh - last.energyWh <= flowedWhMax + stepWh(last, reading);
}

/**
 * The coarsest step of which both registers can be made; 0 where that is none. The first rise may come at any moment: how far the meter
 * was from it when it was read first nobody knows. A finer register has such two values once in thousands of readings.
 */
function stepWh(...registers: readonly Register[]): number {
  const steps = impulsesPerKwh.map((impulses) => 1_000 / impulses);
  return steps.find((step) => registers.every(({ energyWh }) => Math.round(energyWh) % step === 0)) ?? 0;
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
  const sinceMs = Math.min(Math.max(0, ms ?? sinceMsMax), sinceMsMax);
  switch (kind) {
    case "read":
      return sinceMs + slackMs;
    case "found":
      return sinceMs + unseenMs;
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
