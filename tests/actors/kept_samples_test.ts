/** The meter values that are kept for StopTransaction: bounded however long a transaction lasts (OCPP 1.6 §4.10, decision D-too-big). */
import { assert, assertEquals } from "@std/assert";
import type { Samples } from "../../actors/kept_samples.ts";
import { keptSamples, lastSample, nextSample } from "../../actors/kept_samples.ts";
import type { TransactionBook } from "../../actors/transaction_book.ts";
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { completeCall, purge } from "../../actors/transaction_samples.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import { keptSamplesMax } from "../../protocol/sample_spacing.ts";
import { stopMessage } from "../../protocol/transaction.ts";
import { transactionDataBytesMax } from "../../protocol/transaction_data.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { purgeKey, samplesKey } from "../../storage/record_keys.ts";
import type { Entry, Store } from "../../storage/store.ts";
import { bootedHouse, stored, storeOf } from "./calm_house.ts";

const startMs = Date.UTC(2026, 0, 1);
const weekS = 604_800;
const twoDaysS = 172_800;
const room = { lengthMax: Infinity, bytesMax: transactionDataBytesMax };

function sampleAt(second: number): MeterValue {
  return {
    timestamp: formatDateTime(startMs + second * 1_000),
    sampledValue: [{ value: String(second), measurand: "Energy.Active.Import.Register", unit: "Wh" }],
  };
}

function secondsOf(entries: readonly Entry[]): readonly number[] {
  return entries.map(({ value }) => Number((value as MeterValue).sampledValue[0]?.value));
}

async function fill(store: Store, localId: number, count: number): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    const page = Array.from({ length: Math.min(500, count - at) }, (_, index) => sampleAt(at + index));
    const sets = page.map((value) => ({ key: [...samplesKey(localId), store.nextSequence()], value }));
    await store.commit({ sets });
  }
}

function bookOf(store: Store): Promise<TransactionBook> {
  return openTransactionBook({ store, connectorId: 1, boot: 1, wallMs: () => startMs, damaged: () => {} });
}

const reading = { energyWh: 0, meterSerialNumber: "SIM-1", atMs: startMs };

async function begunIn(book: TransactionBook, data: MeterValue | null): Promise<number> {
  const begun = await book.begin({ ...reading, idTag: "ALICE", monotonicMs: 0, data });
  assert(begun.kind === "begun");
  return begun.record.localId;
}

function sampledAt(book: TransactionBook, second: number): Promise<boolean> {
  const checkpoint = { ...reading, localId: book.open()?.localId ?? 0, risenMs: startMs };
  return book.sample({ checkpoint, sent: null, data: sampleAt(second) });
}

function endedAt(book: TransactionBook, second: number): Promise<boolean> {
  return book.end({ stop: { reason: "Local" }, energyWh: 0, atMs: startMs, data: sampleAt(second) });
}

/** As an earlier version left it: each second of a week, with a MeterValues between each two. Tells how much was read. */
function weekOfEarlierVersion(localId: number) {
  const read = { lists: 0, entries: 0 };
  const unused = () => {
    throw new Error("only lists are asked for");
  };
  const store: Store = {
    get: unused,
    commit: unused,
    nextSequence: unused,
    list: (prefix, { after, limit = 1_000 } = {}) => {
      assertEquals(prefix, samplesKey(localId));
      const behind = Number(after?.at(-1) ?? 0);
      const from = Math.max(0, Math.floor((behind - localId + 1) / 2));
      const length = Math.max(0, Math.min(limit, weekS - from));
      read.lists += 1;
      read.entries += length;
      return Promise.resolve(Array.from({ length }, (_, index) => ({
        key: [...samplesKey(localId), localId + 1 + 2 * (from + index)],
        value: sampleAt(from + index),
        sequence: 1,
      })));
    },
  };
  return { store, read };
}

Deno.test("D-too-big: two days at one a second leave as many as a frame has room for, the first and the last among them", async () => {
  const { store } = createMemoryStore();
  const localId = store.nextSequence();
  let before: Samples;
  for (let second = 0; second < twoDaysS; second++) {
    const { sets = [], deletes = [], samples } = await nextSample(store, localId, before, sampleAt(second));
    assert(sets.length + deletes.length <= 2);
    if (sets.length > 0) await store.commit({ sets, deletes });
    before = samples;
  }
  await store.commit({ sets: await lastSample(store, localId, before, sampleAt(twoDaysS)) });
  const seconds = secondsOf(await store.list(samplesKey(localId), { limit: 10_000 }));
  assertEquals([seconds.length, seconds.at(0), seconds.at(-1)], [keptSamplesMax + 1, 0, twoDaysS]);
  assertEquals(secondsOf(await keptSamples(store, localId)), seconds);
  const gaps = seconds.slice(1, -1).map((second, at) => second - (seconds[at] ?? 0));
  assert(Math.max(...gaps) <= 2 * Math.min(...gaps), `${Math.min(...gaps)} to ${Math.max(...gaps)}`);
});

Deno.test("D-too-big: a count that is lost or a refused commit makes no more of them, and none that would stand before another", async () => {
  const { store, failCommits } = createMemoryStore();
  const localId = store.nextSequence();
  let before: Samples;
  for (let second = 0; second < 5_000; second++) {
    if (second % 7 === 0) before = undefined;
    const { sets = [], deletes = [], samples } = await nextSample(store, localId, before, sampleAt(second));
    if (second % 5 === 0) failCommits("full", 1);
    if ((await store.commit({ sets, deletes })).kind === "committed") before = samples;
  }
  const seconds = secondsOf(await store.list(samplesKey(localId), { limit: 10_000 }));
  assertEquals(seconds, [...seconds].sort((one, other) => one - other));
  assert(seconds.length <= keptSamplesMax && seconds.length > keptSamplesMax / 2, String(seconds.length));
});

Deno.test("D-too-big: the book of a transaction writes them with its sign of life, and one more at its end", async () => {
  const { store } = createMemoryStore();
  let book = await bookOf(store);
  const localId = await begunIn(book, sampleAt(0));
  for (let second = 1; second < 2_500; second++) {
    if (second === 1_200) book = await bookOf(store);
    assert(await sampledAt(book, second));
  }
  assert(await endedAt(book, 2_500));
  const seconds = secondsOf(await store.list(samplesKey(localId), { limit: 10_000 }));
  assertEquals([seconds.length, seconds.at(0), seconds.at(-1)], [keptSamplesMax + 1, 0, 2_500]);
});

Deno.test("D-too-big: of a week that an earlier version has kept whole no more is read than of any other, and the same each time", async () => {
  const { store, read } = weekOfEarlierVersion(5);
  const stop = { stop: { reason: "Local" }, meterStartWh: 0, energyWh: 5, atMs: startMs } as const;
  const call = await completeCall(store, stopMessage(5, stop), 7, room, () => {});
  assert(call.action === "StopTransaction");
  const data = call.payload.transactionData ?? [];
  assertEquals([data.at(0), data.at(-1)], [sampleAt(0), sampleAt(weekS - 1)]);
  assert(data.length > keptSamplesMax / 4, String(data.length));
  assert(read.lists < 1_100 && read.entries < 2_200, JSON.stringify(read));
  assertEquals(await completeCall(store, stopMessage(5, stop), 7, room, () => {}), call);
});

Deno.test("D-too-big: a transaction that an earlier version began goes on behind what it has kept", async () => {
  const { store, read } = weekOfEarlierVersion(5);
  const last = await lastSample(store, 5, undefined, sampleAt(weekS));
  assertEquals(last.map(({ key }) => key), [[...samplesKey(5), 5 + 2 * weekS]]);
  assert(read.lists < 60, JSON.stringify(read));
});

Deno.test("D-too-big: what an earlier version has kept goes some pages a turn, its mark last", async () => {
  const { store } = createMemoryStore();
  await fill(store, 5, 4_500);
  await store.commit({ sets: [{ key: purgeKey(5), value: "samples" }] });
  const left = [];
  for (const isMore of [true, true, false]) {
    assertEquals(await purge(store, () => {}), isMore);
    left.push((await store.list(samplesKey(5), { limit: 10_000 })).length);
  }
  assertEquals([left, await store.list(["purge"])], [[2_500, 500, 0], []]);
});

Deno.test("D-too-big: and after a start of the charger all of it within a minute", async () => {
  const house = await bootedHouse();
  house.cutPower(0);
  const medium = createMemoryStore({ from: house.store().snapshot() });
  await fill(medium.store, 5, 4_500);
  await medium.store.commit({ sets: [{ key: purgeKey(5), value: "samples" }] });
  house.tamper(() => medium.snapshot());
  await house.restorePower();
  await house.advance(0);
  const soon = (await storeOf(house).list(["sample"], { limit: 10_000 })).length;
  await house.advance(60_000);
  assertEquals([soon, await stored(house, "sample"), await stored(house, "purge")], [2_500, [], []]);
});

Deno.test("D-too-big: wherever the last of them stands, the next one is behind it", async () => {
  for (let count = 0; count < 40; count++) {
    const { store } = createMemoryStore();
    const sets = Array.from(
      { length: count },
      (_, at) => ({ key: [...samplesKey(5), 6 + at], value: sampleAt(at) }),
    );
    await store.commit({ sets });
    const [last] = await lastSample(store, 5, undefined, sampleAt(count));
    assertEquals(last?.key, [...samplesKey(5), 6 + count]);
  }
});

for (const [step, before, keptBefore] of [[1, 400, 400], [100, 400, 400], [100, 990, 745]] as const) {
  Deno.test(`D-too-big: ${before} that an earlier version has numbered in steps of ${step} leave those that follow their room`, async () => {
    const { store } = createMemoryStore();
    const localId = await begunIn(await bookOf(store), null);
    for (let second = 0; second < before; second++) {
      const key = [...samplesKey(localId), localId + 1 + second * step];
      await store.commit({ sets: [{ key, value: sampleAt(second) }] });
    }
    const book = await bookOf(store);
    for (let second = before; second < before + 500; second++) await sampledAt(book, second);
    await endedAt(book, before + 500);
    const seconds = secondsOf(await keptSamples(store, localId));
    assertEquals(seconds, [...seconds].sort((one, other) => one - other));
    assertEquals([seconds.at(0), seconds.at(-1)], [0, before + 500]);
    assertEquals(seconds.filter((second) => second < before).length, keptBefore);
    assertEquals(seconds.length, Math.min(before + 501, keptSamplesMax + 1));
  });
}

Deno.test("D-too-big: restarts closer together than what is kept cost none of that", async () => {
  const { store } = createMemoryStore();
  let book = await bookOf(store);
  const localId = await begunIn(book, sampleAt(0));
  let found = book.checkpoint();
  for (let second = 1; second < 3_000; second++) {
    if (second > 2_100 && second % 3 === 0) {
      book = await bookOf(store);
      found = book.checkpoint();
    }
    assert(found !== null);
    // Whoever tells of life knows of the count what was found.
    if (second % 5 === 0) await book.keep(found);
    await book.sample({ checkpoint: found, sent: null, data: sampleAt(second) });
  }
  await endedAt(book, 3_000);
  const seconds = secondsOf(await keptSamples(store, localId));
  assertEquals([seconds.length, seconds.at(0)], [keptSamplesMax + 1, 0]);
  const later = seconds.filter((second) => second > 2_000);
  assertEquals(later, Array.from({ length: 250 }, (_, at) => 2_004 + 4 * at));
});
