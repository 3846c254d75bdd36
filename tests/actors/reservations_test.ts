/** Reservations as the actors keep them (OCPP 1.6 §5.1, §5.13; spec/behaviour.md §10). */
import { assertEquals } from "@std/assert";
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { keys, reservationKey } from "../../storage/record_keys.ts";
import { readRecord } from "../../storage/record_reading.ts";
import { OutboxRecord } from "../../storage/records.ts";
import type { Store } from "../../storage/store.ts";
import { charging, reported, status, stored, swiped } from "./calm_house.ts";
import {
  cancel,
  hourMs,
  house,
  oneReader,
  plugged,
  reserve,
  restarted,
  starts,
  statusOf,
} from "./reserving.ts";

Deno.test("TC_046_1: Reserved; no Authorize for a foreign tag; the owner's StartTransaction names the reservation", async () => {
  const charger = await house();
  assertEquals(await reserve(charger), "Accepted");
  assertEquals(reported(charger), ["Reserved"]);
  await swiped(charger, "STRANGER");
  assertEquals(charger.sent("Authorize"), []);
  await swiped(charger, "OWNER");
  await plugged(charger);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
  assertEquals(reported(charger), ["Reserved", "Preparing", "Charging"]);
  assertEquals(await stored(charger, "reservation"), []);
});

Deno.test("§5.13: a reservation is used once: the next start of its owner has none", async () => {
  const charger = await house();
  await reserve(charger);
  await swiped(charger, "OWNER");
  await plugged(charger);
  await swiped(charger, "OWNER");
  charger.station.verbs.unplug(1);
  await charger.advance(0);
  assertEquals(reported(charger).slice(-2), ["Finishing", "Available"]);
  charger.forget();
  await charger.advance(1_000);
  await charging(charger, 1, "OWNER");
  assertEquals([...charger.centralSystem.ledger.values()].map(({ start }) => start.reservationId), [
    5,
    undefined,
  ]);
});

Deno.test("TC_046_2: a remote start for the owner is Accepted, for another Rejected", async () => {
  const charger = await house();
  await reserve(charger);
  assertEquals(
    statusOf(await charger.ask("RemoteStartTransaction", { connectorId: 1, idTag: "STRANGER" })),
    "Rejected",
  );
  assertEquals(statusOf(await charger.ask("RemoteStartTransaction", { idTag: "OWNER" })), "Accepted");
  await plugged(charger);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
});

Deno.test("TC_053_1: whoever has the reservation's parentIdTag may use it, once Authorize has said so", async () => {
  const charger = await house();
  await reserve(charger, { parentIdTag: "FAMILY" });
  await plugged(charger);
  for (const idTag of ["STRANGER", "MALLORY"]) await swiped(charger, idTag);
  assertEquals([starts(charger), reported(charger)], [[], ["Reserved"]]);
  await swiped(charger, "FRIEND");
  assertEquals(starts(charger), [[1, "FRIEND", 5]]);
});

Deno.test("TC_053_2: remotely too, and AuthorizeRemoteTxRequests=false does not spare the question", async () => {
  const charger = await house({ settings: { AuthorizeRemoteTxRequests: "false" } });
  await reserve(charger, { parentIdTag: "FAMILY" });
  await plugged(charger);
  await charger.ask("RemoteStartTransaction", { connectorId: 1, idTag: "FRIEND" });
  assertEquals([charger.sent("Authorize").length, starts(charger)], [1, [[1, "FRIEND", 5]]]);
});

Deno.test("TC_047: at its expiryDate it is Available, by itself, to the moment; offline as well", async () => {
  for (const link of ["up", "down"] as const) {
    const charger = await house({ settings: { AllowOfflineTxForUnknownId: "true" } });
    await reserve(charger, { afterMs: 90_000 });
    charger.network.setLink(link);
    await charger.advance(89_999);
    assertEquals(status(charger), "Reserved");
    await charger.advance(1);
    assertEquals([status(charger), await stored(charger, "reservation")], ["Available", []]);
    await swiped(charger, "STRANGER");
    await plugged(charger);
    assertEquals(status(charger), "Charging");
    charger.network.setLink("up");
    await charger.advance(600_000);
    assertEquals(starts(charger), [[1, "STRANGER", undefined]]);
  }
});

Deno.test("§10: it survives a power cut, and expires afterwards, or while there is no power", async () => {
  const charger = await house();
  await reserve(charger, { afterMs: 90_000 });
  await restarted(charger);
  await charger.advance(10_000);
  assertEquals(reported(charger), ["Reserved"]);
  await charger.advance(80_000);
  assertEquals(reported(charger), ["Reserved", "Available"]);
  await reserve(charger, { afterMs: 90_000 });
  charger.cutPower(0);
  await charger.advance(90_000);
  charger.forget();
  await charger.restorePower();
  await charger.advance(0);
  assertEquals([reported(charger), await stored(charger, "reservation")], [["Available"], []]);
});

Deno.test("civil time that falls back keeps it, and when the central system sets it forward it ends then", async () => {
  const charger = await house();
  charger.clock.stepWall(-2 * hourMs);
  await reserve(charger, { afterMs: hourMs });
  await charger.advance(299_999);
  assertEquals(status(charger), "Reserved");
  // The heartbeat tells the time.
  await charger.advance(1);
  assertEquals([status(charger), await stored(charger, "reservation")], ["Available", []]);
});

Deno.test("TC_051, TC_052: cancelled it is Available; a number that is not known is Rejected", async () => {
  const charger = await house();
  await reserve(charger);
  assertEquals([await cancel(charger, 6), status(charger)], ["Rejected", "Reserved"]);
  assertEquals([await cancel(charger), status(charger)], ["Accepted", "Available"]);
  assertEquals(await cancel(charger), "Rejected");
  await charging(charger, 1, "OWNER");
  assertEquals([...charger.centralSystem.ledger.values()].map(({ start }) => start.reservationId), [
    undefined,
  ]);
});

Deno.test("cancelled between tag and cable, the start goes on without it", async () => {
  const charger = await house();
  await reserve(charger);
  await swiped(charger, "OWNER");
  assertEquals(await cancel(charger), "Accepted");
  await plugged(charger);
  assertEquals(starts(charger), [[1, "OWNER", undefined]]);
});

Deno.test("TC_048: Faulted, Occupied, Unavailable; and what is refused leaves nothing behind", async () => {
  const charger = await house();
  charger.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await charger.advance(0);
  assertEquals(await reserve(charger), "Faulted");
  charger.station.verbs.clearFault(1);
  await plugged(charger);
  assertEquals(await reserve(charger), "Occupied");
  charger.station.verbs.unplug(1);
  await charger.ask("ChangeAvailability", { connectorId: 1, type: "Inoperative" });
  assertEquals([await reserve(charger), await stored(charger, "reservation")], ["Unavailable", []]);
});

Deno.test("storage that fails: Rejected, and nothing is reserved", async () => {
  const charger = await house();
  charger.store().failCommits("full", 1);
  assertEquals([await reserve(charger), status(charger)], ["Rejected", "Available"]);
});

Deno.test("§5.13: a fault or ChangeAvailability ends it, over a power cut too", async () => {
  const charger = await house();
  await reserve(charger);
  charger.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await charger.advance(0);
  charger.station.verbs.clearFault(1);
  await charger.advance(0);
  assertEquals([status(charger), await cancel(charger)], ["Available", "Rejected"]);
  await reserve(charger);
  await charger.ask("ChangeAvailability", { connectorId: 1, type: "Inoperative" });
  await restarted(charger);
  await charger.ask("ChangeAvailability", { connectorId: 1, type: "Operative" });
  assertEquals([status(charger), await stored(charger, "reservation")], ["Available", []]);
});

Deno.test("ConnectionTimeOut: the reservation stays, and the connector is Reserved again by way of Available", async () => {
  const charger = await house({ settings: { ConnectionTimeOut: "20" } });
  await reserve(charger);
  await swiped(charger, "OWNER");
  await charger.advance(20_000);
  assertEquals(reported(charger), ["Reserved", "Preparing", "Available", "Reserved"]);
});

Deno.test("the same number again replaces it: elsewhere, and for another", async () => {
  const charger = await house({ station: oneReader });
  await reserve(charger);
  assertEquals(await reserve(charger, { connectorId: 2, idTag: "OTHER" }), "Accepted");
  assertEquals([status(charger, 1), status(charger, 2)], ["Available", "Reserved"]);
  assertEquals((await stored(charger, "reservation")).length, 1);
});

Deno.test("a crash of the reservations actor or of the connector changes nothing that anybody sees", async () => {
  const charger = await house();
  await reserve(charger);
  charger.forget();
  for (const actor of ["reservations", "connector:1", "authorizer"]) {
    charger.system().crash(actor);
    await charger.advance(5_000);
    assertEquals([actor, status(charger), reported(charger).filter((one) => one !== "Reserved")], [
      actor,
      "Reserved",
      [],
    ]);
  }
  await swiped(charger, "OWNER");
  await plugged(charger);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
});

Deno.test("a power cut in the commit of the start: used with it, or there without it", async () => {
  for (const keptCommits of [0, 1]) {
    const charger = await house({
      settings: { LocalPreAuthorize: "true", AuthorizationCacheEnabled: "false" },
    });
    await reserve(charger);
    await swiped(charger, "OWNER");
    charger.disk.commitMs = 10;
    await plugged(charger);
    await charger.advance(5);
    charger.disk.commitMs = 0;
    await restarted(charger, keptCommits);
    await charger.advance(60_000);
    const left = (await stored(charger, "reservation")).length;
    assertEquals([left, starts(charger)], keptCommits === 0 ? [1, []] : [0, [[1, "OWNER", 5]]]);
  }
});

Deno.test("cancelled between the look at it and the commit of the start, the start is begun without it", async () => {
  const { store } = createMemoryStore();
  const reservation = { reservationId: 5, connectorId: 1, idTag: "OWNER", expiresMs: hourMs };
  await store.commit({ sets: [{ key: reservationKey(5), value: reservation }] });
  const cancelling: Store = {
    ...store,
    get: async (key) => {
      const entry = await store.get(key);
      if (key[0] === "reservation") await store.commit({ deletes: [key] });
      return entry;
    },
  };
  const book = await openTransactionBook({
    store: cancelling,
    connectorId: 1,
    boot: 1,
    wallMs: () => 0,
    damaged: () => {},
  });
  const begun = await book.begin({
    idTag: "OWNER",
    reservationId: 5,
    energyWh: 0,
    meterSerialNumber: "1",
    atMs: 0,
    monotonicMs: 0,
    data: null,
  });
  const [queued] = await store.list(keys.outbox);
  const { message } = readRecord(OutboxRecord, queued!);
  assertEquals([begun.kind, message.action, "reservationId" in message.payload], [
    "begun",
    "StartTransaction",
    false,
  ]);
});
