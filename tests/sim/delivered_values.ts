/**
 * What was measured in a transaction, and whether all of it has come: each MeterValues, and StopTransaction's transactionData
 * (invariant I2).
 *
 * Law: MeterValues may come twice, and those that were set aside may come late; none may be missing. (A queue is thinned from
 * 20,000 messages on: no seed's outage lasts so long.) Of transactionData only what has no room in the frame may be missing.
 */
import type { MeterValuesRequest, StopTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { TransactionData, transactionDataRoom } from "../../protocol/transaction_data.ts";
import type { Bill } from "./bill.ts";

/** From 255 KiB down to less than one sample has. */
const lossesMax = 16;

/** The first MeterValues of a bill that is not among those that came under its transactionId, or not in its turn; null when all came. */
export function missingMeterValues(bill: Bill, came: readonly MeterValuesRequest[]): string | null {
  const texts = came.map(meterText);
  let from = 0;
  for (const wanted of bill.meterValues.values()) {
    const text = meterText(wanted);
    const at = texts.indexOf(text, bill.wasSetAside ? 0 : from);
    if (at < 0) return text;
    from = at + 1;
  }
  return null;
}

/** Whether a StopTransaction carries what was kept for it: all, or what some number of lost links has left room for. */
export function isDataComplete(bill: Bill, stop: StopTransactionRequest, lengthMax: number): boolean {
  const came = JSON.stringify(stop.transactionData ?? []);
  for (let losses = 0; losses <= lossesMax; losses++) {
    const data = new TransactionData({ lengthMax, bytesMax: transactionDataRoom(losses) });
    for (const value of bill.samples.values()) data.add(value);
    if (JSON.stringify(data.values()) === came) return true;
  }
  return false;
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

function meterText(request: { readonly connectorId: number; readonly meterValue: readonly MeterValue[] }) {
  return JSON.stringify([request.connectorId, request.meterValue]);
}

function orphanText(orphan: MeterValuesRequest | StopTransactionRequest): string {
  if ("meterValue" in orphan) return meterText(orphan);
  const { transactionId: _, transactionData: __, ...stop } = orphan;
  return JSON.stringify(stop);
}
