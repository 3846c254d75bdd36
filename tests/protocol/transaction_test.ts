/** A transaction's own messages (OCPP 1.6 §3.7, §4.7, §4.8, §4.10; spec/behaviour.md §3, §6). */
import { assertEquals } from "@std/assert";
import type { Stop } from "../../protocol/connector_facts.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { TransactionCall, TransactionMessage } from "../../protocol/transaction.ts";
import {
  sampleMessage,
  startMessage,
  stopMessage,
  transactionCall,
  transactionIdNotObtained,
  transactionTimeMs,
  wholeWh,
} from "../../protocol/transaction.ts";

const startedAtMs = Date.parse("2026-03-01T12:00:00Z");
const stoppedAtMs = Date.parse("2026-03-01T13:00:00.5Z");
const value: MeterValue = {
  timestamp: "2026-03-01T12:01:00.000Z",
  sampledValue: [{ value: "1234", context: "Sample.Periodic", unit: "Wh" }],
};

const start = startMessage(17, { connectorId: 2, idTag: "Driver", energyWh: 1_234.9, atMs: startedAtMs });
const sample = sampleMessage(17, 2, value);

function stop(how: Stop, energyWh: number): TransactionMessage {
  return stopMessage(17, { stop: how, meterStartWh: 1_234, energyWh, atMs: stoppedAtMs });
}

function checkMade(sentence: string, message: TransactionMessage, expected: TransactionMessage): void {
  Deno.test({ name: `transaction message: ${sentence}`, permissions: "none" }, () => {
    assertEquals(message, expected);
  });
}

checkMade("§4.8: StartTransaction says who, where, when, and the register in whole Wh", start, {
  action: "StartTransaction",
  localId: 17,
  payload: { connectorId: 2, idTag: "Driver", meterStart: 1_234, timestamp: "2026-03-01T12:00:00.000Z" },
});
checkMade("§4.7: MeterValues says one sample of its connector", sample, {
  action: "MeterValues",
  localId: 17,
  payload: { connectorId: 2, meterValue: [value] },
});
checkMade("§4.10: StopTransaction says why, when, and the register", stop({ reason: "Remote" }, 5_678.9), {
  action: "StopTransaction",
  localId: 17,
  payload: { meterStop: 5_678, timestamp: "2026-03-01T13:00:00.500Z", reason: "Remote" },
});
checkMade("TC_069: and who, where a tag stopped it", stop({ reason: "Local", idTag: "FRIEND" }, 5_678), {
  action: "StopTransaction",
  localId: 17,
  payload: { idTag: "FRIEND", meterStop: 5_678, timestamp: "2026-03-01T13:00:00.500Z", reason: "Local" },
});
checkMade("§6: meterStop is never below meterStart", stop({ reason: "PowerLoss" }, 1_000), {
  action: "StopTransaction",
  localId: 17,
  payload: { meterStop: 1_234, timestamp: "2026-03-01T13:00:00.500Z", reason: "PowerLoss" },
});
checkMade("a transaction may take no energy at all", stop({ reason: "Local" }, 1_234.99), {
  action: "StopTransaction",
  localId: 17,
  payload: { meterStop: 1_234, timestamp: "2026-03-01T13:00:00.500Z", reason: "Local" },
});

Deno.test({ name: "whole Wh: what was not drawn in full is not billed", permissions: "none" }, () => {
  assertEquals([0, 0.999, 1, 1_234.5].map(wholeWh), [0, 0, 1, 1_234]);
});

function checkCall(sentence: string, call: TransactionCall, expected: TransactionCall): void {
  Deno.test(
    { name: `transaction CALL: ${sentence}`, permissions: "none" },
    () => assertEquals(call, expected),
  );
}

checkCall("StartTransaction needs no transactionId", transactionCall(start, 7), {
  action: "StartTransaction",
  payload: { connectorId: 2, idTag: "Driver", meterStart: 1_234, timestamp: "2026-03-01T12:00:00.000Z" },
});
checkCall("§3: MeterValues is given it when it is sent", transactionCall(sample, 7), {
  action: "MeterValues",
  payload: { connectorId: 2, transactionId: 7, meterValue: [value] },
});
checkCall("§3: StopTransaction too", transactionCall(stop({ reason: "Local" }, 2_000), 7), {
  action: "StopTransaction",
  payload: { transactionId: 7, meterStop: 2_000, timestamp: "2026-03-01T13:00:00.500Z", reason: "Local" },
});
checkCall(
  "§4.10: it carries the meter values that were kept for it",
  transactionCall(stop({ reason: "Local" }, 2_000), 7, [value, value]),
  {
    action: "StopTransaction",
    payload: {
      transactionId: 7,
      meterStop: 2_000,
      timestamp: "2026-03-01T13:00:00.500Z",
      reason: "Local",
      transactionData: [value, value],
    },
  },
);
checkCall(
  "§4.10: with both StopTxn lists empty there is no transactionData",
  transactionCall(stop({ reason: "Local" }, 2_000), 7, []),
  {
    action: "StopTransaction",
    payload: {
      transactionId: 7,
      meterStop: 2_000,
      timestamp: "2026-03-01T13:00:00.500Z",
      reason: "Local",
    },
  },
);
checkCall("transactionData is StopTransaction's alone", transactionCall(sample, 7, [value]), {
  action: "MeterValues",
  payload: { connectorId: 2, transactionId: 7, meterValue: [value] },
});
checkCall(
  "errata v4.0 §3.18: it is -1 when StartTransaction was given up",
  transactionCall(sample, transactionIdNotObtained),
  { action: "MeterValues", payload: { connectorId: 2, transactionId: -1, meterValue: [value] } },
);
checkCall("0 is an id like any other", transactionCall(sample, 0), {
  action: "MeterValues",
  payload: { connectorId: 2, transactionId: 0, meterValue: [value] },
});

for (const message of [start, sample, stop({ reason: "Local", idTag: "Driver" }, 5_678)]) {
  Deno.test(
    { name: `§3: a retry of ${message.action} says the same, but for the id`, permissions: "none" },
    () => {
      const before = JSON.stringify(message);
      const payloads = [7, 8].map((id) => ({
        ...transactionCall(message, id).payload,
        transactionId: "any",
      }));
      assertEquals(payloads[0], payloads[1]);
      assertEquals(transactionCall(message, 7), transactionCall(message, 7));
      assertEquals(JSON.stringify(message), before);
    },
  );
}

const began = { startedMs: startedAtMs, startedMonotonicMs: 40_000 };

function checkTime(sentence: string, monotonicMs: readonly number[], expected: readonly string[]): void {
  Deno.test({ name: `transaction time: §17: ${sentence}`, permissions: "none" }, () => {
    const told = monotonicMs.map((ms) => new Date(transactionTimeMs(began, ms)).toISOString());
    assertEquals(told, expected);
  });
}

checkTime("it is civil time at the start, and goes on by the time that has passed", [
  40_000,
  40_250,
  3_640_000,
], [
  "2026-03-01T12:00:00.000Z",
  "2026-03-01T12:00:00.250Z",
  "2026-03-01T13:00:00.000Z",
]);
checkTime("nothing in a transaction is before its start", [39_999, 0], [
  "2026-03-01T12:00:00.000Z",
  "2026-03-01T12:00:00.000Z",
]);
