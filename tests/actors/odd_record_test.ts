/**
 * A record that is whole and has not the shape that its reader expects, wherever it stands: it holds up nobody's bill (decision
 * D-unreadable).
 */
import { assert, assertEquals } from "@std/assert";
import { exportParked } from "../../console/parked_transactions.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { TransactionRecord } from "../../storage/records.ts";
import type { Key, Value } from "../../storage/store.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, stored, storeOf, swiped } from "./calm_house.ts";
import { parkedIn } from "./parked_by_hand.ts";

const minuteMs = 60_000;

/** Power goes, and comes back onto this one more record. */
async function rebootedOnto(house: CalmHouse, key: Key, value: Value): Promise<void> {
  house.cutPower(0);
  const medium = createMemoryStore({ from: house.store().snapshot() });
  await medium.store.commit({ sets: [{ key, value }] });
  house.tamper(() => medium.snapshot());
  await house.advance(1_000);
  await house.restorePower();
  house.forget();
}

const payload = { meterStop: 5, timestamp: "2026-01-01T01:00:00.000Z" };
const withoutFailures = {
  message: { action: "StopTransaction", localId: 77, payload },
  why: "refused",
  parkedMs: 0,
};

for (
  const [key, value] of [
    [["archive", 77, 78], { x: 1 }],
    [["archive", 77, 78], null],
    [["archive", 77, 78], withoutFailures],
    [["purge", 77], "x"],
    [["resend", 77], { x: 1 }],
    [["parked", 77], "x"],
    [["answer", 77], "x"],
    [["checkpoint", 1], "x"],
    [["transaction", 1], { x: 1 }],
  ] as const satisfies readonly (readonly [Key, Value])[]
) {
  Deno.test(`D-unreadable: [${key}] as ${JSON.stringify(value).slice(0, 30)} crashes nobody and holds up no bill`, async () => {
    const house = await bootedHouse();
    await rebootedOnto(house, key, value);
    await house.advance(minuteMs);
    house.system().crash("outbox");
    await house.advance(minuteMs);
    await begun(house);
    await house.advance(minuteMs);
    await parkedIn(house);
    await swiped(house, "ALICE");
    await house.advance(minuteMs);
    assertEquals(house.sent("StartTransaction", "StopTransaction").length, 2);
    assertEquals(house.crashes().filter((crash) => !crash.includes("was told to crash")), []);
    assertEquals([...await stored(house, "purge"), ...await stored(house, "transaction")], []);
  });
}

for (const value of [{ x: 1 }, withoutFailures]) {
  Deno.test(`D-unreadable: ${JSON.stringify(value).slice(0, 30)} among what is parked is shown word for word, not sent, and goes when it is discarded`, async () => {
    const house = await bootedHouse();
    await rebootedOnto(house, ["archive", 77, 78], value);
    await house.advance(minuteMs);
    const { transactions: [shown] } = await parkedIn(house);
    assertEquals(shown?.unreadable.map(({ sequence, record }) => [sequence, record]), [[78, value]]);
    assertEquals((await exportParked(storeOf(house), 77))?.kept, 1);
    const outcomes: unknown[] = [];
    const reply = (outcome: unknown) => void outcomes.push(outcome);
    house.addresses().outbox.send({ kind: "ResendParked", localId: 77, reply });
    house.addresses().outbox.send({ kind: "DiscardParked", localId: 77, reason: "billed by hand", reply });
    await house.advance(minuteMs);
    assertEquals([outcomes, await stored(house, "archive"), house.crashes()], [["idLost", "done"], [], []]);
    const [discarded] = house.effects("ParkedDiscarded");
    assertEquals((discarded?.detail as { unreadable: unknown }).unreadable, [value]);
  });
}

Deno.test("D-unreadable: one in the middle of what is sent again stays, and the others go", async () => {
  const house = await bootedHouse({
    settings: { TransactionMessageAttempts: "1", MeterValueSampleInterval: "10" },
  });
  house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  await begun(house);
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  const [, second] = await storeOf(house).list(["archive"]);
  assert(second !== undefined);
  await rebootedOnto(house, second.key, { x: 1 });
  await house.advance(minuteMs);
  const localId = Number(second.key[1]);
  house.addresses().outbox.send({ kind: "ResendParked", localId, reply: () => {} });
  await house.advance(minuteMs);
  assertEquals([house.centralSystem.open(), house.crashes()], [[], []]);
  assertEquals(await stored(house, "archive"), [{ x: 1 }]);
  assertEquals((await parkedIn(house)).transactions[0]?.state, "parked");
});

Deno.test("D-unreadable: a sample of transactionData that cannot be read is left out, said, and the bill goes", async () => {
  const house = await chargingHouse({ settings: { StopTxnSampledData: "Energy.Active.Import.Register" } });
  await house.advance(3 * minuteMs);
  const [open] = await stored(house, "transaction") as readonly TransactionRecord[];
  const localId = open?.localId ?? 0;
  const odd = { timestamp: "2026-01-01T00:00:00Z", sampledValue: [] };
  await rebootedOnto(house, ["sample", localId, localId + 1], odd);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  assertEquals([house.crashes(), house.centralSystem.open()], [[], []]);
  assertEquals([house.effects("DamagedRecord").length, await stored(house, "sample")], [1, []]);
});
