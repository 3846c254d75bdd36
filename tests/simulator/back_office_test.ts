/** What the small central system answers to each action. */
import { assertEquals } from "@std/assert";
import type { Answer } from "../../protocol/answer.ts";
import { BackOffice } from "../../simulator/back_office.ts";
import type { Bill } from "../../simulator/ledger.ts";

const NOW_MS = Date.UTC(2024, 0, 31, 12);
const NOW = "2024-01-31T12:00:00.000Z";

function open(bill: (bill: Bill) => void = () => {}): BackOffice {
  return new BackOffice({
    heartbeatIntervalS: 60,
    refusedIdTags: new Map([["04ab", "Blocked"]]),
    centsPerKwh: 45,
  }, bill);
}

/** One line a case: what the charge point sends, and what it gets. */
function check(sentence: string, action: string, payload: unknown, expected: Answer): void {
  Deno.test({ name: `central system: ${sentence}`, permissions: "none" }, () => {
    assertEquals(open().answer(action, payload, NOW_MS), expected);
  });
}

function result(payload: unknown): Answer {
  return { kind: "result", payload };
}

check(
  "accepts a boot",
  "BootNotification",
  { chargePointVendor: "V", chargePointModel: "M" },
  result({ status: "Accepted", currentTime: NOW, interval: 60 }),
);
check("tells the time", "Heartbeat", {}, result({ currentTime: NOW }));
check("accepts an id", "Authorize", { idTag: "04CD" }, result({ idTagInfo: { status: "Accepted" } }));
check(
  "refuses one of its list, in any case of letters",
  "Authorize",
  { idTag: "04aB" },
  result({ idTagInfo: { status: "Blocked" } }),
);
check(
  "opens a transaction",
  "StartTransaction",
  { connectorId: 1, idTag: "04CD", meterStart: 0, timestamp: NOW },
  result({ transactionId: 1, idTagInfo: { status: "Accepted" } }),
);
check(
  "opens one for a refused id too, and says so (OCPP 1.6 §4.8)",
  "StartTransaction",
  { connectorId: 1, idTag: "04AB", meterStart: 0, timestamp: NOW },
  result({ transactionId: 1, idTagInfo: { status: "Blocked" } }),
);
check(
  "cannot refuse a stop (OCPP 1.6 §4.10)",
  "StopTransaction",
  { transactionId: 9, meterStop: 1, timestamp: NOW },
  result({}),
);
check(
  "judges who stopped",
  "StopTransaction",
  { transactionId: 9, meterStop: 1, timestamp: NOW, idTag: "04AB" },
  result({ idTagInfo: { status: "Blocked" } }),
);
check(
  "takes meter values",
  "MeterValues",
  { connectorId: 1, meterValue: [{ timestamp: NOW, sampledValue: [{ value: "1" }] }] },
  result({}),
);
check(
  "takes a status",
  "StatusNotification",
  { connectorId: 1, errorCode: "NoError", status: "Available" },
  result({}),
);
check("knows no vendor", "DataTransfer", { vendorId: "com.example" }, result({ status: "UnknownVendorId" }));
check("does not do what it asks of others", "Reset", { type: "Hard" }, {
  kind: "error",
  errorCode: "NotSupported",
  errorDescription: "",
});
check("knows no such action", "constructor", {}, {
  kind: "error",
  errorCode: "NotImplemented",
  errorDescription: "",
});

Deno.test(
  { name: "central system: what a schema refuses is refused and not booked", permissions: "none" },
  () => {
    const office = open();
    const answer = office.answer("StartTransaction", {
      connectorId: 0,
      idTag: "04CD",
      meterStart: 0,
      timestamp: NOW,
    }, NOW_MS);
    assertEquals(answer.kind === "error" && answer.errorCode, "PropertyConstraintViolation");
    assertEquals(office.ledger.entries, []);
  },
);

Deno.test({ name: "central system: a transaction is billed once, at its stop", permissions: "none" }, () => {
  const bills: Bill[] = [];
  const office = open((bill) => bills.push(bill));
  const stop = { transactionId: 1, meterStop: 2000, timestamp: NOW, idTag: "04CD" };
  office.answer("StartTransaction", { connectorId: 1, idTag: "04CD", meterStart: 0, timestamp: NOW }, NOW_MS);
  assertEquals(bills, []);
  office.answer("StopTransaction", stop, NOW_MS);
  office.answer("StopTransaction", stop, NOW_MS);
  assertEquals(bills.map(({ energyWh, amountCents }) => [energyWh, amountCents]), [[2000, 90]]);
});
