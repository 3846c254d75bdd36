/**
 * Since when a transaction charges, by what is durable of it: its schedules count from there (invariant I11).
 *
 * Law: time in the dark counts where a clock has told it. Where civil time was lost or set it is what the charger makes of it, and never
 * less than was durable before: no reboot brings back what was allowed (D-resume-after-cut).
 */
import type { CheckpointRecord, TransactionRecord } from "../../storage/records.ts";

export interface Charging {
  readonly localId: number;
  /** When it began, on the monotonic clock. */
  readonly begunMs: number;
  /** The same on its own clock, which the store writes its times by. */
  readonly ownBegunMs: number;
  /** Where its own clock was set to civil time last, on the monotonic clock: at its start, or where it was resumed. */
  readonly setMs: number;
  /** How long it has lasted at its last durable sign of life. */
  readonly ageMs: number;
}

/** As a durable record has it. `isTimeKnown`: civil time has been right since `before`, also in the dark. */
export function chargingBy(
  record: TransactionRecord,
  before: Charging | undefined,
  isTimeKnown: boolean,
): Charging {
  const { localId, startedMs, startedMonotonicMs: setMs } = record;
  if (before?.localId !== localId) {
    const ownBegunMs = record.begunMs ?? startedMs;
    const ageMs = startedMs - ownBegunMs;
    return { localId, begunMs: setMs - ageMs, ownBegunMs, setMs, ageMs };
  }
  if (setMs === before.setMs) return before;
  const ageMs = Math.max(before.ageMs, startedMs - before.ownBegunMs);
  return { ...before, begunMs: isTimeKnown ? before.begunMs : setMs - ageMs, setMs, ageMs };
}

/** With a durable sign of life; one of another transaction says nothing. */
export function agedBy(
  charging: Charging | undefined,
  { localId, atMs }: CheckpointRecord,
): Charging | undefined {
  if (charging?.localId !== localId) return charging;
  return { ...charging, ageMs: Math.max(charging.ageMs, atMs - charging.ownBegunMs) };
}
