/** How much is parked: one page is counted at the start, the rest later, whatever comes and goes meanwhile. */
import { assert, assertEquals } from "@std/assert";
import { ParkedCount } from "../../actors/parked_count.ts";
import { pageMax } from "../../actors/store_pages.ts";
import { listParked } from "../../console/parked_transactions.ts";
import { openTransactionMessages } from "../../actors/transaction_messages.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { ArchiveRecord } from "../../storage/records.ts";
import { archiveKey, outboxKey } from "../../storage/record_keys.ts";
import type { Key, Store, Value } from "../../storage/store.ts";
import { bootedHouse } from "./calm_house.ts";

const timestamp = "2026-01-01T00:00:00.000Z";

function setAside(localId: number, why: ArchiveRecord["why"] = "refused"): ArchiveRecord {
  const payload = { connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: "7" }] }] };
  return { message: { action: "MeterValues", localId, payload }, failures: 1, why, parkedMs: 0 };
}

async function put(store: Store, localId: number, count: number, why?: ArchiveRecord["why"]) {
  const keys = Array.from({ length: count }, () => [...archiveKey(localId), store.nextSequence()]);
  for (let from = 0; from < count; from += 400) {
    const sets = keys.slice(from, from + 400).map((key) => ({ key, value: setAside(localId, why) }));
    assertEquals((await store.commit({ sets })).kind, "committed");
  }
  return keys;
}

function numbers(count: ParkedCount): readonly number[] {
  return [count.messages(), count.refused(), count.transactions()];
}

async function counted(count: ParkedCount): Promise<readonly number[]> {
  for (let page = 0; !count.isWhole(); page++) {
    assert(page < 100, "the count must end");
    await count.countOn();
  }
  return numbers(count);
}

Deno.test("a start reads one page of what is set aside, however much that is", async () => {
  const { store } = createMemoryStore();
  await put(store, 1, 3 * pageMax);
  let entries = 0;
  const list: Store["list"] = async (prefix, options) => {
    const page = await store.list(prefix, options);
    entries += page.length;
    return page;
  };
  const listener = { startAnswered: refuse, idTagInfoReceived: refuse, damaged: refuse, trace: refuse };
  const limits = { meterValuesMax: 10, messagesMax: 20_000 };
  await openTransactionMessages({ store: { ...store, list }, ...limits, wallMs: () => 0, listener });
  assertEquals(entries, pageMax);
});

function refuse(): never {
  throw new Error("nothing is to be told");
}

Deno.test("less than a page is counted at once, whole pages later", async () => {
  for (const records of [0, 1, pageMax - 1, pageMax, 2 * pageMax]) {
    const { store } = createMemoryStore();
    await put(store, 1, records);
    const count = await ParkedCount.open(store);
    assertEquals(count.isWhole(), records < pageMax);
    assertEquals(await counted(count), [records, records, Math.min(records, 1)]);
  }
});

/** One line a case: what stands in the store, in the order of localIds, and which of it needs a person. */
function checkNeeds(sentence: string, records: readonly [Key, Value][], expected: readonly number[]): void {
  Deno.test({ name: `D-parked: to be counted: ${sentence}`, permissions: "none" }, async () => {
    const { store } = createMemoryStore();
    const sets = records.map(([key, value]) => ({ key, value }));
    assertEquals((await store.commit({ sets })).kind, "committed");
    const count = await ParkedCount.open(store);
    const told = (await listParked(store)).transactions.map(({ localId }) => localId);
    assertEquals([count.isWhole(), count.transactions(), told], [true, expected.length, expected]);
  });
}

const answered = { accepted: true, transactionId: 7 };
const waits = { message: { action: "StopTransaction", localId: 3, payload: {} }, failures: 0 };

checkNeeds("what is refused, with its header or without", [
  [["archive", 3, 4], setAside(3)],
  [["parked", 3], {}],
  [["archive", 5, 6], setAside(5)],
], [3, 5]);
checkNeeds("what was sent without its transactionId", [[["archive", 3, 4], setAside(3, "noTransactionId")]], [
  3,
]);
checkNeeds("a header whose messages are all damaged", [[["parked", 3], {}]], [3]);
checkNeeds("what cannot be read, and whose it is even less", [
  [["unreadable", 0, 1], "?"],
  [["unreadable", 3, 4], "?"],
], [0, 3]);
checkNeeds("a bill that was cut short", [[["answer", 3], answered]], [3]);
checkNeeds("no transaction that goes on, by either of its records", [
  [["answer", 3], answered],
  [["transaction", 1], { localId: 3 }],
  [["answer", 5], answered],
  [["checkpoint", 2], { localId: 5 }],
], []);
checkNeeds("none whose StopTransaction waits", [[["answer", 3], answered], [["outbox", 9], waits]], []);
checkNeeds("a parked StopTransaction once, though it was answered and is over", [
  [["answer", 3], answered],
  [["parked", 3], { answer: answered }],
  [["archive", 3, 4], setAside(3)],
], [3]);

Deno.test("a bill that was cut short is searched for behind the whole queue, a page at a time", async () => {
  const { store } = createMemoryStore();
  const sets = [[["answer", 3], answered], [["answer", 5], answered]] as const;
  await store.commit({ sets: sets.map(([key, value]) => ({ key, value })) });
  for (let page = 0; page < 3; page++) {
    const keys = Array.from({ length: pageMax }, () => outboxKey(store.nextSequence()));
    const localId = page === 2 ? 3 : 8;
    await store.commit({
      sets: keys.map((key) => ({ key, value: { ...waits, message: { ...waits.message, localId } } })),
    });
  }
  const count = await ParkedCount.open(store);
  assertEquals([count.isWhole(), count.transactions()], [false, 0]);
  assertEquals(await counted(count), [0, 0, 1]);
  count.gone(5);
  assertEquals(numbers(count), [0, 0, 0]);
  count.searchAgain();
  assertEquals(await counted(count), [0, 0, 1]);
});

Deno.test("D-damaged: a StopTransaction that goes between two pages of the search was not cut short", async () => {
  const { store } = createMemoryStore();
  const keys = Array.from({ length: pageMax }, () => outboxKey(store.nextSequence()));
  const last = outboxKey(store.nextSequence());
  const other = { ...waits, message: { ...waits.message, localId: 8 } };
  await store.commit({ sets: [{ key: ["answer", 3], value: answered }] });
  await store.commit({ sets: keys.slice(0, 400).map((key) => ({ key, value: other })) });
  await store.commit({ sets: keys.slice(400).map((key) => ({ key, value: other })) });
  await store.commit({ sets: [{ key: last, value: waits }] });
  const count = await ParkedCount.open(store);
  assertEquals(count.isWhole(), false);
  await store.commit({ deletes: [last, ["answer", 3]] });
  assertEquals(await counted(count), [0, 0, 0]);
});

/** Half of what is kept of transaction 5 is counted by then, and nothing of 9. */
async function halfCounted() {
  const { store } = createMemoryStore();
  const five = await put(store, 5, 2 * pageMax);
  const nine = await put(store, 9, pageMax, "noTransactionId");
  return { store, five, nine, count: await ParkedCount.open(store) };
}

type Half = Awaited<ReturnType<typeof halfCounted>>;

/** One line a case: what comes or goes while the count goes on, and what it comes to. */
function check(sentence: string, happens: (half: Half) => Promise<void>, expected: readonly number[]): void {
  Deno.test({ name: `while the count goes on: ${sentence}`, permissions: "none" }, async () => {
    const half = await halfCounted();
    await happens(half);
    assertEquals(await counted(half.count), expected);
    assertEquals(
      await counted(await ParkedCount.open(half.store)),
      expected,
      "as one who comes later counts",
    );
  });
}

async function come({ store, count }: Half, localId: number): Promise<void> {
  for (const key of await put(store, localId, 1)) count.changed(key, setAside(localId), 1);
}

async function go({ store, count }: Half, key: Key | undefined, record: ArchiveRecord): Promise<void> {
  assert(key !== undefined);
  await store.commit({ deletes: [key] });
  count.changed(key, record, -1);
}

async function discard({ store, count }: Half, keys: readonly Key[], localId: number): Promise<void> {
  for (let from = 0; from < keys.length; from += 400) {
    await store.commit({ deletes: keys.slice(from, from + 400) });
  }
  count.gone(localId);
}

check("a transaction before", (half) => come(half, 3), [1501, 1001, 3]);
check("one more of that in hand", (half) => come(half, 5), [1501, 1001, 2]);
check("the first refused one of that behind", (half) => come(half, 9), [1501, 1001, 2]);
check("a transaction behind all", (half) => come(half, 12), [1501, 1001, 3]);
check("one goes that is counted", (half) => go(half, half.five[0], setAside(5)), [1499, 999, 2]);
check("the last one goes that is counted", (half) => go(half, half.five[499], setAside(5)), [1499, 999, 2]);
check("one goes that is not", (half) => go(half, half.five[500], setAside(5)), [1499, 999, 2]);
check(
  "one goes of the last transaction",
  (half) => go(half, half.nine[7], setAside(9, "noTransactionId")),
  [1499, 1000, 2],
);
check("the one in hand is discarded", (half) => discard(half, half.five, 5), [500, 0, 1]);
check("the one behind is discarded", (half) => discard(half, half.nine, 9), [1000, 1000, 1]);

Deno.test("a charger that boots onto more than a page counts it when the start is over", async () => {
  const house = await bootedHouse();
  house.cutPower(0);
  const kept = createMemoryStore({ from: house.store().snapshot() });
  await put(kept.store, 1, pageMax + 3);
  await put(kept.store, 2, 1);
  house.tamper(() => kept.snapshot());
  await house.advance(1_000);
  await house.restorePower();
  await house.advance(0);
  const told = () => {
    const { parked, parkedTransactions } = house.system().inspect("outbox") as Record<string, number>;
    return [parked, parkedTransactions];
  };
  assertEquals(told(), [pageMax, 1]);
  await house.advance(6_000);
  assertEquals(told(), [pageMax + 4, 2]);
});
