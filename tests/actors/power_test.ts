/** Power that fails with a warning (OCPP 1.6 §7.36 PowerLoss; TC_032_1; AQ-7.1; spec/behaviour.md §18). */
import { assertEquals } from "@std/assert";
import type { StationProfile } from "../../hal/station_profile.ts";
import { referenceDc } from "../hal/stations.ts";
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
import { rebooted, registerWh, stops } from "./power_cycle.ts";

const stopAfterReboot: StationProfile = {
  ...referenceDc,
  powerLoss: { ...referenceDc.powerLoss, onPowerLoss: "stopAfterReboot" },
};

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

Deno.test("AQ-7.1: a meter that hangs takes half of the hold-up time at most, so that the stop is sent before the cut", async () => {
  const station = { ...referenceDc, powerLoss: { ...referenceDc.powerLoss, holdUpTimeS: 1.5 } };
  const house = await chargingHouse({ station });
  await house.advance(30_000);
  house.station.meter.setMode("hang");
  house.station.verbs.power("failing");
  await house.advance(1_000);
  assertEquals(stops(house), [["PowerLoss", "2026-01-01T00:00:30.000Z"]]);
  assertEquals(house.centralSystem.open(), []);
});

for (const [when, asked] of [["just", 100], ["nearly three seconds", 2_900]] as const) {
  Deno.test(`AQ-7.1: a question that was asked ${when} before power failed, and hangs, has half of the hold-up time left at most`, async () => {
    const station = { ...referenceDc, powerLoss: { ...referenceDc.powerLoss, holdUpTimeS: 1.5 } };
    const house = await chargingHouse({ station });
    await house.advance(30_000);
    house.station.meter.setMode("hang");
    await swiped(house, "ALICE");
    await house.advance(asked);
    house.station.verbs.power("failing");
    await house.advance(Math.min(3_000 - asked, 750) - 1);
    assertEquals(stops(house), []);
    await house.advance(1);
    assertEquals(stops(house), [["Local", "2026-01-01T00:00:30.000Z"]]);
  });
}

Deno.test("§18: while power fails nothing begins, by card or remotely; a connector that crashed reads the level", async () => {
  const house = await bootedHouse();
  house.station.verbs.power("failing");
  await begun(house);
  house.system().crash("connector:1");
  await swiped(house, "ALICE");
  const remote = await house.ask("RemoteStartTransaction", { connectorId: 1, idTag: "ALICE" });
  assertEquals([remote, house.sent("Authorize", "StartTransaction")], [
    { result: { status: "Rejected" } },
    [],
  ]);
  house.station.verbs.power("on");
  await house.advance(0);
  await swiped(house, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
});

for (const supply of ["failing", "on"] as const) {
  Deno.test(`a power actor that crashed before it could say that power is ${supply} tells it all the same`, async () => {
    const house = await chargingHouse({ station: stopAfterReboot });
    if (supply === "on") house.station.verbs.power("failing");
    await house.advance(0);
    // It is not heard while there is nobody to hear it.
    house.station.power.listen(() => {});
    house.station.verbs.power(supply);
    await house.advance(0);
    house.system().crash("power");
    await house.advance(0);
    assertEquals(contactorClosed(house), supply === "on");
  });
}

Deno.test("AQ-7.1: StopTransaction does not wait out the retry interval of what stands before it", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageRetryInterval: "600" } });
  house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  await begun(house);
  await house.advance(2_000);
  assertEquals([status(house), house.centralSystem.ledger.size], ["Charging", 0]);
  house.station.verbs.power("failing");
  await house.advance(0);
  assertEquals(house.sent("StartTransaction", "StopTransaction").map(({ action }) => action), [
    "StartTransaction",
    "StartTransaction",
    "StopTransaction",
  ]);
  assertEquals(house.centralSystem.open(), []);
});

Deno.test("§3.7.1: but what the central system refuses again waits, and is not sent without a pause", async () => {
  const house = await bootedHouse({ settings: { TransactionMessageAttempts: "5" } });
  for (let refusals = 0; refusals < 2; refusals++) {
    house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  }
  await begun(house);
  house.station.verbs.power("failing");
  await house.advance(4_000);
  assertEquals(house.sent("StartTransaction").length, 2);
});

Deno.test("stopAfterReboot: the signal opens the contactor and makes a last checkpoint; the Stop comes after the boot, of that moment", async () => {
  const house = await chargingHouse({ station: stopAfterReboot });
  await house.advance(33_000);
  house.station.verbs.power("failing");
  await house.advance(0);
  assertEquals([stops(house), contactorClosed(house), status(house)], [[], false, "SuspendedEVSE"]);
  const [checkpoint] = await stored(house, "checkpoint") as readonly { readonly atMs: number }[];
  assertEquals(checkpoint?.atMs, Date.parse("2026-01-01T00:00:33.000Z"));
  await house.advance(2_000);
  await rebooted(house, 0);
  assertEquals(stops(house), [["PowerLoss", "2026-01-01T00:00:33.000Z"]]);
});

Deno.test("stopAfterReboot: power that comes back without a cut lets the same transaction go on", async () => {
  const house = await chargingHouse({ station: stopAfterReboot });
  house.station.verbs.power("failing");
  await house.advance(5_000);
  house.station.verbs.power("on");
  await house.advance(0);
  assertEquals([status(house), contactorClosed(house), house.centralSystem.ledger.size], [
    "Charging",
    true,
    1,
  ]);
  assertEquals(reported(house), ["SuspendedEVSE", "Charging"]);
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

Deno.test("D4: wherever in the hold-up time the power goes, there is one Stop, PowerLoss, and the whole bill", async () => {
  for (const profile of [referenceDc, stopAfterReboot]) {
    for (const inMs of [0, 50, 100, 150, 200, 250, 300]) {
      for (const keptCommits of [0, 1]) {
        const house = await chargingHouse({ station: profile });
        await house.advance(33_000);
        house.disk.commitMs = 100;
        house.station.verbs.power("failing");
        await house.advance(inMs);
        assertEquals(contactorClosed(house), false);
        await rebooted(house, keptCommits);
        await house.advance(60_000);
        const [entry] = house.centralSystem.ledger.values();
        assertEquals([entry?.stop?.reason, entry?.stop?.meterStop], ["PowerLoss", registerWh(house)]);
        assertEquals([house.centralSystem.ledger.size, contactorClosed(house)], [1, false]);
      }
    }
  }
});

Deno.test("AQ-7.1: actors that crash while the power fails: the Stop is made and sent all the same", async () => {
  for (const actor of ["power", "connector:1", "meter", "outbox", "link", "station"]) {
    const house = await chargingHouse();
    await house.advance(33_000);
    house.disk.commitMs = 100;
    house.station.verbs.power("failing");
    await house.advance(150);
    house.system().crash(actor);
    await house.advance(4_000);
    assertEquals([house.centralSystem.open(), contactorClosed(house)], [[], false], actor);
    assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["PowerLoss"]);
  }
});
