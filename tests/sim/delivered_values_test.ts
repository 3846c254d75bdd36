/** What was measured and what came of it, as literals: which losses are seen, and which are none (invariants I2 and I3). */
import { assertEquals } from "@std/assert";
import type { MeterValuesRequest, StopTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { begun, type Bill } from "./bill.ts";
import type { DataLimits } from "./delivered_values.ts";
import { isDataComplete, isRetry, missingMeterValues, strangeOrphan } from "./delivered_values.ts";

const once: DataLimits = { lengthMax: 200, sendings: 1 };

function valueAt(minute: number): MeterValue {
  return { timestamp: `2026-01-01T00:0${minute}:00.000Z`, sampledValue: [{ value: String(minute * 100) }] };
}

function metered(minute: number): MeterValuesRequest {
  return { connectorId: 1, meterValue: [valueAt(minute)] };
}

const stop: Omit<StopTransactionRequest, "transactionId"> = {
  meterStop: 900,
  timestamp: "2026-01-01T00:09:00.000Z",
  reason: "Local",
};

/** With the samples of minutes 1, 2 and 3. */
function billWith(parts: Partial<Bill>): Bill {
  const start = { connectorId: 1, idTag: "ALICE", meterStart: 0, timestamp: "2026-01-01T00:00:00.000Z" };
  return {
    ...begun(1, start, { startedWh: 0, startedMs: 0 }),
    stop,
    stoppedWh: 900,
    meterValues: new Map([1, 2, 3].map((minute) => [minute, metered(minute)])),
    samples: new Map([1, 2, 3].map((minute) => [minute, valueAt(minute)])),
    ...parts,
  };
}

const bill = billWith({});

/** As it comes, with the samples of these minutes. */
function stopWith(minutes: readonly number[]): StopTransactionRequest {
  return { transactionId: 7, ...stop, transactionData: minutes.map(valueAt) };
}

function check(name: string, body: () => void): void {
  Deno.test({ name: `delivered values: ${name}`, permissions: "none" }, body);
}

check("each MeterValues must have come, in its turn; one that comes twice does no harm", () => {
  const missing = (minutes: readonly number[], of = bill) => missingMeterValues(of, minutes.map(metered));
  const text = (minute: number) => JSON.stringify([1, [valueAt(minute)]]);
  assertEquals(missing([1, 2, 3]), null);
  assertEquals(missing([1, 1, 2, 2, 3]), null);
  assertEquals(missing([1, 3]), text(2));
  assertEquals(missing([1, 3, 2]), text(3));
  assertEquals(missing([]), text(1));
});

check("MeterValues of a transaction that was set aside may come late, and all must come", () => {
  const aside = billWith({ wasSetAside: true });
  assertEquals(missingMeterValues(aside, [3, 1, 2].map(metered)), null);
  assertEquals(missingMeterValues(aside, [3, 1].map(metered)), JSON.stringify([1, [valueAt(2)]]));
});

check("MeterValues that were thinned need not come, but for the first and the last of a transaction", () => {
  const missing = (thinned: readonly number[], minutes: readonly number[]) =>
    missingMeterValues(billWith({ thinned: new Set(thinned) }), minutes.map(metered));
  assertEquals(missing([2], [1, 3]), null);
  assertEquals(missing([2], [1, 2, 3]), null);
  assertEquals(missing([1], [2, 3]), JSON.stringify([1, [valueAt(1)]]));
  assertEquals(missing([3], [1, 2]), JSON.stringify([1, [valueAt(3)]]));
});

check("transactionData is all that was kept", () => {
  assertEquals(isDataComplete(bill, stopWith([1, 2, 3]), once), true);
  assertEquals(isDataComplete(bill, stopWith([1, 2]), once), false);
  assertEquals(isDataComplete(bill, stopWith([1, 3, 2]), once), false);
  assertEquals(isDataComplete(bill, stopWith([]), once), false);
  const none = billWith({ samples: new Map() });
  assertEquals(isDataComplete(none, { transactionId: 7, ...stop }, once), true);
});

check("transactionData may be thinned to what has room, and no further than it says (D-too-big)", () => {
  const many = billWith({ samples: new Map([1, 2, 3, 4, 5].map((minute) => [minute, valueAt(minute)])) });
  const four = { ...once, lengthMax: 4 };
  assertEquals(isDataComplete(many, stopWith([1, 3, 5]), four), true);
  assertEquals(isDataComplete(many, stopWith([1, 2, 3, 4, 5]), four), false);
  assertEquals(isDataComplete(many, stopWith([1, 5]), four), false);
  assertEquals(isDataComplete(many, stopWith([1, 3, 5]), once), false);
});

check(
  "a link that was lost again and again halves the data: the first and the last of it always come",
  () => {
    const long = "x".repeat(40_000);
    const samples = [1, 2, 3, 4, 5].map((minute): MeterValue => ({
      ...valueAt(minute),
      sampledValue: [{ value: long }],
    }));
    const many = billWith({ samples: new Map(samples.entries()) });
    const came = (...at: readonly number[]): StopTransactionRequest => ({
      ...stopWith([]),
      transactionData: at.map((index) => samples[index]!),
    });
    const all = came(0, 1, 2, 3, 4);
    const after = (sendings: number) => ({ ...once, sendings });
    assertEquals(isDataComplete(many, all, after(2)), true);
    // The first loss halves nothing: a third sending is the first that may have less.
    assertEquals(isDataComplete(many, came(0, 2, 4), after(2)), false);
    assertEquals(isDataComplete(many, came(0, 2, 4), after(3)), true);
    assertEquals(isDataComplete(many, came(0, 4), after(3)), false);
    assertEquals(isDataComplete(many, came(0, 4), after(4)), true);
    assertEquals(isDataComplete(many, came(0, 1, 4), after(9)), false);
    assertEquals(isRetry(many, { first: all, again: came(0, 2, 4) }, after(2)), false);
    assertEquals(isRetry(many, { first: all, again: came(0, 2, 4) }, after(3)), true);
  },
);

check("a retry may be short of the samples that the medium has damaged, and of no other", () => {
  const first = stopWith([1, 2, 3]);
  const again = stopWith([1, 3]);
  assertEquals(isRetry(bill, { first, again }, once), false);
  assertEquals(isRetry(billWith({ damagedSamples: new Set([2]) }), { first, again }, once), true);
  assertEquals(isRetry(billWith({ damagedSamples: new Set([3]) }), { first, again }, once), false);
  // As many as there are, one after the other; what was damaged first stays away.
  const both = billWith({ damagedSamples: new Set([2, 1]) });
  assertEquals(isRetry(both, { first, again: stopWith([3]) }, once), true);
  assertEquals(isRetry(both, { first, again: stopWith([2, 3]) }, once), false);
});

check("nothing else of a retry may differ", () => {
  const first = stopWith([1, 2, 3]);
  assertEquals(isRetry(bill, { first, again: first }, once), true);
  for (const other of [{ meterStop: 901 }, { reason: "Remote" as const }, { transactionId: 8 }]) {
    assertEquals(isRetry(bill, { first, again: { ...first, ...other } }, once), false);
  }
});

check("what came without a transactionId is of some transaction", () => {
  const bare = { ...stop, transactionId: -1 };
  assertEquals(strangeOrphan([bill], []), null);
  assertEquals(strangeOrphan([bill], [metered(2), { ...bare, transactionData: [valueAt(1)] }]), null);
  assertEquals(strangeOrphan([bill], [metered(2), metered(4)]), JSON.stringify([1, [valueAt(4)]]));
  assertEquals(
    strangeOrphan([bill], [{ ...bare, meterStop: 901 }]),
    JSON.stringify({ ...stop, meterStop: 901 }),
  );
  assertEquals(strangeOrphan([billWith({ stop: null })], [bare]), JSON.stringify(stop));
});
