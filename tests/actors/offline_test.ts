/** A charger without its central system, and what it tells afterwards (OCPP 1.6 §3.5, §3.7, §4.9; spec/behaviour.md §2, §3, §4). */
import { assert, assertEquals } from "@std/assert";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { CalmHouse, CalmHouseOptions } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  swiped,
} from "./calm_house.ts";

/** The wall clock of the world when the charger is switched on. */
const bootMs = Date.UTC(2026, 0, 1);

async function offlineHouse(options: CalmHouseOptions = {}): Promise<CalmHouse> {
  const house = await bootedHouse({
    ...options,
    settings: { AllowOfflineTxForUnknownId: "true", ...options.settings },
  });
  house.network.setLink("down");
  await house.advance(0);
  return house;
}

/** The network is back, and the charger with it: everything that waited has been said. */
async function back(house: CalmHouse): Promise<void> {
  house.network.setLink("up");
  while (!house.centralSystem.connected()) await house.clock.step();
  await house.advance(0);
}

function judge(idTag: string): IdTagInfo {
  return { status: idTag === "MALLORY" ? "Invalid" : "Accepted" };
}

Deno.test("TC_036: the samples of an outage come complete, in order, spaced by the interval, and before any new one", async () => {
  const house = await chargingHouse({ settings: { MeterValueSampleInterval: "10" } });
  await house.advance(10_000);
  house.network.setLink("down");
  await house.advance(45_000);
  assert(contactorClosed(house));
  await back(house);
  const backAtMs = house.clock.monotonicMs();
  await house.advance(60_000);
  const samples = house.sent("MeterValues").map(({ atMs, payload }) => {
    const [value] = payload.meterValue as readonly { timestamp: string }[];
    return {
      atMs,
      takenMs: Date.parse(value?.timestamp ?? "") - bootMs,
      transactionId: payload.transactionId,
    };
  });
  const expected = samples.map((_, index) => (index + 1) * 10_000).map((takenMs) => ({
    atMs: takenMs > 10_000 && takenMs < backAtMs ? backAtMs : takenMs,
    takenMs,
    transactionId: 1,
  }));
  assertEquals(samples, expected);
  assert(samples.length === Math.floor((backAtMs + 60_000) / 10_000));
});

Deno.test("TC_037_1: a start made offline is told after the outage, with its own time, and goes on as Charging", async () => {
  const house = await offlineHouse();
  await house.advance(5_000);
  await begun(house, 1, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
  await house.advance(10_000);
  house.forget();
  await back(house);
  const [start] = house.sent("StartTransaction");
  assertEquals(start?.payload.timestamp, "2026-01-01T00:00:05.000Z");
  assertEquals(reported(house), ["Charging"]);
  assertEquals(house.centralSystem.open().length, 1);
});

Deno.test("TC_037_2: refused after an offline start, StopTransactionOnInvalidId false: the energy stops, the transaction does not", async () => {
  const house = await offlineHouse({ judge, settings: { StopTransactionOnInvalidId: "false" } });
  await begun(house, 1, "MALLORY");
  await house.advance(10_000);
  house.forget();
  await back(house);
  assertEquals(reported(house), ["Charging", "SuspendedEVSE"]);
  assertEquals([contactorClosed(house), house.centralSystem.open().length], [false, 1]);
  await swiped(house, "MALLORY");
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["Local"]);
});

Deno.test("TC_037_3: refused after an offline start, StopTransactionOnInvalidId true: DeAuthorized, Finishing", async () => {
  const house = await offlineHouse({ judge });
  await begun(house, 1, "MALLORY");
  await house.advance(10_000);
  house.forget();
  await back(house);
  assertEquals(reported(house), ["Charging", "Finishing"]);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["DeAuthorized"]);
  assertEquals([contactorClosed(house), house.centralSystem.open().length], [false, 0]);
});

Deno.test("§4.8: the central system refuses an online start by StartTransaction.conf, and the same holds", async () => {
  const house = await bootedHouse({ judge });
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 1_000 });
  await begun(house, 1, "MALLORY");
  assert(contactorClosed(house));
  await house.advance(1_000);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["DeAuthorized"]);
  assertEquals([contactorClosed(house), status(house)], [false, "Finishing"]);
});

Deno.test("§7.27: a StartTransaction.conf whose expiryDate has passed refuses, whatever its status says", async () => {
  const expired: IdTagInfo = { status: "Accepted", expiryDate: "2025-12-31T23:59:59.000Z" };
  const house = await bootedHouse();
  house.centralSystem.script("StartTransaction", {
    kind: "answer",
    payload: { transactionId: 1, idTagInfo: expired },
  });
  await begun(house, 1, "ALICE");
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["DeAuthorized"]);
  assertEquals([contactorClosed(house), status(house)], [false, "Finishing"]);
});

Deno.test("TC_038: a stop made offline is told after the outage, with its own time, and Finishing", async () => {
  const house = await chargingHouse();
  house.network.setLink("down");
  await house.advance(7_000);
  await swiped(house, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Finishing", false]);
  await house.advance(30_000);
  house.forget();
  await back(house);
  const [stop] = house.sent("StopTransaction");
  assertEquals([stop?.payload.reason, stop?.payload.timestamp], ["Local", "2026-01-01T00:00:07.000Z"]);
  assertEquals(stop?.payload.transactionId, 1);
  assertEquals(reported(house), ["Finishing"]);
});

Deno.test("TC_039: a whole transaction made offline is told in order, and its stop carries the id just received", async () => {
  const house = await offlineHouse();
  house.centralSystem.script("StartTransaction", {
    kind: "answer",
    payload: { transactionId: 4711, idTagInfo: { status: "Accepted" } },
  });
  await begun(house, 1, "ALICE");
  await house.advance(130_000);
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(0);
  house.forget();
  await back(house);
  assertEquals(actions(house).filter((action) => action !== "StatusNotification"), [
    "StartTransaction",
    "MeterValues",
    "MeterValues",
    "StopTransaction",
  ]);
  assertEquals(house.sent("MeterValues", "StopTransaction").map(({ payload }) => payload.transactionId), [
    4711,
    4711,
    4711,
  ]);
  assertEquals(reported(house), ["Available"]);
});

Deno.test("§4.9, D-levels: after an outage only what has changed is reported, and only what is true now", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  house.network.setLink("down");
  await house.advance(1_000);
  for (const act of ["plug", "unplug", "plug"] as const) {
    house.station.verbs[act](2);
    await house.advance(1_000);
  }
  house.forget();
  await back(house);
  assertEquals([reported(house, 0), reported(house, 1), reported(house, 2)], [[], [], ["Preparing"]]);
});

Deno.test("§4.9: a status that was on its way when the link was lost is reported on the next one", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", { kind: "nothing" });
  house.station.verbs.plug(1);
  await house.advance(0);
  house.centralSystem.cut();
  await house.advance(0);
  house.forget();
  await back(house);
  assertEquals(reported(house), ["Preparing"]);
});

Deno.test("§3.5.1: offline, an unknown idTag charges only with AllowOfflineTxForUnknownId", async () => {
  const house = await offlineHouse({ settings: { AllowOfflineTxForUnknownId: "false" } });
  await begun(house, 1, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Preparing", false]);
  await back(house);
  await house.ask("ChangeConfiguration", { key: "AllowOfflineTxForUnknownId", value: "true" });
  house.network.setLink("down");
  await house.advance(0);
  await swiped(house, "ALICE");
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
});

Deno.test("spec/behaviour.md §4.2: no answer to Authorize means the offline rules, after 30 s and not before", async () => {
  const house = await bootedHouse({ settings: { AllowOfflineTxForUnknownId: "true" } });
  house.centralSystem.script("Authorize", { kind: "nothing" });
  await begun(house, 1, "ALICE");
  await house.advance(29_999);
  assertEquals(contactorClosed(house), false);
  await house.advance(1);
  assertEquals(contactorClosed(house), true);
});

Deno.test("D-authorize-error: a CALLERROR to Authorize refuses, whatever the offline rules allow", async () => {
  const house = await bootedHouse({ settings: { AllowOfflineTxForUnknownId: "true" } });
  house.centralSystem.script("Authorize", { kind: "error", errorCode: "InternalError" });
  await begun(house, 1, "ALICE");
  await house.advance(3_600_000);
  assertEquals([status(house), contactorClosed(house)], ["Preparing", false]);
});

Deno.test("TriggerMessage MeterValues and Heartbeats are not kept for after an outage", async () => {
  const house = await chargingHouse();
  house.centralSystem.script("MeterValues", { kind: "nothing" });
  await house.ask("TriggerMessage", { requestedMessage: "MeterValues" });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  house.centralSystem.cut();
  await house.advance(0);
  house.forget();
  await back(house);
  assertEquals(actions(house), []);
});
