/** The length of the queue: one page at the start, the rest later, and never 0 while something waits. */
import { assert, assertEquals } from "@std/assert";
import { openArchive } from "../../actors/archive.ts";
import { QueueLength } from "../../actors/queue_length.ts";
import { pageMax } from "../../actors/store_pages.ts";
import type { TransactionQueue } from "../../actors/transaction_queue.ts";
import { openTransactionQueue } from "../../actors/transaction_queue.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { AnswerRecord, OutboxRecord } from "../../storage/records.ts";
import { answerKey, outboxKey } from "../../storage/record_keys.ts";
import type { Key, Store } from "../../storage/store.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse } from "./calm_house.ts";

async function put(store: Store, count: number): Promise<readonly Key[]> {
  const keys = Array.from({ length: count }, () => outboxKey(store.nextSequence()));
  for (let from = 0; from < count; from += 400) {
    const sets = keys.slice(from, from + 400).map((key) => ({ key, value: null }));
    assertEquals((await store.commit({ sets })).kind, "committed");
  }
  return keys;
}

async function counted(length: QueueLength): Promise<number> {
  for (let page = 0; !length.isWhole(); page++) {
    assert(page < 100, "the count must end");
    await length.countOn();
  }
  return length.value();
}

function reading(store: Store): { readonly store: Store; readonly read: () => number } {
  let entries = 0;
  const list: Store["list"] = async (prefix, options) => {
    const page = await store.list(prefix, options);
    entries += page.length;
    return page;
  };
  return { store: { ...store, list }, read: () => entries };
}

Deno.test("a start reads one page of the queue, however long it is", async () => {
  const { store, read } = reading(createMemoryStore().store);
  await put(store, 3 * pageMax + 7);
  const length = await QueueLength.open(store);
  assertEquals([length.value(), length.isWhole(), read()], [pageMax, false, pageMax]);
  assertEquals(await counted(length), 3 * pageMax + 7);
});

Deno.test("a queue of less than a page is counted at once, one of whole pages later", async () => {
  for (const count of [0, 1, pageMax - 1, pageMax, 2 * pageMax]) {
    const { store } = createMemoryStore();
    await put(store, count);
    const length = await QueueLength.open(store);
    assertEquals(length.isWhole(), count < pageMax);
    assertEquals(await counted(length), count);
  }
});

Deno.test("what is added while the count goes on is counted once", async () => {
  for (const added of [1, pageMax, 2 * pageMax]) {
    const { store } = createMemoryStore();
    await put(store, 2 * pageMax + 1);
    const length = await QueueLength.open(store);
    for (const _ of await put(store, added)) length.added();
    assertEquals(await counted(length), 2 * pageMax + 1 + added);
  }
});

Deno.test("what is removed while the count goes on is not counted, behind it and ahead of it", async () => {
  for (const removed of [1, pageMax, pageMax + 1, 2 * pageMax + 2, 2 * pageMax + 3]) {
    const { store } = createMemoryStore();
    const old = await put(store, 2 * pageMax + 2);
    const length = await QueueLength.open(store);
    const added = await put(store, 1);
    length.added();
    for (const key of [...old, ...added].slice(0, removed)) {
      assert(length.value() > 0, "something waits");
      await store.commit({ deletes: [key] });
      length.removed(key);
    }
    assertEquals(await counted(length), 2 * pageMax + 3 - removed);
  }
});

Deno.test("an empty store ends the count", async () => {
  const { store } = createMemoryStore();
  await put(store, pageMax);
  const length = await QueueLength.open(store);
  length.emptied();
  assertEquals([length.value(), length.isWhole()], [0, true]);
});

function sampleAt(at: number): OutboxRecord {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString();
  const payload = { connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: String(at) }] }] };
  return { message: { action: "MeterValues", localId: 1, payload }, failures: 0 };
}

/** Boots offline onto `count` messages. */
async function houseWithBacklog(count: number): Promise<CalmHouse> {
  const house = await bootedHouse({ settings: { TransactionMessageRetryInterval: "1" } });
  house.cutPower(0);
  const backlog = createMemoryStore({ from: house.store().snapshot() });
  const { store } = backlog;
  for (let from = 0; from < count; from += 400) {
    const sets = Array.from({ length: Math.min(400, count - from) }, (_, at) => ({
      key: outboxKey(store.nextSequence()),
      value: sampleAt(from + at),
    }));
    assertEquals((await store.commit({ sets })).kind, "committed");
  }
  house.tamper(() => backlog.snapshot());
  await house.advance(1_000);
  await house.restorePower();
  house.network.setLink("down");
  house.forget();
  await house.advance(0);
  return house;
}

function waiting(house: CalmHouse): number {
  return (house.system().inspect("outbox") as { transactionMessages: number }).transactionMessages;
}

function sentValues(house: CalmHouse): readonly number[] {
  return house.sent("MeterValues").map(({ payload }) => {
    const [value] = payload.meterValue as readonly { sampledValue: readonly { value: string }[] }[];
    return Number(value?.sampledValue[0]?.value);
  });
}

Deno.test("a charger that boots onto a long queue counts it when the start is over", async () => {
  const count = 2 * pageMax + 3;
  const house = await houseWithBacklog(count);
  assertEquals(waiting(house), pageMax);
  await house.advance(6_000);
  assertEquals(waiting(house), count);
});

Deno.test("§3.7: a long queue goes out whole and in order, while it is still being counted", async () => {
  const count = 2 * pageMax + 3;
  const house = await houseWithBacklog(count);
  house.network.setLink("up");
  while (!house.centralSystem.connected()) await house.clock.step();
  await house.advance(10_000);
  assertEquals(sentValues(house), Array.from({ length: count }, (_, at) => at));
  assertEquals(waiting(house), 0);
});

Deno.test("a drained message costs no read of its own", async () => {
  const { store, read } = reading(createMemoryStore().store);
  const sets = Array.from({ length: 200 }, (_, at) => ({
    key: outboxKey(store.nextSequence()),
    value: sampleAt(at),
  }));
  const start = { connectorId: 1, idTag: "ALICE", meterStart: 0, timestamp: "2026-01-01T00:00:00.000Z" };
  const answer: AnswerRecord = { transactionId: 7, accepted: true, start };
  const batch = { sets: [...sets, { key: answerKey(1), value: answer }] };
  assertEquals((await store.commit(batch)).kind, "committed");
  const queue = await silentQueue(store);
  const readAtStart = read();
  for (let next = await queue.head(100_000); next !== null; next = await queue.head(100_000)) {
    assert(await next.answered({}));
  }
  assertEquals([queue.length(), read() - readAtStart], [0, 200]);
});

Deno.test("each message of two transactions at a time goes with its own transactionId", async () => {
  const { store } = createMemoryStore();
  const start = { connectorId: 1, idTag: "ALICE", meterStart: 0, timestamp: "2026-01-01T00:00:00.000Z" };
  for (const localId of [1, 2]) {
    const answer: AnswerRecord = { transactionId: 70 + localId, accepted: true, start };
    await store.commit({ sets: [{ key: answerKey(localId), value: answer }] });
  }
  for (const localId of [1, 2, 2, 1]) {
    const { message, failures } = sampleAt(0);
    const value: OutboxRecord = { message: { ...message, localId }, failures };
    await store.commit({ sets: [{ key: outboxKey(store.nextSequence()), value }] });
  }
  const queue = await silentQueue(store);
  const ids: unknown[] = [];
  for (let next = await queue.head(100_000); next !== null; next = await queue.head(100_000)) {
    ids.push("transactionId" in next.call.payload ? next.call.payload.transactionId : null);
    assert(await next.answered({}));
  }
  assertEquals(ids, [71, 72, 72, 71]);
});

async function silentQueue(store: Store): Promise<TransactionQueue> {
  const listener = { startAnswered: refuse, idTagInfoReceived: refuse, damaged: refuse, trace: refuse };
  const parts = { store, messagesMax: 20_000, wallMs: () => 0, listener };
  const archive = await openArchive(parts);
  return await openTransactionQueue({ ...parts, meterValuesMax: 10, archive });
}

function refuse(): never {
  throw new Error("nothing is to be told");
}
