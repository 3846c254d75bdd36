/** A damaged record costs no bill that could still be written by hand: what is left of it is kept, shown, and a person's to decide (decision D-parked). */
import { assert, assertEquals } from "@std/assert";
import { exportParked } from "../../console/parked_transactions.ts";
import type { ArchiveRecord, TransactionRecord } from "../../storage/records.ts";
import { answerKey, parkedKey, resendKey } from "../../storage/record_keys.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, stored, storeOf, swiped } from "./calm_house.ts";
import { asked, parkedIn } from "./parked_by_hand.ts";
import { rebooted } from "./power_cycle.ts";

const failure = { kind: "error", errorCode: "InternalError" } as const;
const once = { settings: { TransactionMessageAttempts: "1", MeterValueSampleInterval: "10" } };
const minuteMs = 60_000;

/** Over, with a refused message of this action; returns its number. */
async function parked(house: CalmHouse, action: "StartTransaction" | "StopTransaction"): Promise<number> {
  house.centralSystem.script(action, failure);
  await begun(house);
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(minuteMs);
  const [first] = await stored(house, "archive") as readonly ArchiveRecord[];
  assert(first !== undefined, "something is parked");
  house.forget();
  return first.message.localId;
}

Deno.test("D-parked: a parked transaction whose header is damaged is shown, and is sent again from its StartTransaction", async () => {
  const house = await bootedHouse(once);
  const localId = await parked(house, "StartTransaction");
  house.store().corrupt(parkedKey(localId));
  assertEquals((await parkedIn(house)).transactions[0]?.idTag, "ALICE");
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals((await exportParked(storeOf(house), localId))?.messages.length, 8);
  assertEquals(await asked(house, localId, "resend"), "done");
  const [stop] = house.sent("StopTransaction");
  assertEquals([stop?.payload.transactionId, house.centralSystem.open(), house.crashes()], [1, [], []]);
  assertEquals([...await stored(house, "archive"), ...await stored(house, "parked")], []);
});

Deno.test("D-parked: where the mark of a resend is damaged it is shown as parked, and is sent again when it is asked for", async () => {
  const house = await bootedHouse(once);
  const localId = await parked(house, "StartTransaction");
  house.centralSystem.script("StartTransaction", { kind: "nothing" });
  house.addresses().outbox.send({ kind: "ResendParked", localId, reply: () => {} });
  await house.advance(0);
  house.cutPower(0);
  house.store().corrupt(resendKey(localId));
  await house.restorePower();
  await house.advance(minuteMs);
  assertEquals((await parkedIn(house)).transactions[0]?.state, "parked");
  assertEquals([await asked(house, localId, "resend"), house.crashes()], ["done", []]);
  assertEquals([...await stored(house, "archive"), ...await stored(house, "parked")], []);
});

Deno.test("D-parked: with its header and its answer its transactionId is lost, where StopTransaction alone is parked: it is exported and discarded", async () => {
  const house = await bootedHouse(once);
  const localId = await parked(house, "StopTransaction");
  house.store().corrupt(parkedKey(localId));
  house.store().corrupt(answerKey(localId));
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals(await asked(house, localId, "resend"), "idLost");
  const { total, transactions } = await parkedIn(house);
  assertEquals([total, transactions[0]?.transactionId, transactions[0]?.kept], [1, null, 1]);
  assert((await exportParked(storeOf(house), localId))?.meterStopWh !== null);
  assertEquals(await asked(house, localId, "discard"), "done");
  assertEquals((await parkedIn(house)).total, 0);
});

Deno.test("D-parked: a parked StopTransaction whose header is damaged is sent again under its transactionId", async () => {
  const house = await bootedHouse(once);
  const localId = await parked(house, "StopTransaction");
  house.store().corrupt(parkedKey(localId));
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals(await asked(house, localId, "resend"), "done");
  assertEquals([house.centralSystem.open(), house.crashes()], [[], []]);
  assertEquals([...await stored(house, "archive"), ...await stored(house, "answer")], []);
});

Deno.test("D-parked: a header and an answer that are damaged in the middle of a resend end it: nothing goes out, and away, without its transactionId", async () => {
  const house = await bootedHouse(once);
  const localId = await parked(house, "StartTransaction");
  house.centralSystem.script("MeterValues", { kind: "nothing" });
  house.addresses().outbox.send({ kind: "ResendParked", localId, reply: () => {} });
  await house.advance(0);
  assertEquals([house.sent("StartTransaction").length, house.sent("MeterValues").length], [1, 1]);
  await rebooted(house, 0, () =>
    house.tamper((found) => {
      found.corrupt(parkedKey(localId));
      found.corrupt(answerKey(localId));
      return found.snapshot();
    }));
  await house.advance(10 * minuteMs);
  assertEquals(house.sent("MeterValues", "StopTransaction"), []);
  const left = await exportParked(storeOf(house), localId);
  assertEquals([left?.state, left?.kept, left?.messages.at(-1)?.action], ["parked", 7, "StopTransaction"]);
  assertEquals([await asked(house, localId, "resend"), await asked(house, localId, "discard")], [
    "idLost",
    "done",
  ]);
});

/** What is left of a bill that nobody can send: the last message of it, kept although the central system has taken it. */
async function isKept(house: CalmHouse): Promise<void> {
  const { total, transactions } = await parkedIn(house);
  assertEquals([total, transactions[0]?.state, transactions[0]?.transactionId], [1, "parked", null]);
  const localId = transactions[0]?.localId ?? 0;
  const messages = (await exportParked(storeOf(house), localId))?.messages ?? [];
  const last = messages.at(-1);
  assertEquals([last?.action, last?.why], ["StopTransaction", "noTransactionId"]);
  assertEquals(house.effects("TransactionIdLost").length, 1);
  assertEquals([await asked(house, localId, "resend"), await asked(house, localId, "discard")], [
    "idLost",
    "done",
  ]);
  assertEquals([...await stored(house, "archive"), ...await stored(house, "parked")], []);
}

Deno.test("errata v4.0 §3.18, D-damaged: what goes with -1 since the answer to its start is damaged is kept for a bill by hand", async () => {
  const house = await bootedHouse(once);
  await charging(house);
  const [open] = await stored(house, "transaction") as readonly TransactionRecord[];
  await house.advance(minuteMs);
  house.store().corrupt(answerKey(open?.localId ?? 0));
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [-1]);
  await isKept(house);
});

Deno.test("errata v4.0 §3.18, D-damaged: what goes with -1 since its StartTransaction is damaged is kept for a bill by hand", async () => {
  const house = await bootedHouse(once);
  await charging(house);
  await swiped(house, "ALICE");
  house.network.setLink("down");
  await house.advance(0);
  house.station.verbs.unplug(1);
  await house.advance(0);
  await begun(house);
  await swiped(house, "ALICE");
  const copy = await storeOf(house).list(["outbox"]);
  house.store().corrupt(copy[0]?.key ?? []);
  house.network.setLink("up");
  house.forget();
  await house.advance(5 * minuteMs);
  assertEquals(house.sent("StartTransaction"), []);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [-1]);
  await isKept(house);
});
