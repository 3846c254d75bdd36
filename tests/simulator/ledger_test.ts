/** The books of the small central system. */
import { assertEquals } from "@std/assert";
import type { MeterValuesRequest, StopTransactionRequest } from "../../protocol/messages/core.ts";
import { billOf, Ledger } from "../../simulator/ledger.ts";

const START = { connectorId: 1, idTag: "04AB", meterStart: 1000, timestamp: "2024-01-31T12:00:00.000Z" };
const LATER = { ...START, meterStart: 5200, timestamp: "2024-01-31T14:00:00.000Z" };
const STOP: StopTransactionRequest = { transactionId: 1, meterStop: 5123, timestamp: "2024-01-31T13:00:00Z" };

function meterValues(transactionId: number, minute: number): MeterValuesRequest {
  const timestamp = `2024-01-31T12:0${minute}:00Z`;
  return { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue: [{ value: "1" }] }] };
}

Deno.test({ name: "transaction ids rise from 1", permissions: "none" }, () => {
  const ledger = new Ledger();
  assertEquals([START, LATER].map((start) => ledger.start(start).transactionId), [1, 2]);
});

Deno.test({
  name: "a start that is sent again opens no second transaction (OCPP 1.6 §3.7.1)",
  permissions: "none",
}, () => {
  const ledger = new Ledger();
  assertEquals([START, LATER, { ...START }].map((start) => ledger.start(start).transactionId), [1, 2, 1]);
  assertEquals(ledger.entries.length, 2);
});

Deno.test(
  { name: "meter values and stop go to their transaction, each of them once", permissions: "none" },
  () => {
    const ledger = new Ledger();
    ledger.start(START);
    ledger.start(LATER);
    ledger.meterValues(meterValues(1, 1));
    ledger.meterValues(meterValues(2, 1));
    ledger.meterValues(meterValues(1, 2));
    ledger.meterValues(meterValues(1, 1));
    assertEquals(ledger.stop(STOP)?.transactionId, 1);
    assertEquals(ledger.stop({ ...STOP, meterStop: 9999 }), null);
    assertEquals(ledger.entries, [
      { transactionId: 1, start: START, meterValues: [meterValues(1, 1), meterValues(1, 2)], stop: STOP },
      { transactionId: 2, start: LATER, meterValues: [meterValues(2, 1)], stop: null },
    ]);
    assertEquals(ledger.strays, []);
  },
);

Deno.test({
  name: "what belongs to no transaction is a stray; a sample without an id is none",
  permissions: "none",
}, () => {
  const ledger = new Ledger();
  const clockAligned: MeterValuesRequest = { connectorId: 1, meterValue: meterValues(1, 1).meterValue };
  const lost = { ...STOP, transactionId: -1 };
  ledger.meterValues(clockAligned);
  ledger.meterValues(meterValues(7, 1));
  assertEquals(ledger.stop(lost), null);
  assertEquals(ledger.strays, [meterValues(7, 1), lost]);
});

Deno.test({ name: "the bill is energy, time and price", permissions: "none" }, () => {
  const ledger = new Ledger();
  const open = ledger.start(START);
  assertEquals(billOf(open, 45), null);
  const closed = ledger.stop(STOP);
  assertEquals(closed && billOf(closed, 45), {
    transactionId: 1,
    connectorId: 1,
    idTag: "04AB",
    energyWh: 4123,
    durationMs: 3_600_000,
    reason: "Local",
    // 4.123 kWh at 45 ct are 185.535 ct.
    amountCents: 186,
  });
  assertEquals(closed && billOf({ ...closed, stop: { ...STOP, reason: "EVDisconnected" } }, 0), {
    transactionId: 1,
    connectorId: 1,
    idTag: "04AB",
    energyWh: 4123,
    durationMs: 3_600_000,
    reason: "EVDisconnected",
    amountCents: 0,
  });
});
