/**
 * What was measured in a transaction, and whether all of it has come: each MeterValues, and StopTransaction's transactionData
 * (invariant I2).
 *
 * Law: MeterValues may come twice, and those that were set aside may come late; none may be missing but those that were thinned, and
 * of a transaction neither the first nor the last. Of transactionData only what has no room in the frame may be missing
 * (decision D-too-big), and the records that the medium has damaged.
 */
import type { MeterValuesRequest, StopTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { TransactionData, transactionDataRoom } from "../../protocol/transaction_data.ts";
import type { Bill } from "./bill.ts";

/** What may cut transactionData short. */
export interface DataLimits {
  /** StopTransactionMaxMeterValues. */
  readonly lengthMax: number;
  /** How often its StopTransaction has been sent: the link cannot have been lost more often with it under way. */
  readonly sendings: number;
}

/** The first MeterValues of a bill that is not among those that came under its transactionId, or not in its turn; null when all came. */
export function missingMeterValues(bill: Bill, came: readonly MeterValuesRequest[]): string | null {
  const texts = came.map(meterText);
  let from = 0;
  const sequences = [...bill.meterValues.keys()];
  const ends = [sequences[0], sequences.at(-1)];
  for (const [sequence, wanted] of bill.meterValues) {
    if (bill.thinned.has(sequence) && !ends.includes(sequence)) continue;
    const text = meterText(wanted);
    const at = texts.indexOf(text, bill.wasSetAside ? 0 : from);
    if (at < 0) return text;
    from = at + 1;
  }
  return null;
}

/**
 * Whether a StopTransaction carries what was kept for it: all that could be read by then, or what some number of lost links has
 * left room for.
 */
export function isDataComplete(bill: Bill, stop: StopTransactionRequest, limits: DataLimits): boolean {
  const { lengthMax, sendings } = limits;
  const came = JSON.stringify(stop.transactionData ?? []);
  return readableSamples(bill).some((samples) => {
    for (let losses = 0; losses < Math.max(1, sendings); losses++) {
      const data = new TransactionData({ lengthMax, bytesMax: transactionDataRoom(losses) });
      for (const value of samples) data.add(value);
      if (JSON.stringify(data.values()) === came) return true;
    }
    return false;
  });
}

/** Whether a StopTransaction is another sending of one that came before: nothing of it may differ but how much data it carries. */
export function isRetry(
  bill: Bill,
  { first, again }: { readonly first: StopTransactionRequest; readonly again: StopTransactionRequest },
  limits: DataLimits,
): boolean {
  const { transactionData: _, ...before } = first;
  const { transactionData: __, ...after } = again;
  return JSON.stringify(before) === JSON.stringify(after) && isDataComplete(bill, again, limits);
}

/** What came without a transactionId and is of none of these bills; null when there is no such thing. */
export function strangeOrphan(
  bills: readonly Bill[],
  orphans: readonly (MeterValuesRequest | StopTransactionRequest)[],
): string | null {
  const known = new Set(bills.flatMap(({ meterValues, stop }) => [
    ...[...meterValues.values()].map(meterText),
    ...(stop === null ? [] : [JSON.stringify(stop)]),
  ]));
  return orphans.map(orphanText).find((text) => !known.has(text)) ?? null;
}

/** All of them, then one less with each that was damaged. */
function readableSamples({ samples, damagedSamples }: Bill): readonly (readonly MeterValue[])[] {
  const damaged = [...damagedSamples];
  return [samples.size, ...damaged].map((_, count) =>
    [...samples].filter(([sequence]) => !damaged.slice(0, count).includes(sequence)).map(([, value]) => value)
  );
}

function meterText(request: { readonly connectorId: number; readonly meterValue: readonly MeterValue[] }) {
  return JSON.stringify([request.connectorId, request.meterValue]);
}

function orphanText(orphan: MeterValuesRequest | StopTransactionRequest): string {
  if ("meterValue" in orphan) return meterText(orphan);
  const { transactionId: _, transactionData: __, ...stop } = orphan;
  return JSON.stringify(stop);
}
