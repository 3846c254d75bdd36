/** What StopTransaction carries of a transaction's meter values (OCPP 1.6 §4.10, §9.1.33; errata v4.0 §3.14; decision D-too-big). */
import { assert, assertEquals } from "@std/assert";
import { formatCall } from "../../protocol/frame.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { stopMessage, transactionCall } from "../../protocol/transaction.ts";
import {
  TransactionData,
  transactionDataBytesMax,
  transactionDataRoom,
} from "../../protocol/transaction_data.ts";

/** The `at`-th, `bytes` long with its comma. */
function sample(at: number, bytes: number): MeterValue {
  const bare: MeterValue = { timestamp: "2026-03-01T12:01:00.000Z", sampledValue: [{ value: String(at) }] };
  const unit = "x".repeat(Math.max(0, bytes - 1 - JSON.stringify({ ...bare, location: "" }).length));
  return { ...bare, location: unit } as unknown as MeterValue;
}

/** Which of so many samples are left. */
function left(length: number, lengthMax: number, bytesMax = Infinity, bytesEach = 0): readonly number[] {
  const data = new TransactionData({ lengthMax, bytesMax });
  for (let at = 0; at < length; at++) data.add(sample(at, bytesEach));
  return data.values().map(({ sampledValue: [value] }) => Number(value?.value));
}

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `transactionData: errata v4.0 §3.14: ${sentence}`, permissions: "none" }, body);
}

function checkLength(sentence: string, length: number, lengthMax: number, expected: readonly number[]): void {
  check(sentence, () => assertEquals(left(length, lengthMax), expected));
}

checkLength("what fits stays as it is", 5, 5, [0, 1, 2, 3, 4]);
checkLength("every other goes, of an odd number", 5, 4, [0, 2, 4]);
checkLength("every other goes, of an even number, and the last stays", 6, 5, [0, 2, 4, 5]);
checkLength("and again until it fits", 10, 4, [0, 4, 8, 9]);
checkLength("at most 3 of 4", 4, 3, [0, 2, 3]);
checkLength("at most 3 of 11", 11, 3, [0, 8, 10]);
checkLength("at most 2: the beginning and the end", 8, 2, [0, 7]);
checkLength("at most 2 of 3", 3, 2, [0, 2]);
checkLength("fewer than 2 are 2 nevertheless: those are never dropped", 7, 0, [0, 6]);
checkLength("one alone", 1, 2, [0]);
checkLength("none", 0, 2, []);

check("of any number, at most so many, in order, with the first and the last", () => {
  for (let length = 2; length <= 130; length++) {
    for (const lengthMax of [2, 3, 4, 7, 16, 100]) {
      const kept = left(length, lengthMax);
      assertEquals([kept.at(0), kept.at(-1)], [0, length - 1]);
      assert(kept.length <= lengthMax, `${length} to ${lengthMax}: ${kept}`);
      assertEquals(kept, [...new Set(kept)].sort((one, other) => one - other));
      // No more is dropped than has to be: half as many again would not have fitted.
      assert(kept.length === length || kept.length * 2 > lengthMax, `${length} to ${lengthMax}`);
    }
  }
});

check("the bytes are a limit as the number is, and what just fits stays", () => {
  assertEquals(left(5, Infinity, 500, 100), [0, 1, 2, 3, 4]);
  assertEquals(left(6, Infinity, 500, 100), [0, 2, 4, 5]);
  assertEquals(left(10, Infinity, 400, 100), [0, 4, 8, 9]);
  assertEquals(left(7, 3, 500, 100), [0, 4, 6]);
});

check("the first and the last are not dropped, however large they are", () => {
  assertEquals(left(9, Infinity, 1, 100), [0, 8]);
  assertEquals(left(1, Infinity, 1, 100), [0]);
});

check("a day of samples makes a frame of at most 256 KiB, half of which at least is used", () => {
  const data = new TransactionData({ lengthMax: Infinity, bytesMax: transactionDataRoom(0) });
  for (let at = 0; at < 11_638; at++) data.add(sample(at, 680));
  const stop = stopMessage(1, {
    stop: { reason: "Local", idTag: "X".repeat(20) },
    meterStartWh: 0,
    energyWh: 2_147_483_647,
    atMs: 0,
  });
  const call = transactionCall(stop, 2_147_483_647, data.values());
  const { length } = formatCall({ kind: "Call", id: "x".repeat(36), ...call });
  assert(length <= 256 * 1_024 && length > 120 * 1_024, String(length));
});

check("D-too-big: one lost link takes nothing away, each further one in a row half of the room", () => {
  assertEquals([0, 1, 2, 3].map(transactionDataRoom), [
    transactionDataBytesMax,
    transactionDataBytesMax,
    transactionDataBytesMax / 2,
    transactionDataBytesMax / 4,
  ]);
  assert(transactionDataRoom(20) < 1, "then the first and the last are all that is left");
});
