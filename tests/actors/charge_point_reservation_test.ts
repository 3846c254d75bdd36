/** Reservations of the whole charge point: one connector is kept free at all times (OCPP 1.6 §5.13; spec/behaviour.md §10). */
import { assertEquals } from "@std/assert";
import { reservedAtStart } from "../../actors/reservation_book.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { reservationKey } from "../../storage/record_keys.ts";
import { acTwoSockets } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, charging, reported, status, swiped } from "./calm_house.ts";
import { house, oneReader, plugged, reserve, restarted, starts, statusOf } from "./reserving.ts";

/** Two connectors, and one reader. */
const two = { ...acTwoSockets, reader: "station" as const };
const remotely = { AuthorizeRemoteTxRequests: "false" };

async function remoteStart(charger: CalmHouse, idTag: string, connectorId?: number): Promise<unknown> {
  const where = connectorId === undefined ? {} : { connectorId };
  return statusOf(await charger.ask("RemoteStartTransaction", { idTag, ...where }));
}

Deno.test("TC_049: with one connector free it is that one that reports Reserved for the whole station", async () => {
  const charger = await house({ station: oneReader });
  for (const connectorId of [1, 2, 4]) {
    await charger.ask("ChangeAvailability", { connectorId, type: "Inoperative" });
  }
  charger.forget();
  assertEquals(await reserve(charger, { connectorId: 0 }), "Accepted");
  assertEquals([1, 2, 3, 4].map((connectorId) => reported(charger, connectorId)), [[], [], ["Reserved"], []]);
  await swiped(charger, "STRANGER");
  assertEquals(charger.sent("Authorize"), []);
  await swiped(charger, "OWNER");
  await plugged(charger, 3);
  assertEquals(starts(charger), [[3, "OWNER", 5]]);
});

Deno.test("connector 0, several free: the last one is kept, whichever it is", async () => {
  const charger = await house({ station: oneReader });
  await reserve(charger, { connectorId: 0 });
  assertEquals([1, 2, 3, 4].map((connectorId) => status(charger, connectorId)), Array(4).fill("Available"));
  for (const [connectorId, idTag] of [[1, "A"], [3, "C"], [4, "D"]] as const) {
    await charging(charger, connectorId, idTag);
  }
  assertEquals(status(charger, 2), "Reserved");
  await swiped(charger, "B");
  assertEquals(charger.sent("Authorize"), []);
  charger.station.verbs.unplug(3);
  await charger.advance(1_000);
  assertEquals([status(charger, 2), status(charger, 3)], ["Available", "Available"]);
  await swiped(charger, "OWNER");
  await plugged(charger, 2);
  assertEquals(starts(charger).slice(-1), [[2, "OWNER", 5]]);
  assertEquals(status(charger, 3), "Available");
});

Deno.test("with its cable in, the only connector stays kept over a power cut", async () => {
  const charger = await house();
  await reserve(charger, { connectorId: 0 });
  await plugged(charger);
  assertEquals(status(charger), "Reserved");
  await restarted(charger);
  await swiped(charger, "STRANGER");
  await charger.advance(5_000);
  assertEquals(starts(charger), []);
  await swiped(charger, "OWNER");
  await charger.advance(5_000);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
});

for (const accident of ["power cut", "crash", "fault"] as const) {
  Deno.test(`cables in both, and one is kept: after a ${accident} too`, async () => {
    const charger = await house({ station: two });
    await reserve(charger, { connectorId: 0 });
    await plugged(charger, 1);
    await plugged(charger, 2);
    if (accident === "power cut") await restarted(charger);
    if (accident === "crash") charger.system().crash("connector:2");
    if (accident === "fault") charger.station.verbs.fault(2, { errorCode: "GroundFailure" });
    await charger.advance(5_000);
    charger.station.verbs.clearFault(2);
    await charger.advance(5_000);
    await swiped(charger, "STRANGER");
    await swiped(charger, "ANOTHER");
    await charger.advance(5_000);
    assertEquals(starts(charger).length, 1, "the first stranger may have one");
    await swiped(charger, "OWNER");
    await charger.advance(5_000);
    assertEquals(starts(charger).map((start) => (start as unknown[])[2]), [undefined, 5]);
  });
}

Deno.test("§4.2: who has plugged in first charges there, though the other connector is kept for him", async () => {
  const charger = await house({ station: two });
  await reserve(charger, { connectorId: 0 });
  await begun(charger, 1, "OWNER");
  await charger.advance(5_000);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
  assertEquals(status(charger, 2), "Available");
});

Deno.test("§7: and a remote start without a connector goes there", async () => {
  const charger = await house({ station: two, settings: remotely });
  await reserve(charger, { connectorId: 0 });
  await plugged(charger, 1);
  assertEquals(status(charger, 2), "Reserved");
  assertEquals(await remoteStart(charger, "OWNER"), "Accepted");
  await charger.advance(5_000);
  assertEquals(starts(charger), [[1, "OWNER", 5]]);
});

Deno.test("the last one is kept before anybody has heard that the one before it is taken, however slow the store", async () => {
  const charger = await house({ station: two, settings: remotely });
  await reserve(charger, { connectorId: 0 });
  charger.disk.readMs = 50;
  assertEquals(await remoteStart(charger, "BOB", 1), "Accepted");
  assertEquals(await remoteStart(charger, "CAROL", 2), "Rejected");
});

Deno.test("§5.13: asked before the connectors have said how they are, it waits for them", async () => {
  for (const connectorId of [0, 1]) {
    const charger = await house({ station: two });
    charger.disk.readMs = 1;
    charger.system().crash("reservations");
    const id = charger.centralSystem.call("ReserveNow", {
      connectorId,
      reservationId: 5,
      idTag: "OWNER",
      expiryDate: "2100-01-01T00:00:00Z",
    });
    await charger.advance(5_000);
    const answer = charger.centralSystem.answers.find((one) => one.id === id);
    assertEquals(answer?.kind === "CallResult" ? answer.payload : answer, { status: "Accepted" });
  }
});

Deno.test("§5.13: a connector that is out of use ends it only where every other one is so too", async () => {
  const charger = await house({ station: two });
  await charger.ask("ChangeAvailability", { connectorId: 1, type: "Inoperative" });
  await reserve(charger, { connectorId: 0 });
  await restarted(charger);
  assertEquals(status(charger, 2), "Reserved");
  charger.system().crash("reservations");
  await charger.advance(1_000);
  await swiped(charger, "STRANGER");
  await plugged(charger, 2);
  assertEquals(starts(charger), []);
});

Deno.test("with several free, a connector that crashed says nothing of a reservation", async () => {
  const charger = await house({ station: two });
  await reserve(charger, { connectorId: 0 });
  charger.forget();
  charger.system().crash("connector:1");
  await charger.advance(5_000);
  assertEquals([reported(charger), status(charger)], [["Available"], "Available"]);
});

Deno.test("what a connector knows of reservations at its start: its own, else those of the charge point, and none that is over", async () => {
  const { store } = createMemoryStore({});
  const of = (reservationId: number, connectorId: number, expiresMs: number) => ({
    key: reservationKey(reservationId),
    value: { reservationId, connectorId, idTag: `TAG${reservationId}`, expiresMs },
  });
  await store.commit({ sets: [of(1, 1, 100), of(2, 0, 100), of(3, 2, 50), of(4, 0, 50)] });
  const told = async (connectorId: number, nowMs: number) => {
    const { reserved, itself } = await reservedAtStart(store, connectorId, nowMs, () => {});
    return [reserved.claims.map((claim) => claim.reservationId), reserved.held, itself];
  };
  assertEquals(await told(1, 0), [[1], true, true]);
  assertEquals(await told(2, 0), [[3], true, true]);
  assertEquals(await told(2, 50), [[2], true, false]);
  assertEquals(await told(1, 100), [[], false, false]);
});
