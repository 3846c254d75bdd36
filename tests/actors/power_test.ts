/** Power that fails with a warning, and power that is gone without one (OCPP 1.6 §7.36 PowerLoss; TC_032; spec/behaviour.md §18). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

async function rebooted(house: CalmHouse, keptCommits: number): Promise<void> {
  house.cutPower(keptCommits);
  await house.advance(10_000);
  await house.restorePower();
  house.disk.commitMs = 0;
  house.forget();
  await house.advance(0);
}

function stops(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.timestamp]);
}

Deno.test("TC_032_1: power fails: StopTransaction PowerLoss and Finishing at once, then the cut; booted, Preparing", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.station.verbs.power("failing");
  await house.advance(0);
  assertEquals([stops(house), reported(house)], [[["PowerLoss", "2026-01-01T00:00:30.000Z"]], ["Finishing"]]);
  assertEquals(contactorClosed(house), false);
  await rebooted(house, 0);
  assertEquals([actions(house)[0], reported(house), stops(house)], ["BootNotification", ["Preparing"], []]);
  assertEquals(house.centralSystem.open(), []);
});

Deno.test("TC_032_1: with no link the stop is durable before the cut, and is sent after the boot", async () => {
  const house = await chargingHouse();
  house.network.setLink("down");
  await house.advance(30_000);
  house.station.verbs.power("failing");
  await house.advance(0);
  assertEquals((await stored(house, "outbox")).length, 1);
  await rebooted(house, 0);
  assertEquals(stops(house), [["PowerLoss", "2026-01-01T00:00:30.000Z"]]);
});

Deno.test("a power actor that crashed reads the level: what has begun while power fails is stopped", async () => {
  const house = await bootedHouse();
  house.station.verbs.power("failing");
  await begun(house);
  assertEquals([house.sent("StartTransaction").length, contactorClosed(house)], [1, false]);
  house.system().crash("power");
  await house.advance(0);
  assertEquals(stops(house).length, 1);
});

Deno.test("power that comes back without a cut leaves the station in order: the next card charges", async () => {
  const house = await chargingHouse();
  house.station.verbs.power("failing");
  await house.advance(1_000);
  house.station.verbs.power("on");
  await house.advance(0);
  assertEquals(status(house), "Finishing");
  await swiped(house, "BOB");
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
});

Deno.test("TC_032_2: a cut without a warning is closed after the boot: PowerLoss, the register, that boot's time", async () => {
  const house = await chargingHouse();
  await house.advance(90_000);
  await rebooted(house, 0);
  assertEquals(actions(house)[0], "BootNotification");
  assertEquals([stops(house), contactorClosed(house)], [[["PowerLoss", "2026-01-01T00:01:40.000Z"]], false]);
  assertEquals([reported(house), status(house)], [["Finishing"], "Finishing"]);
  const [entry] = house.centralSystem.ledger.values();
  const registerWh = house.station.physicalState().connectors[0]?.registerWh ?? 0;
  assertEquals(entry?.stop?.meterStop, Math.floor(registerWh));
  assert(registerWh > 1_000);
});

Deno.test("TC_032_2: with a meter that hangs after the boot the bill ends with what the last sample told", async () => {
  const house = await chargingHouse();
  await house.advance(60_000);
  const sampledWh = Math.floor(house.station.physicalState().connectors[0]?.registerWh ?? 0);
  await house.advance(30_000);
  house.station.meter.setMode("hang");
  await rebooted(house, 0);
  await house.advance(10_000);
  const [entry] = house.centralSystem.ledger.values();
  assertEquals([entry?.stop?.reason, entry?.stop?.meterStop], ["PowerLoss", sampledWh]);
  assert(sampledWh > 500);
});

Deno.test("D4: a cut while the start is being stored: either all of it is there, and is closed, or nothing", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await bootedHouse();
    house.disk.commitMs = 100;
    await begun(house);
    await house.advance(50);
    await rebooted(house, keptCommits);
    await house.advance(60_000);
    assertEquals(house.sent("StartTransaction", "StopTransaction").map(({ action }) => action), [
      ...Array(keptCommits).fill("StartTransaction"),
      ...Array(keptCommits).fill("StopTransaction"),
    ]);
    assertEquals([house.centralSystem.open(), contactorClosed(house)], [[], false]);
  }
});

Deno.test("D-stop-first: a cut after the decision keeps its reason, idTag and time", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  house.disk.commitMs = 100;
  await swiped(house, "ALICE");
  await house.advance(150);
  await rebooted(house, 0);
  assertEquals(stops(house), [["Local", "2026-01-01T00:00:30.000Z"]]);
  assertEquals(house.sent("StopTransaction")[0]?.payload.idTag, "ALICE");
});

Deno.test("D4: a cut while StopTransaction is being stored: it is made again or sent, and there is one", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await chargingHouse();
    await house.advance(30_000);
    house.disk.commitMs = 100;
    await swiped(house, "ALICE");
    await house.advance(150);
    await rebooted(house, keptCommits);
    await house.advance(600_000);
    assertEquals([house.sent("StopTransaction").length, house.centralSystem.open()], [1, []]);
    assertEquals((await stored(house, "transaction")).length, 0);
  }
});

Deno.test("D4: a cut while an answer is being stored: the message is sent again or not, and is one transaction", async () => {
  for (const keptCommits of [0, 1]) {
    const house = await bootedHouse();
    house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 10 });
    await begun(house);
    house.disk.commitMs = 100;
    await house.advance(60);
    await rebooted(house, keptCommits);
    assertEquals(house.sent("StartTransaction").length, 1 - keptCommits);
    assertEquals([house.centralSystem.ledger.size, house.centralSystem.open()], [1, []]);
  }
});
