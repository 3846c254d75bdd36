/** How a session ends: by card, remotely, at the car, by what the central system says (OCPP 1.6 §4.10, §5.12; TC_005, TC_012, TC_028, TC_068, TC_069). */
import { assert, assertEquals } from "@std/assert";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  begun,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  reported,
  status,
  stored,
  swiped,
} from "./calm_house.ts";

/** Alice and Bob are of one family, Carol of another, Dave of none. */
function families(idTag: string): IdTagInfo {
  switch (idTag) {
    case "ALICE":
      return { status: "Accepted", parentIdTag: "SMITH" };
    case "BOB":
      return { status: "Accepted", parentIdTag: "smith" };
    case "CAROL":
      return { status: "Accepted", parentIdTag: "JONES" };
    default:
      return { status: "Accepted" };
  }
}

function stops(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.idTag]);
}

Deno.test("TC_068: the card that started stops, without a question; another one without a common parent does nothing", async () => {
  const house = await chargingHouse();
  await swiped(house, "BOB");
  assertEquals([house.sent(), contactorClosed(house)], [[], true]);
  await swiped(house, "alice");
  assertEquals(actions(house).toSorted(), ["StatusNotification", "StopTransaction"]);
  assertEquals([stops(house), reported(house)], [[["Local", "alice"]], ["Finishing"]]);
  assertEquals(contactorClosed(house), false);
});

Deno.test("TC_069: another card with the same parentIdTag is asked about, and stops with its own idTag", async () => {
  const house = await bootedHouse({ judge: families });
  await charging(house);
  await swiped(house, "BOB");
  assertEquals(actions(house)[0], "Authorize");
  assertEquals([stops(house), reported(house)], [[["Local", "BOB"]], ["Finishing"]]);
});

for (const [idTag, why] of [["CAROL", "another parent"], ["DAVE", "no parent"]] as const) {
  Deno.test(`§5.15: a card with ${why} does not stop`, async () => {
    const house = await bootedHouse({ judge: families });
    await charging(house);
    await swiped(house, idTag);
    assertEquals([actions(house), contactorClosed(house)], [["Authorize"], true]);
  });
}

Deno.test("§5.15: a card of the same family that is not accepted does not stop", async () => {
  const judge = (idTag: string): IdTagInfo =>
    idTag === "BOB" ? { status: "Blocked", parentIdTag: "SMITH" } : families(idTag);
  const house = await bootedHouse({ judge });
  await charging(house);
  await swiped(house, "BOB");
  assertEquals([actions(house), contactorClosed(house)], [["Authorize"], true]);
});

Deno.test("TC_012: RemoteStopTransaction: Accepted once the stop is durable, then StopTransaction Remote and Finishing", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = 100;
  const before = house.effects("FrameSent").length;
  const frames = () =>
    house.effects("FrameSent").slice(before).map(({ detail }) => JSON.parse(String(detail)));
  house.centralSystem.call("RemoteStopTransaction", { transactionId: 1 });
  await house.advance(99);
  assertEquals([frames(), contactorClosed(house)], [[], false]);
  await house.advance(101);
  assertEquals(frames().map((frame) => frame[2]?.status ?? frame[2]), [
    "Accepted",
    "StatusNotification",
    "StopTransaction",
  ]);
  assertEquals([stops(house), reported(house)], [[["Remote", undefined]], ["Finishing"]]);
});

Deno.test("TC_028: RemoteStopTransaction of an unknown transaction is Rejected, and the one that runs goes on", async () => {
  const house = await chargingHouse();
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: 2 }), {
    result: { status: "Rejected" },
  });
  assertEquals([contactorClosed(house), house.sent()], [true, []]);
});

Deno.test("§5.12: of two transactions RemoteStopTransaction stops the one that it names", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: 1 }), {
    result: { status: "Accepted" },
  });
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [false, true]);
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: 1 }), {
    result: { status: "Rejected" },
  });
});

Deno.test("TC_005_2: the plug is pulled at the car: StopTransaction EVDisconnected", async () => {
  const house = await chargingHouse();
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals([stops(house), contactorClosed(house)], [[["EVDisconnected", undefined]], false]);
  assertEquals(house.sent("StatusNotification")[0]?.payload.info, "EV side disconnected");
  assertEquals(reported(house), ["Finishing", "Available"]);
});

Deno.test("TC_005_1: with a detachable cable Finishing lasts until the station's end is out, which is no longer locked", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house);
  assertEquals(house.station.verbs.unplug(1, "both").kind, "impossible");
  house.station.verbs.unplug(1, "ev");
  await house.advance(60_000);
  assertEquals([stops(house), reported(house)], [[["EVDisconnected", undefined]], ["Finishing"]]);
  assertEquals(house.station.verbs.unplug(1, "station"), { kind: "done" });
  await house.advance(0);
  assertEquals(reported(house), ["Finishing", "Available"]);
});

Deno.test("the lock holds the cable for as long as the contactor is closed, whatever happens", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  const seen = new Set<string>();
  house.station.watch(() => {
    const { contactorClosed, locked } = house.station.board.outlet(1);
    seen.add(`${contactorClosed ? "closed" : "open"}, ${locked ? "locked" : "unlocked"}`);
  });
  await charging(house);
  house.system().crash("connector:1");
  await house.advance(0);
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await house.advance(0);
  house.station.verbs.clearFault(1);
  await house.advance(0);
  await swiped(house, "ALICE");
  assertEquals(seen, new Set(["open, unlocked", "open, locked", "closed, locked"]));
});

Deno.test("§4.9: the car pauses and goes on: SuspendedEV, Charging, one transaction", async () => {
  const house = await chargingHouse();
  for (const suspended of [true, false]) {
    house.station.verbs.ev(1, { suspended });
    await house.advance(1_000);
  }
  assertEquals([reported(house), stops(house)], [["SuspendedEV", "Charging"], []]);
  assert(contactorClosed(house));
});

Deno.test("the bill: meterStop is the register at the stop, and the time is the stop's", async () => {
  const house = await chargingHouse();
  await house.advance(600_000);
  await swiped(house, "ALICE");
  const [entry] = house.centralSystem.ledger.values();
  const registerWh = house.station.physicalState().connectors[0]?.registerWh ?? 0;
  assertEquals([entry?.start.meterStart, entry?.stop?.meterStop], [0, Math.floor(registerWh)]);
  assert(registerWh > 5_000);
  assertEquals(entry?.stop?.timestamp, "2026-01-01T00:10:00.000Z");
});

Deno.test("D-stop-first: a stop opens the contactor before anything is stored, and stands from its first commit on", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = 100;
  await swiped(house, "ALICE");
  assertEquals(contactorClosed(house), false);
  await house.advance(100);
  const [record] = await stored(house, "transaction") as readonly { stop?: unknown }[];
  assertEquals(record?.stop, { reason: "Local", idTag: "ALICE", atMs: house.clock.wallMs() - 100 });
  assertEquals((await stored(house, "outbox")).length, 0);
  await house.advance(100);
  assertEquals([(await stored(house, "transaction")).length, (await stored(house, "outbox")).length], [0, 1]);
});

Deno.test("F2: with the cable still in, a card begins the next transaction", async () => {
  const house = await chargingHouse();
  await swiped(house, "ALICE");
  await swiped(house, "BOB");
  assertEquals([house.centralSystem.ledger.size, status(house)], [2, "Charging"]);
  assertEquals(reported(house), ["Finishing", "Preparing", "Charging"]);
});

Deno.test("AQ-5: at a station with one reader a card claims one connector, its own first", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  house.centralSystem.script("Authorize", { kind: "answer", afterMs: 1_000 });
  house.station.verbs.swipe("ALICE");
  house.station.verbs.swipe("ALICE");
  await house.advance(1_000);
  assertEquals([status(house, 1), status(house, 2)], ["Preparing", "Available"]);
  await begun(house, 2, "BOB");
  assertEquals(status(house, 2), "Charging");
  await swiped(house, "BOB");
  assertEquals([status(house, 1), status(house, 2)], ["Preparing", "Finishing"]);
});

Deno.test("§17: with a slow meter, and a civil clock that was set, no time in a transaction is above its Stop's", async () => {
  const house = await bootedHouse({
    meterMs: 400,
    settings: { MeterValueSampleInterval: "0", StopTxnSampledData: "Energy.Active.Import.Register" },
  });
  await begun(house);
  await house.advance(5_000);
  // The grid is ahead of the transaction's own time by as much as still counts as near.
  house.clock.stepWall(4_000);
  await house.ask("ChangeConfiguration", { key: "ClockAlignedDataInterval", value: "30" });
  await house.advance(22_000);
  await swiped(house, "ALICE");
  await house.advance(1_000);
  const [entry] = house.centralSystem.ledger.values();
  const samples = (entry?.meterValues ?? []).flatMap(({ meterValue }) => meterValue);
  const times = [...samples, ...entry?.stop?.transactionData ?? []].map(({ timestamp }) => timestamp);
  assertEquals([...times, entry?.stop?.timestamp], [
    "2026-01-01T00:00:30.000Z",
    "2026-01-01T00:00:00.400Z",
    "2026-01-01T00:00:30.000Z",
    "2026-01-01T00:00:30.000Z",
  ]);
});

Deno.test("§17: what a slow meter tells after the stop is of the stop's own time", async () => {
  const settings = { StopTxnSampledData: "Energy.Active.Import.Register" };
  const house = await bootedHouse({ meterMs: 400, settings });
  await begun(house);
  await house.advance(20_000);
  await swiped(house, "ALICE");
  await house.advance(1_000);
  const [entry] = house.centralSystem.ledger.values();
  const times = entry?.stop?.transactionData?.map(({ timestamp }) => timestamp);
  assertEquals([times?.at(-1), entry?.stop?.timestamp], [
    "2026-01-01T00:00:20.000Z",
    "2026-01-01T00:00:20.000Z",
  ]);
});
