/**
 * A record of the queue that cannot be read stops nobody's bill: it is set aside, said, and shown (decision D-unreadable). What
 * would be such a record is not written: the meter and the reader are checked at the edge.
 */
import { assert, assertEquals } from "@std/assert";
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { exportParked } from "../../console/parked_transactions.ts";
import type { MeterOutcome } from "../../hal/meter.ts";
import { outboxKey } from "../../storage/record_keys.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { Value } from "../../storage/store.ts";
import type { CalmHouse } from "./calm_house.ts";
import {
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  status,
  stored,
  storeOf,
  swiped,
} from "./calm_house.ts";
import { rebooted } from "./power_cycle.ts";
import { parkedIn } from "./parked_by_hand.ts";

const minuteMs = 60_000;

/** From now on the meter tells this register. */
function telling(house: CalmHouse, energyWh: number): void {
  const { meter } = house.station;
  Object.assign(meter, {
    read: (_connectorId: number, done: (outcome: MeterOutcome) => void) => {
      const reading = { energyWh, meterSerialNumber: "SIM-1" };
      house.clock.soon(() => done({ kind: "read", reading }));
    },
  });
}

/** Power goes, and comes back onto one more record behind those that wait; returns its number. */
async function rebootedOnto(house: CalmHouse, value: Value): Promise<number> {
  house.cutPower(0);
  const medium = createMemoryStore({ from: house.store().snapshot() });
  const sequence = medium.store.nextSequence();
  await medium.store.commit({ sets: [{ key: outboxKey(sequence), value }] });
  house.tamper(() => medium.snapshot());
  await house.advance(1_000);
  await house.restorePower();
  house.forget();
  return sequence;
}

/** A StopTransaction as an earlier program may have written it. */
function tooLong(localId: number): Value {
  const payload = { idTag: "X".repeat(21), meterStop: 5, timestamp: "2026-01-01T01:00:00.000Z" };
  return { message: { action: "StopTransaction", localId, payload }, failures: 0 };
}

for (const energyWh of [1e16, 1.8446744073709552e19, 2 ** 53, 0xFFFFFFFF]) {
  Deno.test(`errata v4.0 §3.9: a register of ${energyWh} Wh is no reading: the StopTransaction goes with the one before`, async () => {
    const house = await chargingHouse();
    await house.advance(minuteMs);
    telling(house, energyWh);
    await house.advance(minuteMs);
    await swiped(house, "ALICE");
    await house.advance(minuteMs);
    const [stop] = house.sent("StopTransaction");
    assert(Number(stop?.payload.meterStop) < 5_000, `meterStop ${stop?.payload.meterStop}`);
    assertEquals([house.crashes(), await stored(house, "outbox"), house.centralSystem.open()], [[], [], []]);
  });
}

for (const energyWh of [1e16, 1.8446744073709552e19, 2 ** 53]) {
  Deno.test(`OCPP 1.6 §4.8: at a register of ${energyWh} Wh nothing begins, and the connector says PowerMeterFailure`, async () => {
    const house = await bootedHouse();
    telling(house, energyWh);
    await begun(house);
    await house.advance(minuteMs);
    assertEquals([contactorClosed(house), await stored(house, "transaction")], [false, []]);
    const codes = house.sent("StatusNotification").map(({ payload }) => payload.errorCode);
    assert(codes.includes("PowerMeterFailure"), `${codes}`);
  });
}

for (const idTag of ["", "X".repeat(21)]) {
  Deno.test(`§7.28 IdToken: an idTag of ${idTag.length} characters is refused at the reader`, async () => {
    const house = await bootedHouse({
      settings: { AllowOfflineTxForUnknownId: "true", LocalAuthorizeOffline: "true" },
    });
    house.network.setLink("down");
    await house.advance(0);
    await begun(house, 1, idTag);
    await house.advance(minuteMs);
    assertEquals([contactorClosed(house), await stored(house, "outbox")], [false, []]);
    assertEquals(house.effects("IgnorePresented").map(({ detail }) => detail), [
      { why: `an idTag has 1 to 20 characters, not ${idTag.length}` },
    ]);
    house.network.setLink("up");
    await house.advance(minuteMs);
    await swiped(house, "ALICE");
    assertEquals(status(house), "Charging");
  });
}

for (const record of [tooLong(0), { message: {} }, { message: { localId: "1" } }]) {
  Deno.test(`D-unreadable: ${JSON.stringify(record).slice(0, 40)} crashes nobody and holds up no bill`, async () => {
    const house = await bootedHouse();
    const sequence = await rebootedOnto(house, record);
    await house.advance(minuteMs);
    await begun(house);
    await swiped(house, "ALICE");
    await house.advance(minuteMs);
    assertEquals(house.sent("StartTransaction", "StopTransaction").length, 2);
    assertEquals([house.crashes(), await stored(house, "outbox")], [[], []]);
    const { total, transactions } = await parkedIn(house);
    assertEquals([total, transactions[0]?.localId], [1, 0]);
    assertEquals(transactions[0]?.unreadable.map((one) => [one.sequence, one.record]), [[sequence, record]]);
    assertEquals(house.effects("TransactionMessageUnreadable").length, 1);
  });
}

Deno.test("D-unreadable: what is known of it is shown: whose it is, and in which words it cannot be read", async () => {
  const house = await bootedHouse();
  const { transactionId } = await charging(house);
  const [open] = await stored(house, "transaction") as readonly { localId: number }[];
  assert(open !== undefined);
  await rebootedOnto(house, tooLong(open.localId));
  await house.advance(minuteMs);
  const told = await exportParked(storeOf(house), open.localId);
  assertEquals([told?.transactionId, told?.idTag, told?.kept], [transactionId, "ALICE", 1]);
  assert(told?.unreadable[0]?.problem.includes("idTag"), told?.unreadable[0]?.problem);
});

Deno.test("D-unreadable: it outlives a power cut, is not sent again, and is gone once it is discarded with a reason", async () => {
  const house = await bootedHouse();
  await rebootedOnto(house, tooLong(7));
  await house.advance(minuteMs);
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals((await parkedIn(house)).total, 1);
  const outcomes: unknown[] = [];
  const reply = (outcome: unknown) => void outcomes.push(outcome);
  house.addresses().outbox.send({ kind: "ResendParked", localId: 7, reply });
  house.addresses().outbox.send({ kind: "DiscardParked", localId: 7, reason: "billed by hand", reply });
  await house.advance(0);
  assertEquals(outcomes, ["idLost", "done"]);
  assertEquals([...await stored(house, "unreadable"), ...await stored(house, "parked")], []);
  const [discarded] = house.effects("ParkedDiscarded");
  assertEquals((discarded?.detail as { unreadable: unknown }).unreadable, [tooLong(7)]);
});

Deno.test("D-unreadable: where the disk refuses to set it aside the others go on, and the next start tries again", async () => {
  const house = await bootedHouse();
  await rebootedOnto(house, tooLong(7));
  house.store().failCommits("full", 1_000);
  await house.advance(minuteMs);
  assertEquals(house.effects("TransactionMessagePassedOver").length, 1);
  house.store().failCommits("full", 0);
  await charging(house);
  assertEquals([house.crashes(), (await stored(house, "outbox")).length], [[], 1]);
  house.system().crash("outbox");
  await house.advance(minuteMs);
  assertEquals([await stored(house, "outbox"), (await parkedIn(house)).total], [[], 1]);
});

Deno.test("D-unreadable: a start and a sample that could not be read again are not written; a stop is, to be seen", async () => {
  const { store } = createMemoryStore();
  const book = await openTransactionBook({
    store,
    connectorId: 1,
    boot: 1,
    wallMs: () => Date.UTC(2026, 0, 1),
    damaged: () => {},
  });
  const atMs = Date.UTC(2026, 0, 1);
  const beginning = {
    energyWh: 5,
    meterSerialNumber: "SIM-1",
    atMs,
    monotonicMs: 0,
    data: null,
  };
  const tag = "X".repeat(21);
  assertEquals((await book.begin({ ...beginning, idTag: tag })).kind, "refused");
  assertEquals((await store.list(["outbox"])).length, 0);
  const begun = await book.begin({ ...beginning, idTag: "ALICE" });
  assert(begun.kind === "begun");
  const checkpoint = {
    localId: begun.record.localId,
    energyWh: 5,
    meterSerialNumber: "SIM-1",
    atMs,
    risenMs: atMs,
  };
  const nothing = { timestamp: "2026-01-01T00:00:00.000Z", sampledValue: [] };
  assertEquals(await book.sample({ checkpoint, sent: nothing, data: null }), false);
  assertEquals((await store.list(["outbox"])).length, 1);
  assertEquals(
    await book.end({ stop: { reason: "Local", idTag: tag }, energyWh: 9, atMs, data: null }),
    true,
  );
});
