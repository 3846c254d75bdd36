/**
 * A StartTransaction whose record is damaged before it was answered goes out all the same, as it was and in its place: what began a
 * transaction stands in the store twice (decision D-damaged). What cannot be sent any more is shown with all that a bill needs.
 */
import { assert, assertEquals } from "@std/assert";
import { startOf } from "../../actors/start_again.ts";
import { exportParked } from "../../console/parked_transactions.ts";
import { createMemoryStore, type MemoryStore } from "../../storage/drivers/memory_store.ts";
import { answerKey, outboxKey } from "../../storage/record_keys.ts";
import type { OutboxRecord, TransactionRecord } from "../../storage/records.ts";
import type { Entry, Key, Value } from "../../storage/store.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { begun, bootedHouse, charging, stored, storeOf, swiped } from "./calm_house.ts";
import { parkedIn } from "./parked_by_hand.ts";
import { rebooted } from "./power_cycle.ts";
import { oneReader, reserve } from "./reserving.ts";

const minuteMs = 60_000;
const offline: CalmHouseOptions = {
  settings: {
    AllowOfflineTxForUnknownId: "true",
    LocalAuthorizeOffline: "true",
    MeterValueSampleInterval: "10",
    TransactionMessageAttempts: "1",
  },
};

async function message(
  house: CalmHouse,
  action: string,
): Promise<Entry & { readonly value: OutboxRecord }> {
  const entry = (await storeOf(house).list(["outbox"])).find(({ value }) =>
    (value as OutboxRecord).message.action === action
  );
  assert(entry !== undefined);
  return entry as Entry & { readonly value: OutboxRecord };
}

/** A session of a minute without a network, which is over; and its StartTransaction as it waits. */
async function overOffline(house: CalmHouse) {
  house.network.setLink("down");
  await house.advance(1_000);
  await begun(house);
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(1_000);
  return await message(house, "StartTransaction");
}

/** Everything of the one transaction is in the central system's ledger, under the id that StartTransaction was answered. */
async function isBilled(house: CalmHouse, start: OutboxRecord): Promise<void> {
  const [entry, ...others] = [...house.centralSystem.ledger.values()];
  assertEquals([others, entry?.start, entry?.stop?.transactionId], [
    [],
    start.message.payload,
    entry?.transactionId,
  ]);
  assertEquals(entry?.meterValues.length, 6);
  assertEquals([(await parkedIn(house)).total, house.crashes()], [0, []]);
  for (const kind of ["outbox", "answer", "archive", "parked"]) assertEquals(await stored(house, kind), []);
}

async function backOnline(house: CalmHouse): Promise<void> {
  house.network.setLink("up");
  await house.advance(10 * minuteMs);
}

Deno.test("D-damaged: a StartTransaction that is damaged while the charger runs goes out as it was, before all else of its transaction", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  house.store().corrupt(start.key);
  await backOnline(house);
  assertEquals(house.sent("StartTransaction").map(({ payload }) => payload), [start.value.message.payload]);
  assertEquals(house.effects("StartTransactionRestored").length, 1);
  await isBilled(house, start.value);
});

Deno.test("D-damaged: it has all its attempts: none was of what is damaged now", async () => {
  const house = await bootedHouse({ settings: { ...offline.settings, TransactionMessageAttempts: "2" } });
  const start = await overOffline(house);
  house.store().corrupt(start.key);
  house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  await backOnline(house);
  assertEquals(house.sent("StartTransaction").length, 2);
  await isBilled(house, start.value);
});

Deno.test("D-damaged: and one that a boot finds damaged", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  await rebooted(house, 0, () =>
    house.tamper((found) => {
      found.corrupt(start.key);
      return found.snapshot();
    }));
  await backOnline(house);
  await isBilled(house, start.value);
});

Deno.test("D-damaged: and one that is lost with a part of the store", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  await rebooted(house, 0, () => without(house, start.key));
  await backOnline(house);
  await isBilled(house, start.value);
});

function without(house: CalmHouse, lost: Key): void {
  house.tamper((found) => {
    const { records, ...rest } = found.snapshot();
    return { ...rest, records: records.filter(({ key }) => key.join() !== lost.join()) };
  });
}

Deno.test("D-damaged: while its transaction goes on it is made again at the boot, in its own place in the queue", async () => {
  const house = await bootedHouse({ ...offline, station: oneReader });
  house.network.setLink("down");
  await house.advance(1_000);
  await begun(house, 1);
  const start = await message(house, "StartTransaction");
  await begun(house, 2, "BOB");
  await house.advance(minuteMs);
  await rebooted(house, 0, () =>
    house.tamper((found) => {
      found.corrupt(start.key);
      return found.snapshot();
    }));
  await backOnline(house);
  assertEquals(house.sent("StartTransaction").map(({ payload }) => payload.idTag), ["ALICE", "BOB"]);
  assertEquals(house.sent("StartTransaction")[0]?.payload, start.value.message.payload);
  assertEquals([house.centralSystem.open(), (await parkedIn(house)).total], [[], 0]);
});

Deno.test("D-damaged: a reservation that its start has used up is named again", async () => {
  const house = await bootedHouse(offline);
  assertEquals(await reserve(house, { idTag: "ALICE" }), "Accepted");
  const start = await overOffline(house);
  assertEquals((start.value.message.payload as { reservationId?: number }).reservationId, 5);
  house.store().corrupt(start.key);
  await backOnline(house);
  await isBilled(house, start.value);
});

Deno.test({
  name:
    "D-damaged: of a transaction that was resumed the start is told, not where it was resumed; of a rebuilt one nothing",
  permissions: "none",
}, () => {
  const record: TransactionRecord = {
    localId: 7,
    boot: 3,
    idTag: "ALICE",
    meterStartWh: 100,
    meterSerialNumber: "M",
    startedMs: Date.UTC(2026, 0, 2),
    startedMonotonicMs: 5,
    begunMs: Date.UTC(2026, 0, 1),
    reservationId: 5,
  };
  assertEquals(startOf(2, record)?.payload, {
    connectorId: 2,
    idTag: "ALICE",
    meterStart: 100,
    reservationId: 5,
    timestamp: "2026-01-01T00:00:00.000Z",
  });
  assertEquals(startOf(2, { ...record, idTag: "" }), null);
});

Deno.test("D-damaged: while the disk refuses to have it again, nothing of its transaction goes out", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  house.store().corrupt(start.key);
  house.store().failCommits("full", 1_000_000);
  await backOnline(house);
  assertEquals(house.sent("StartTransaction", "MeterValues", "StopTransaction"), []);
  house.store().failCommits("full", 0);
  await house.advance(10 * minuteMs);
  await isBilled(house, start.value);
});

Deno.test("errata v4.0 §3.18: a StartTransaction that was refused for good is not made again, though it is damaged where it is parked", async () => {
  const house = await bootedHouse(offline);
  house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  await begun(house);
  house.network.setLink("down");
  await house.advance(minuteMs);
  const [start] = await storeOf(house).list(["archive"]);
  house.store().corrupt(start?.key ?? []);
  await swiped(house, "ALICE");
  await backOnline(house);
  assertEquals([house.sent("StartTransaction").length, house.effects("StartTransactionRestored")], [1, []]);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [-1]);
});

/** What a person writes a bill by, whatever could not be sent. */
async function isShownWhole(house: CalmHouse, start: OutboxRecord, stop: OutboxRecord): Promise<void> {
  const { transactions: [shown] } = await parkedIn(house);
  const told = await exportParked(storeOf(house), shown?.localId ?? 0);
  const began = start.message.payload as { idTag: string; meterStart: number; timestamp: string };
  const ended = stop.message.payload as { meterStop: number; timestamp: string };
  assertEquals(
    [told?.connectorId, told?.idTag, told?.meterStartWh, told?.startedAt, told?.meterStopWh, told?.stoppedAt],
    [1, began.idTag, began.meterStart, began.timestamp, ended.meterStop, ended.timestamp],
  );
}

/** What the next boot finds, with this record in it. */
async function withRecord(house: CalmHouse, key: Key, value: Value): Promise<MemoryStore> {
  const medium = createMemoryStore({ from: house.store().snapshot() });
  await medium.store.commit({ sets: [{ key, value }] });
  return medium;
}

async function rebootedWith(house: CalmHouse, key: Key, value: Value): Promise<void> {
  house.cutPower(0);
  const medium = await withRecord(house, key, value);
  house.tamper(() => medium.snapshot());
  await house.advance(1_000);
  await house.restorePower();
}

Deno.test("D-unreadable: a StartTransaction that cannot be read leaves a bill with card, registers and times", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  const stop = await message(house, "StopTransaction");
  const { localId } = start.value.message;
  await rebootedWith(house, start.key, { message: { action: "StartTransaction", localId, payload: {} } });
  await backOnline(house);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [-1]);
  await isShownWhole(house, start.value, stop.value);
});

Deno.test("D-unreadable: one that was passed over, since the disk has refused to set it aside, stays as it was found", async () => {
  const house = await bootedHouse(offline);
  const start = await overOffline(house);
  const { localId } = start.value.message;
  const odd = { message: { action: "StartTransaction", localId, payload: {} } };
  await rebootedWith(house, start.key, odd);
  house.store().failCommits("full", 1_000);
  await house.advance(minuteMs);
  assertEquals(house.effects("TransactionMessagePassedOver").length, 1);
  house.store().failCommits("full", 0);
  await house.advance(10 * minuteMs);
  assertEquals([await stored(house, "outbox"), house.sent("StartTransaction")], [[odd], []]);
});

Deno.test("D-damaged: so does an answer to it that is damaged", async () => {
  const house = await bootedHouse(offline);
  const { start: payload } = await charging(house);
  house.network.setLink("down");
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  const stop = await message(house, "StopTransaction");
  const { localId } = stop.value.message;
  await rebooted(house, 0, () =>
    house.tamper((found) => {
      found.corrupt(answerKey(localId));
      return found.snapshot();
    }));
  await backOnline(house);
  assertEquals(house.sent("StartTransaction"), []);
  await isShownWhole(
    house,
    { message: { action: "StartTransaction", localId, payload }, failures: 0 },
    stop.value,
  );
});

for (const isDamaged of [false, true]) {
  Deno.test(`D-damaged: the StartTransaction of an earlier program has another number: ${isDamaged ? "damaged" : "whole"} it goes out once, as it was`, async () => {
    const house = await bootedHouse(offline);
    house.network.setLink("down");
    await house.advance(1_000);
    await begun(house);
    const start = await message(house, "StartTransaction");
    const elsewhere = outboxKey(start.value.message.localId + 0.5);
    await house.advance(minuteMs);
    house.cutPower(0);
    without(house, start.key);
    const medium = await withRecord(house, elsewhere, start.value);
    if (isDamaged) medium.corrupt(elsewhere);
    house.tamper(() => medium.snapshot());
    await house.advance(1_000);
    await house.restorePower();
    await backOnline(house);
    assertEquals(house.sent("StartTransaction").map(({ payload }) => payload), [start.value.message.payload]);
    await isBilled(house, start.value);
  });
}
