/**
 * Parking: what the central system has refused for good stays with its transaction until a person sends it again or discards it
 * (decision D-parked; errata v4.0 §3.18).
 */
import { assert, assertEquals } from "@std/assert";
import type { ParkedOutcome } from "../../actors/archive.ts";
import type { ArchiveRecord } from "../../storage/records.ts";
import type { Turn } from "../sim/turn.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, newHouse, stored, swiped } from "./calm_house.ts";

const failure: Turn = { kind: "error", errorCode: "InternalError" };
const nothing: Turn = { kind: "nothing" };
const once = { settings: { TransactionMessageAttempts: "1", MeterValueSampleInterval: "10" } };

/** Its StartTransaction is refused; three MeterValues and the StopTransaction then go with transactionId -1. */
async function startRefused(options: CalmHouseOptions = once): Promise<CalmHouse> {
  const house = await bootedHouse(options);
  house.centralSystem.script("StartTransaction", failure);
  await begun(house);
  await house.advance(35_000);
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(1_000);
  return house;
}

/** The number of the one transaction that is parked. */
async function parkedId(house: CalmHouse): Promise<number> {
  const [first] = await stored(house, "archive") as readonly ArchiveRecord[];
  assert(first !== undefined, "something is parked");
  return first.message.localId;
}

async function resend(house: CalmHouse, localId: number): Promise<ParkedOutcome | null> {
  return await asked(house, (reply) => {
    house.addresses().outbox.send({ kind: "ResendParked", localId, reply });
  });
}

async function discard(house: CalmHouse, localId: number): Promise<ParkedOutcome | null> {
  return await asked(house, (reply) => {
    house.addresses().outbox.send({ kind: "DiscardParked", localId, reason: "paid in cash", reply });
  });
}

async function asked(
  house: CalmHouse,
  ask: (reply: (outcome: ParkedOutcome) => void) => void,
): Promise<ParkedOutcome | null> {
  let answered: ParkedOutcome | null = null;
  ask((outcome) => void (answered = outcome));
  await house.advance(0);
  return answered;
}

function counts(house: CalmHouse) {
  const { transactionMessages, parked, parkedTransactions, resending } = house.system().inspect("outbox") as {
    readonly transactionMessages: number;
    readonly parked: number;
    readonly parkedTransactions: number;
    readonly resending: number;
  };
  return { transactionMessages, parked, parkedTransactions, resending };
}

function sentIds(house: CalmHouse): readonly (readonly [string, unknown])[] {
  return house.sent("StartTransaction", "MeterValues", "StopTransaction")
    .map(({ action, payload }) => [action, payload.transactionId] as const);
}

/** No record of parking is left. */
async function isClear(house: CalmHouse): Promise<boolean> {
  const kinds = ["outbox", "parked", "archive", "resend", "purge", "answer", "sample"];
  const left = await Promise.all(kinds.map((kind) => stored(house, kind)));
  return left.every((records) => records.length === 0);
}

Deno.test("D-parked: what is refused for good is kept with the central system's answers, a time-out among them", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StartTransaction", failure, nothing, failure);
  await begun(house);
  await house.advance(300_000);
  const [start] = await stored(house, "archive") as readonly ArchiveRecord[];
  assertEquals([start?.why, start?.failures], ["refused", 3]);
  const bootMs = Date.UTC(2026, 0, 1);
  assertEquals(start?.refusals, [
    { kind: "error", atMs: bootMs, errorCode: "InternalError", errorDescription: "scripted" },
    { kind: "timeout", atMs: bootMs + 100_000 },
    { kind: "error", atMs: bootMs + 220_000, errorCode: "InternalError", errorDescription: "scripted" },
  ]);
  assertEquals(counts(house), { transactionMessages: 0, parked: 1, parkedTransactions: 1, resending: 0 });
});

Deno.test("errata v4.0 §3.18: after a parked start the rest goes with -1, and stays archived with it", async () => {
  const house = await startRefused();
  assertEquals(sentIds(house), [
    ["StartTransaction", undefined],
    ["MeterValues", -1],
    ["MeterValues", -1],
    ["MeterValues", -1],
    ["StopTransaction", -1],
  ]);
  const archive = await stored(house, "archive") as readonly ArchiveRecord[];
  assertEquals(archive.map(({ why, message }) => [message.action, why]), [
    ["StartTransaction", "refused"],
    ["MeterValues", "noTransactionId"],
    ["MeterValues", "noTransactionId"],
    ["MeterValues", "noTransactionId"],
    ["StopTransaction", "noTransactionId"],
  ]);
  assertEquals(counts(house), { transactionMessages: 0, parked: 1, parkedTransactions: 1, resending: 0 });
});

Deno.test("a resend sends StartTransaction, then the rest and StopTransaction with the real id; then nothing is parked", async () => {
  const house = await startRefused();
  const [, ...first] = house.sent("StartTransaction", "MeterValues", "StopTransaction");
  house.forget();
  assertEquals(await resend(house, await parkedId(house)), "done");
  assertEquals(sentIds(house), [
    ["StartTransaction", undefined],
    ["MeterValues", 1],
    ["MeterValues", 1],
    ["MeterValues", 1],
    ["StopTransaction", 1],
  ]);
  const again = house.sent("MeterValues", "StopTransaction").map(({ payload }) => ({
    ...payload,
    transactionId: 0,
  }));
  assertEquals(again, first.map(({ payload }) => ({ ...payload, transactionId: 0 })), "the same content");
  assertEquals([house.centralSystem.ledger.size, house.centralSystem.open()], [1, []]);
  assertEquals(counts(house), { transactionMessages: 0, parked: 0, parkedTransactions: 0, resending: 0 });
  assert(await isClear(house));
});

Deno.test("a resend's StopTransaction has its transactionData, which is kept for it", async () => {
  const house = await startRefused({
    settings: { ...once.settings, StopTxnSampledData: "Energy.Active.Import.Register" },
  });
  const data = house.sent("StopTransaction")[0]?.payload.transactionData;
  house.forget();
  await resend(house, await parkedId(house));
  assertEquals(house.sent("StopTransaction")[0]?.payload.transactionData, data);
  assert(Array.isArray(data) && data.length > 2);
  assert(await isClear(house));
});

for (const action of ["MeterValues", "StopTransaction"]) {
  Deno.test(`a parked ${action} of a transaction that has an id goes again with that id`, async () => {
    const house = await chargingHouse(once);
    house.centralSystem.script(action, failure);
    await house.advance(25_000);
    await swiped(house, "ALICE");
    await house.advance(1_000);
    assertEquals(counts(house), { transactionMessages: 0, parked: 1, parkedTransactions: 1, resending: 0 });
    const waiting = (await stored(house, "answer")).length;
    assertEquals(waiting, action === "StopTransaction" ? 1 : 0, "there until StopTransaction is answered");
    const [refused] = house.sent(action);
    house.forget();
    assertEquals(await resend(house, await parkedId(house)), "done");
    assertEquals(house.sent(action).map(({ payload }) => payload), [refused?.payload]);
    assertEquals([refused?.payload.transactionId, await stored(house, "answer")], [1, []]);
    assert(await isClear(house));
  });
}

Deno.test("the id of a transaction whose StopTransaction alone is parked is kept with whose it is", async () => {
  const house = await chargingHouse(once);
  house.centralSystem.script("StopTransaction", failure);
  await swiped(house, "ALICE");
  const [parked] = await stored(house, "parked") as readonly { answer?: { start?: { idTag: string } } }[];
  assertEquals(parked?.answer?.start?.idTag, "ALICE");
});

Deno.test("a resend that is refused again stays parked with what was answered now; its attempts are counted anew", async () => {
  const house = await startRefused({
    settings: { ...once.settings, TransactionMessageAttempts: "2", TransactionMessageRetryInterval: "1" },
  });
  house.centralSystem.script("StartTransaction", failure, failure);
  // Its first attempt of all was refused, and the second accepted: nothing is parked yet.
  assertEquals(counts(house).parked, 0);
  await begun(house, 1, "BOB");
  await house.advance(2_000);
  await swiped(house, "BOB");
  const localId = await parkedId(house);
  house.forget();
  house.centralSystem.script("StartTransaction", failure, nothing);
  await resend(house, localId);
  await house.advance(60_000);
  assertEquals(house.sent("StartTransaction").map(({ atMs }) => atMs - house.sent()[0]!.atMs), [0, 1_000]);
  assertEquals(house.sent("StopTransaction"), [], "without a start nothing else goes again");
  const [start] = await stored(house, "archive") as readonly ArchiveRecord[];
  assertEquals([start?.failures, start?.refusals?.map(({ kind }) => kind)], [4, [
    "error",
    "error",
    "error",
    "timeout",
  ]]);
  assertEquals(counts(house), { transactionMessages: 0, parked: 1, parkedTransactions: 1, resending: 0 });
  assertEquals(await resend(house, localId), "done");
  assert(await isClear(house));
});

Deno.test("§3.7.1: in a resend, too, each message has its own attempts", async () => {
  const house = await startRefused();
  await house.ask("ChangeConfiguration", { key: "TransactionMessageAttempts", value: "2" });
  await house.ask("ChangeConfiguration", { key: "TransactionMessageRetryInterval", value: "1" });
  for (const action of ["StartTransaction", "MeterValues", "StopTransaction"]) {
    house.centralSystem.script(action, failure);
  }
  house.forget();
  await resend(house, await parkedId(house));
  await house.advance(10_000);
  assertEquals(sentIds(house).length, 8, "five messages, and three of them twice");
  assert(await isClear(house));
});

Deno.test("in a resend a MeterValues that is refused again holds up nobody, and keeps the id that was obtained", async () => {
  const house = await startRefused();
  house.centralSystem.script("MeterValues", failure);
  house.forget();
  const localId = await parkedId(house);
  await resend(house, localId);
  assertEquals(sentIds(house).map(([action]) => action), [
    "StartTransaction",
    "MeterValues",
    "MeterValues",
    "MeterValues",
    "StopTransaction",
  ]);
  assertEquals(counts(house), { transactionMessages: 0, parked: 1, parkedTransactions: 1, resending: 0 });
  house.forget();
  await resend(house, localId);
  assertEquals(sentIds(house), [["MeterValues", 1]]);
  assert(await isClear(house));
});

Deno.test("a resend of a transaction that goes on, or whose messages still wait, is refused", async () => {
  const house = await bootedHouse(once);
  house.centralSystem.script("StartTransaction", failure);
  await begun(house);
  const localId = await parkedId(house);
  assertEquals([await resend(house, localId), await discard(house, localId)], ["open", "open"]);
  house.network.setLink("down");
  await house.advance(0);
  await swiped(house, "ALICE");
  assertEquals(await resend(house, localId), "open", "its StopTransaction waits for the link");
  house.network.setLink("up");
  await house.advance(120_000);
  assertEquals(await resend(house, localId), "done");
});

Deno.test("a resend of what is not parked, or is being sent again, is refused", async () => {
  const house = await startRefused();
  const localId = await parkedId(house);
  assertEquals([await resend(house, 999), await discard(house, 999)], ["unknown", "unknown"]);
  house.centralSystem.script("StartTransaction", nothing);
  await resend(house, localId);
  assertEquals([await resend(house, localId), await discard(house, localId)], ["resending", "resending"]);
});

Deno.test("a resend that was asked for offline goes when the link is back, and behind what waits", async () => {
  const house = await startRefused();
  const localId = await parkedId(house);
  house.network.setLink("down");
  await house.advance(0);
  assertEquals(await resend(house, localId), "done");
  await begun(house, 1, "ALICE");
  house.forget();
  house.network.setLink("up");
  await house.advance(30_000);
  assertEquals(house.sent("StartTransaction").length, 2);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [2]);
  assertEquals(
    house.centralSystem.open().map(({ transactionId }) => transactionId),
    [1],
    "the new one goes on",
  );
});

Deno.test("while a resend waits for its next attempt, a new transaction does not wait for it", async () => {
  const house = await startRefused({ settings: { TransactionMessageAttempts: "1" } });
  await house.ask("ChangeConfiguration", { key: "TransactionMessageAttempts", value: "2" });
  house.centralSystem.script("StartTransaction", failure);
  await resend(house, await parkedId(house));
  house.forget();
  await begun(house, 1, "BOB");
  const [bob] = house.sent("StartTransaction");
  assertEquals([bob?.payload.idTag, house.centralSystem.open().length], ["BOB", 1]);
  await house.advance(60_000);
  assert(await isClear(house) || counts(house).resending === 0);
  assertEquals(house.sent("StartTransaction").map(({ payload }) => payload.idTag), ["BOB", "ALICE"]);
});

Deno.test("discarded with a reason it is gone, and the log has the reason and the transaction", async () => {
  const house = await startRefused({
    settings: { ...once.settings, StopTxnSampledData: "Energy.Active.Import.Register" },
  });
  const localId = await parkedId(house);
  assertEquals(await discard(house, localId), "done");
  assertEquals(counts(house), { transactionMessages: 0, parked: 0, parkedTransactions: 0, resending: 0 });
  assert(await isClear(house));
  const detail = house.effects("ParkedDiscarded")[0]?.detail as Record<string, unknown>;
  assertEquals([detail.localId, detail.reason, detail.meterValues], [localId, "paid in cash", 3]);
  assertEquals((detail.messages as ArchiveRecord["message"][]).map(({ action }) => action), [
    "StartTransaction",
    "StopTransaction",
  ]);
});

Deno.test("parking, an export, a resend and its end are in the log", async () => {
  const house = await startRefused();
  const localId = await parkedId(house);
  house.addresses().outbox.send({ kind: "ParkedExported", localId });
  await house.advance(0);
  assertEquals(house.effects("ParkedExported").map(({ detail }) => detail), [{ localId }]);
  await resend(house, localId);
  const logged = ["TransactionMessageFailed", "TransactionMessageParked", "ResendBegun", "ResendEnded"];
  assertEquals(logged.map((effect) => house.effects(effect).length), [1, 1, 1, 1]);
  assertEquals(house.effects("ResendEnded")[0]?.detail, { localId, stillParked: false });
});

Deno.test("what is parked, and a resend that was begun, are there again after a power cut", async () => {
  const house = await startRefused();
  const localId = await parkedId(house);
  house.network.setLink("down");
  await house.advance(0);
  await resend(house, localId);
  house.cutPower(0);
  await house.restorePower();
  assertEquals((await stored(house, "resend")).length, 1);
  house.forget();
  await house.advance(60_000);
  assertEquals(sentIds(house).at(-1), ["StopTransaction", 1]);
  assert(await isClear(house));
});

Deno.test("D4: a resend that the power leaves at any commit loses nothing and doubles nothing", async () => {
  for (let nth = 1; nth <= 6; nth++) {
    for (const keptCommits of [0, 1]) {
      const house = await startRefused();
      const localId = await parkedId(house);
      house.disk.commitMs = 10;
      house.forget();
      let left = nth;
      let cut = false;
      house.watchCommits(() => {
        left -= 1;
        if (left === 0) house.clock.after(5, () => void (cut = true));
      });
      house.addresses().outbox.send({ kind: "ResendParked", localId, reply: () => {} });
      while (!cut) await house.clock.step();
      house.watchCommits(() => {});
      house.cutPower(keptCommits);
      house.disk.commitMs = 0;
      await house.restorePower();
      await house.advance(60_000);
      // A resend whose beginning was not durable is asked for again.
      if (!await isClear(house)) assertEquals(await resend(house, localId), "done", `${nth} ${keptCommits}`);
      await house.advance(60_000);
      const [entry, ...more] = [...house.centralSystem.ledger.values()];
      assertEquals(more, [], `${nth} ${keptCommits}`);
      const values = new Set(entry?.meterValues.map((value) => JSON.stringify(value)));
      assertEquals([values.size, entry?.stop?.transactionId], [3, 1], `${nth} ${keptCommits}`);
      assert(await isClear(house), `${nth} ${keptCommits}`);
    }
  }
});

Deno.test("D4: parking that the power leaves at its commit is done, or done again", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await bootedHouse(once);
    house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" }, failure);
    await begun(house);
    const before = (await stored(house, "archive")).length;
    assertEquals(before, 1);
    house.centralSystem.script("MeterValues", failure, failure);
    house.disk.commitMs = 10;
    let parking = false;
    house.watchCommits((batch) => {
      if (batch.sets?.some(({ key }) => key[0] === "archive")) parking = true;
    });
    while (!parking) await house.clock.step();
    house.cutPower(keptCommits);
    const messages = async () =>
      (await stored(house, "archive")).length + (await stored(house, "outbox")).length;
    assertEquals(await messages(), 2, "in one place or the other");
    await house.restorePower();
    await house.advance(60_000);
    assertEquals((await stored(house, "outbox")).length, 0);
    // The start, one MeterValues, and the StopTransaction of the cut.
    assertEquals((await stored(house, "archive")).length, 3);
  }
});

Deno.test("a full disk: what was to be parked stays in its place, and is parked when there is room", async () => {
  const house = await newHouse({ settings: { TransactionMessageAttempts: "1" }, networkMs: 5 });
  await house.advance(1_000);
  house.centralSystem.script("StartTransaction", failure, failure);
  await begun(house);
  while (house.sent("StartTransaction").length === 0) await house.clock.step();
  house.store().failCommits("full", 2);
  await house.advance(59_000);
  assertEquals([counts(house).parked, (await stored(house, "outbox")).length], [0, 1]);
  await house.advance(10_000);
  assertEquals([counts(house).parked, house.sent("StartTransaction").length], [1, 2]);
});
