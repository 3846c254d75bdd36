/**
 * A charging session as a central system hears it: its calls in a few words, their order, and one bill that is right.
 *
 * Law: what may come in either order (conformance/octt.md §2) is compared without one, and nothing else is.
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertMatch } from "@std/assert";
import type { MeterValuesRequest } from "../../protocol/messages/core.ts";
import type { StopReason } from "../../protocol/messages/types.ts";
import type { LedgerEntry } from "../../simulator/ledger.ts";
import type { ChargePoint, HeardCall } from "./foreign_central_system.ts";

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The action and what tells two of them apart. */
export function gist({ action, payload }: HeardCall): string {
  const { connectorId, idTag, status, errorCode, info, reason } = payload;
  const code = errorCode === "NoError" ? undefined : errorCode;
  return [action, connectorId, idTag, status, code, info, reason]
    .filter((part) => part !== undefined).join(" ");
}

/** The next calls are these. Of one list the statuses come in their order and the others in theirs, in any mixture. */
export async function assertNext(chargePoint: ChargePoint, ...wanted: (string | string[])[]): Promise<void> {
  for (const either of wanted) {
    const group = [either].flat();
    const gists = (await chargePoint.take(group.length)).map(gist);
    assertEquals(gists.toSorted(byStatus), group.toSorted(byStatus), `in this order: ${gists.join(", ")}`);
  }
}

/** Energy has come through since this was asked: two samples, of which the second says more. */
export async function energyFlows(chargePoint: ChargePoint, transactionId: number): Promise<void> {
  const before = chargePoint.calls.all.length;
  await chargePoint.calls.until(`two samples of transaction ${transactionId}`, (calls) => {
    const samples = calls.slice(before).filter(({ action, payload }) =>
      action === "MeterValues" && payload["transactionId"] === transactionId
    );
    const [first, second] = samples.map(({ payload }) =>
      registerWh(payload as unknown as MeterValuesRequest)
    );
    if (first === undefined || second === undefined) return undefined;
    assertGreater(second, first);
    return true;
  });
}

/**
 * The transaction with its fields as OCPP 1.6 has them, its samples between its ends, and nothing beside it: what was sent
 * more than once was the same each time.
 */
export function assertBilled(
  chargePoint: ChargePoint,
  transactionId: number,
  wanted: { readonly idTag: string; readonly reason: StopReason; readonly stoppedWith?: string },
): LedgerEntry {
  const entry = chargePoint.ledger.entries.find((one) => one.transactionId === transactionId);
  assert(entry !== undefined && entry.stop !== null);
  const { start, stop } = entry;
  assertEquals(start, {
    connectorId: start.connectorId,
    idTag: wanted.idTag,
    meterStart: start.meterStart,
    timestamp: start.timestamp,
  });
  assertEquals(stop, {
    transactionId,
    meterStop: stop.meterStop,
    timestamp: stop.timestamp,
    reason: wanted.reason,
    ...(wanted.stoppedWith === undefined ? {} : { idTag: wanted.stoppedWith }),
  });
  for (const { timestamp } of [start, stop]) assertMatch(timestamp, UTC);
  assertGreaterOrEqual(stop.timestamp, start.timestamp);
  let atLeastWh = start.meterStart;
  for (const sample of entry.meterValues) {
    assertGreaterOrEqual(registerWh(sample), atLeastWh);
    atLeastWh = registerWh(sample);
  }
  assertGreaterOrEqual(stop.meterStop, atLeastWh);
  assertEquals(chargePoint.ledger.strays, []);
  const distinct = (calls: readonly HeardCall[]) =>
    new Set(calls.map(({ payload }) => JSON.stringify(payload))).size;
  const starts = chargePoint.calls.all.filter(({ action }) => action === "StartTransaction");
  const stops = chargePoint.calls.all.filter(({ action, payload }) =>
    action === "StopTransaction" && payload["transactionId"] === transactionId
  );
  assertEquals([distinct(starts), distinct(stops)], [chargePoint.ledger.entries.length, 1]);
  return entry;
}

/**
 * Every Wh that went through the hardware's meter stands on one bill. Exact: the register stands still outside of a
 * transaction, so each begins where the one before it has ended.
 */
export async function assertBillsAddUp(chargePoint: ChargePoint, stateDirectory: string): Promise<void> {
  let registerWh = 0;
  for (const { start, stop } of chargePoint.ledger.entries) {
    assertEquals(start.meterStart, registerWh);
    registerWh = stop?.meterStop ?? NaN;
  }
  const physical = JSON.parse(await Deno.readTextFile(`${stateDirectory}/physical.json`));
  assertEquals(Math.floor(physical.connectors[0].registerWh), registerWh);
}

function byStatus(one: string, other: string): number {
  const isStatus = (gist: string) => Number(gist.startsWith("StatusNotification"));
  return isStatus(one) - isStatus(other);
}

function registerWh({ meterValue }: MeterValuesRequest): number {
  const [value] = meterValue[0]?.sampledValue ?? [];
  assertEquals(value?.measurand ?? "Energy.Active.Import.Register", "Energy.Active.Import.Register");
  return Number(value?.value);
}
