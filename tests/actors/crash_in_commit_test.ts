/**
 * An actor crashes while its commit is under way: what the commit comes to is the truth for its successor and for everybody
 * whom it would have told (house rules 1 and 2).
 */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, contactorClosed, status, stored, swiped } from "./calm_house.ts";

const commitMs = 1_000;

/** After `inMs` an actor crashes; then the disk is fast again, and a little while goes by. */
async function crashes(house: CalmHouse, actor: string, inMs: number): Promise<void> {
  await house.advance(inMs);
  assert(house.system().crash(actor));
  house.disk.commitMs = 0;
  await house.advance(2 * commitMs);
}

Deno.test("connector, at StartTransaction: it is sent at once, and what it started goes on", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = commitMs;
  await begun(house);
  await crashes(house, "connector:1", commitMs / 2);
  assertEquals(house.sent("StartTransaction").length, 1);
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
  await swiped(house, "ALICE");
  assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["Local"]);
});

Deno.test("connector, at the decision to stop: the decision holds", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = commitMs;
  await swiped(house, "ALICE");
  await crashes(house, "connector:1", commitMs / 2);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["Local"]);
  assertEquals(status(house), "Finishing");
});

Deno.test("connector, at StopTransaction: one is sent, and at once", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = commitMs;
  await swiped(house, "ALICE");
  await crashes(house, "connector:1", commitMs + commitMs / 2);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["Local"]);
  assertEquals((await stored(house, "outbox")).length, 0);
});

Deno.test("outbox, at the answer to StartTransaction: the connector hears of a refusal, and stops", async () => {
  const house = await bootedHouse();
  const refusal = { transactionId: 7, idTagInfo: { status: "Invalid" } };
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 500, payload: refusal });
  await begun(house);
  house.disk.commitMs = commitMs;
  await crashes(house, "outbox", 500 + commitMs / 2);
  await house.advance(60_000);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["DeAuthorized"]);
  assertEquals(contactorClosed(house), false);
});

Deno.test("configuration, at a change: it holds for everyone", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = commitMs;
  const asked = house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "10" });
  await asked;
  await crashes(house, "configuration", commitMs / 2);
  house.forget();
  await house.advance(60_000);
  assertEquals(house.sent("MeterValues").length, 6);
});
