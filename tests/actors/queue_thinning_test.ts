/** A queue that has grown too long: MeterValues are thinned at the documented limit, and nothing else (README, Limits). */
import { assert, assertEquals } from "@std/assert";
import type { Archive } from "../../actors/archive.ts";
import { openArchive } from "../../actors/archive.ts";
import { chargerConfig } from "../../actors/charger_config.ts";
import type { DeliveryListener } from "../../actors/delivery.ts";
import { queueLimits, thinOut } from "../../actors/queue_thinning.ts";
import type { TransactionQueue } from "../../actors/transaction_queue.ts";
import { openTransactionQueue } from "../../actors/transaction_queue.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { OutboxRecord } from "../../storage/records.ts";
import { archiveKey } from "../../storage/record_keys.ts";
import type { Store } from "../../storage/store.ts";
import { referenceDc } from "../hal/stations.ts";

const identity = { chargePointVendor: "chargerd", chargePointModel: "simulated" };
const { transactionMessagesMax: messagesMax } = chargerConfig(referenceDc, identity, 1);
const timestamp = "2026-01-01T00:00:00.000Z";

function start(localId: number): OutboxRecord {
  const payload = { connectorId: 1, idTag: "ALICE", meterStart: 0, timestamp };
  return { message: { action: "StartTransaction", localId, payload }, failures: 0 };
}
function sample(localId: number, wh: number): OutboxRecord {
  const payload = { connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: String(wh) }] }] };
  return { message: { action: "MeterValues", localId, payload }, failures: 0 };
}
function stop(localId: number): OutboxRecord {
  return {
    message: { action: "StopTransaction", localId, payload: { meterStop: 9, timestamp } },
    failures: 0,
  };
}

/** Puts messages behind those that are there, in the order given. */
async function put(store: Store, records: readonly OutboxRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += 400) {
    const sets = records.slice(from, from + 400).map((value) => ({
      key: ["outbox", store.nextSequence()],
      value,
    }));
    assertEquals((await store.commit({ sets })).kind, "committed");
  }
}

async function left(store: Store): Promise<readonly string[]> {
  const entries = await store.list(["outbox"], { limit: 100_000 });
  return entries.map(({ value }) => told((value as OutboxRecord).message));
}

function told(message: OutboxRecord["message"]): string {
  if (message.action !== "MeterValues") return message.action;
  return String(message.payload.meterValue[0]?.sampledValue[0]?.value);
}

function tracing(traced: unknown[]): DeliveryListener {
  return {
    startAnswered: () => {},
    idTagInfoReceived: () => {},
    damaged: (error) => {
      throw error;
    },
    trace: (effect, detail) => void traced.push([effect, detail]),
  };
}

async function waitingQueue(store: Store, traced: unknown[], most = messagesMax): Promise<TransactionQueue> {
  const listener = tracing(traced);
  const archive = await openArchive({ store, messagesMax: most, wallMs: () => 0, listener });
  const queue = await openTransactionQueue({
    store,
    meterValuesMax: 1_000,
    messagesMax: most,
    wallMs: () => 0,
    archive,
    listener,
  });
  while (!queue.isCounted()) await queue.countOn();
  return queue;
}

Deno.test("README, Limits: 20,000 transaction messages wait whole; one more, and MeterValues are thinned", async () => {
  assertEquals(messagesMax, 20_000);
  const { store } = createMemoryStore();
  const samples = Array.from({ length: 19_997 }, (_, at) => sample(1, at));
  await put(store, [start(1), ...samples, stop(1), start(2)]);
  const traced: unknown[] = [];
  const queue = await waitingQueue(store, traced);
  assertEquals([queue.length(), traced], [20_000, []]);
  await put(store, [sample(2, 7)]);
  await queue.added();
  const kept = await left(store);
  assertEquals(kept.slice(0, 5), ["StartTransaction", "0", "2", "4", "6"]);
  assertEquals(kept.slice(-5), ["19994", "19996", "StopTransaction", "StartTransaction", "7"]);
  assertEquals([queue.length(), kept.length], [10_003, 10_003]);
  assertEquals(traced, [["QueueThinned", { meterValues: 9_998, left: 10_003 }]]);
});

Deno.test("README, Limits: 20,000 messages that were set aside stay whole; one more, and their MeterValues are thinned", async () => {
  const { store } = createMemoryStore();
  const parkedMs = 0;
  const records = [start(1), ...Array.from({ length: 19_998 }, (_, at) => sample(1, at))];
  for (let from = 0; from < records.length; from += 400) {
    const sets = records.slice(from, from + 400).map((record) => ({
      key: [...archiveKey(1), store.nextSequence()],
      value: { ...record, why: "noTransactionId", parkedMs },
    }));
    assertEquals((await store.commit({ sets })).kind, "committed");
  }
  const traced: unknown[] = [];
  const archive = await openArchive({
    store,
    messagesMax,
    wallMs: () => parkedMs,
    listener: tracing(traced),
  });
  while (!archive.count().isWhole()) await archive.count().countOn();
  await putAside(store, archive, sample(1, 19_998));
  assertEquals(traced.filter(isThinning), []);
  await putAside(store, archive, stop(1));
  const kept = await store.list(archiveKey(1), { limit: 100_000 });
  const actions = kept.map(({ value }) => told((value as OutboxRecord).message));
  assertEquals([actions.slice(0, 3), actions.slice(-2)], [["StartTransaction", "0", "2"], [
    "19998",
    "StopTransaction",
  ]]);
  assertEquals(traced.filter(isThinning), [["ArchiveThinned", { meterValues: 9_999, left: kept.length }]]);
});

async function putAside(store: Store, archive: Archive, record: OutboxRecord): Promise<void> {
  const { sets, done } = await archive.setAside(store.nextSequence(), record, { why: "noTransactionId" });
  assertEquals((await store.commit({ sets })).kind, "committed");
  await done();
}

function isThinning(traced: unknown): boolean {
  return Array.isArray(traced) && traced[0] === "ArchiveThinned";
}

Deno.test("a hint that comes twice thins nothing before its time: the store is the truth", async () => {
  const { store } = createMemoryStore();
  await put(store, [start(1), sample(1, 1), sample(1, 2)]);
  const traced: unknown[] = [];
  const queue = await waitingQueue(store, traced, 4);
  await put(store, [sample(1, 3)]);
  await queue.added();
  await queue.added();
  assertEquals([queue.length(), (await left(store)).length, traced], [4, 4, []]);
  await put(store, [sample(1, 4)]);
  await queue.added();
  assertEquals([queue.length(), await left(store)], [4, ["StartTransaction", "1", "3", "4"]]);
});

Deno.test("README, Limits: StartTransaction and StopTransaction are never thinned, however many there are", async () => {
  const { store } = createMemoryStore();
  await put(store, Array.from({ length: 10_001 }, (_, at) => [start(at + 1), stop(at + 1)]).flat());
  const queue = await waitingQueue(store, []);
  await queue.added();
  assertEquals((await left(store)).length, 20_002);
});

Deno.test("README, Limits: what is thinned keeps the first and the last of each transaction, over the pages of the store", async () => {
  const { store } = createMemoryStore();
  const one = Array.from({ length: 700 }, (_, at) => sample(1, at));
  const two = Array.from({ length: 700 }, (_, at) => sample(2, 1_000 + at));
  const mixed = one.flatMap((record, at) => [record, ...two.slice(at, at + 1)]);
  await put(store, [start(1), start(2), ...mixed, stop(2), stop(1)]);
  await thinOut(store, ["outbox"]);
  const kept = await left(store);
  const of = (from: number) => kept.map(Number).filter((wh) => wh >= from && wh < from + 1_000);
  assertEquals([of(0).length, of(0)[0], of(0).at(-1)], [351, 0, 699]);
  assertEquals([of(1_000).length, of(1_000)[0], of(1_000).at(-1)], [351, 1_000, 1_699]);
  assert(of(0).every((wh, at) => wh === 2 * at || wh === 699), "every other one");
});

Deno.test("a queue of which little can go is not walked again for each message that comes", () => {
  const limits = queueLimits(messagesMax);
  assertEquals([limits.reached(20_000), limits.reached(20_001)], [false, true]);
  limits.thinned(20_001);
  assertEquals([limits.reached(21_001), limits.reached(21_002)], [false, true]);
  limits.thinned(10_000);
  assertEquals([limits.reached(20_000), limits.reached(20_001)], [false, true]);
});

Deno.test("a full disk: what cannot be thinned stays, and the queue knows of it", async () => {
  const memory = createMemoryStore();
  await put(memory.store, [start(1), ...Array.from({ length: 2_000 }, (_, at) => sample(1, at))]);
  memory.failCommits("full", 1_000);
  assertEquals(await thinOut(memory.store, ["outbox"]), 0);
  assertEquals((await left(memory.store)).length, 2_001);
});
