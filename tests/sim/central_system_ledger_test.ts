/** The books of the central system: what it takes for the same, and what it complains of (invariant I3). */
import { assertEquals } from "@std/assert";
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";
import { createCentralSystemLedger, type Leniency } from "./central_system_ledger.ts";

const strict: Leniency = { mayBeLate: () => false, isRetry: () => false, isEndOf: () => false };
const start: StartTransactionRequest = {
  connectorId: 1,
  idTag: "ALICE",
  meterStart: 0,
  timestamp: "2026-01-01T00:00:00.000Z",
};
const metered: MeterValuesRequest = {
  connectorId: 1,
  transactionId: 1,
  meterValue: [{ timestamp: "2026-01-01T00:01:00.000Z", sampledValue: [{ value: "1" }] }],
};
const stop: StopTransactionRequest = {
  transactionId: 1,
  meterStop: 9,
  timestamp: "2026-01-01T00:02:00.000Z",
};

function opened(leniency: Partial<Leniency> = {}) {
  const breaches: string[] = [];
  return { breaches, books: createCentralSystemLedger(breaches, { ...strict, ...leniency }) };
}

function check(name: string, body: () => void): void {
  Deno.test({ name: `central system's books: ${name}`, permissions: "none" }, body);
}

check("a StartTransaction that comes again is the same one, by its content (OCPP 1.6 §3.7)", () => {
  const { books } = opened();
  assertEquals(books.started({ ...start }), books.started(start));
  assertEquals(books.started({ ...start, meterStart: 1 }).transactionId, 2);
  assertEquals(books.entries.size, 2);
});

check("a StopTransaction that comes again is the same one, to the letter or where that is excused", () => {
  const shorter = { ...stop, transactionData: [] };
  const seen: unknown[] = [];
  for (const isExcused of [false, true]) {
    const { books, breaches } = opened({
      isRetry: (entry, first, again) => seen.push([entry.start, first, again]) > 0 && isExcused,
    });
    books.started(start);
    for (const one of [stop, { ...stop }, shorter]) books.stopped(one);
    assertEquals(breaches, isExcused ? [] : ["a second, different StopTransaction of 1"]);
    assertEquals(books.entryOf(1)?.stop, stop);
  }
  assertEquals(seen, [[start, stop, shorter], [start, stop, shorter]]);
});

check("what is of no transaction is a breach, and without a transactionId an orphan", () => {
  const { books, breaches } = opened();
  books.metered(metered);
  books.stopped(stop);
  books.metered({ ...metered, transactionId: -1 });
  books.stopped({ ...stop, transactionId: -1 });
  assertEquals(breaches, [
    "MeterValues of unknown transaction 1",
    "StopTransaction of unknown transaction 1",
  ]);
  assertEquals(books.orphans, [{ ...metered, transactionId: -1 }, { ...stop, transactionId: -1 }]);
});

check("MeterValues after StopTransaction are a breach, unless what was set aside is being sent again", () => {
  for (const isLate of [false, true]) {
    const { books, breaches } = opened({ mayBeLate: () => isLate });
    books.started(start);
    books.stopped(stop);
    books.metered(metered);
    assertEquals(breaches, isLate ? [] : ["MeterValues after StopTransaction of 1"]);
    assertEquals(books.meterValuesOf(1), [metered]);
  }
});

check("but for what was triggered, which a bill may have passed (decision D-turns)", () => {
  const { books, breaches } = opened();
  books.started(start);
  books.stopped(stop);
  const sampledValue = [{ value: "1", context: "Trigger" as const }];
  books.metered({ ...metered, meterValue: [{ timestamp: stop.timestamp, sampledValue }] });
  assertEquals(breaches, []);
});

check(
  "of what says -1 an entry that was told -1 has only its own end; the rest has obtained no id (errata v4.0 §3.18)",
  () => {
    const own = { ...stop, transactionId: -1 };
    const other = { ...own, meterStop: 4 };
    const { books, breaches } = opened({ isEndOf: (_, { meterStop }) => meterStop === own.meterStop });
    const entry = books.started(start);
    entry.transactionId = -1;
    for (const one of [other, own]) books.stopped(one);
    assertEquals([entry.stop, books.orphans, breaches], [own, [other], []]);
  },
);
