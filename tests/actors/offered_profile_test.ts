/**
 * The profile in a RemoteStartTransaction until it has led to a transaction (OCPP 1.6 §5.11, §5.16; TC_059; decision D-remote-profile).
 */
import { assertEquals } from "@std/assert";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { offeredProfileKey, profileKey } from "../../storage/record_keys.ts";
import type { Value } from "../../storage/store.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, contactorClosed, status, stored, swiped } from "./calm_house.ts";
import { answer, fromNow, max, offered, set, tx } from "./profile_requests.ts";

function remoteStart(house: CalmHouse, id: number, idTag = "BOB", limitA = 20): Promise<unknown> {
  const chargingProfile = fromNow(house, { 0: limitA }, { ...tx, id });
  return answer(house, "RemoteStartTransaction", { connectorId: 1, idTag, chargingProfile });
}

function reserve(house: CalmHouse, idTag: string): Promise<unknown> {
  const expiryDate = new Date(house.clock.wallMs() + 3_600_000).toISOString();
  return answer(house, "ReserveNow", { connectorId: 1, expiryDate, idTag, reservationId: 1 });
}

async function installedIds(house: CalmHouse): Promise<readonly unknown[]> {
  const records = await stored(house, "profile") as { profile: { chargingProfileId: number } }[];
  return records.map(({ profile }) => profile.chargingProfileId);
}

Deno.test("§5.11: a RemoteStartTransaction that is Rejected replaces no profile, whatever the id of its own", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await set(house, { 0: 10 }, { ...max, id: 1 });
  await charging(house, 2, "CAROL");
  assertEquals(await reserve(house, "OWNER"), "Accepted");
  let mostA = 0;
  house.watch(() => void (mostA = Math.max(mostA, offered(house, 2))));
  assertEquals(await remoteStart(house, 1), "Rejected");
  await house.advance(60_000);
  assertEquals([offered(house, 2), mostA, await installedIds(house)], [10, 10, [1]]);
});

Deno.test("and the same where the connector is Inoperative", async () => {
  const house = await bootedHouse();
  await set(house, { 0: 10 }, { id: 1 });
  await answer(house, "ChangeAvailability", { connectorId: 1, type: "Inoperative" });
  assertEquals(await remoteStart(house, 1), "Rejected");
  assertEquals([offered(house), await installedIds(house)], [10, [1]]);
});

Deno.test("and where it is Accepted and nothing comes of it", async () => {
  const house = await bootedHouse();
  await set(house, { 0: 10 }, { id: 1 });
  assertEquals([await remoteStart(house, 1), offered(house)], ["Accepted", 20]);
  await house.advance(60_000);
  assertEquals([status(house), offered(house), await installedIds(house)], ["Available", 10, [1]]);
});

Deno.test("§5.16: it replaces what has its id when its transaction begins", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await set(house, { 0: 10 }, { ...max, id: 1 });
  house.station.verbs.plug(1);
  assertEquals(await remoteStart(house, 1), "Accepted");
  assertEquals([contactorClosed(house), offered(house)], [true, 20]);
  assertEquals([await installedIds(house), await stored(house, "offeredProfile")], [[1], []]);
});

Deno.test("§5.5: it is cleared like any other", async () => {
  const house = await bootedHouse();
  await remoteStart(house, 1);
  assertEquals(await answer(house, "ClearChargingProfile", { id: 1 }), "Accepted");
  assertEquals([offered(house), await stored(house, "offeredProfile")], [125, []]);
});

Deno.test("§5.16: and replaced by one of its id", async () => {
  const house = await bootedHouse();
  await remoteStart(house, 1);
  assertEquals(await set(house, { 0: 30 }, { id: 1 }), "Accepted");
  assertEquals([offered(house), await stored(house, "offeredProfile")], [30, []]);
});

Deno.test("a second RemoteStartTransaction does not take the place of the first one's profile", async () => {
  const house = await bootedHouse();
  assertEquals(await remoteStart(house, 1), "Accepted");
  assertEquals(await remoteStart(house, 2, "CAROL", 30), "Rejected");
  house.station.verbs.plug(1);
  await house.advance(0);
  assertEquals([contactorClosed(house), offered(house)], [true, 20]);
});

Deno.test("a start that nobody hears of leaves no profile to the next one's transaction", async () => {
  const house = await bootedHouse();
  const profile = fromNow(house, { 0: 20 }, tx);
  const { profileScheduler } = house.addresses();
  profileScheduler.send({ kind: "OfferProfile", connectorId: 1, profile, reply: () => {} });
  await house.advance(0);
  assertEquals(offered(house), 20);
  await house.advance(30_000);
  await charging(house);
  assertEquals([offered(house), await stored(house, "offeredProfile")], [125, []]);
});

Deno.test("a scheduler that crashes still has it when the transaction begins", async () => {
  const house = await bootedHouse();
  assertEquals(await remoteStart(house, 1), "Accepted");
  house.system().crash("profile_scheduler", "by hand");
  await house.advance(10_000);
  house.station.verbs.plug(1);
  await house.advance(0);
  assertEquals([contactorClosed(house), offered(house)], [true, 20]);
});

Deno.test("a boot ends it: the start is forgotten too", async () => {
  const house = await bootedHouse();
  await remoteStart(house, 1);
  house.cutPower(0);
  await house.restorePower();
  await house.advance(10_000);
  assertEquals([offered(house), await stored(house, "offeredProfile")], [125, []]);
  await charging(house);
  assertEquals(offered(house), 125);
});

Deno.test("a boot in the middle of a begin: it goes with its transaction, and not on to the next", async () => {
  const house = await bootedHouse();
  house.station.verbs.plug(1);
  await remoteStart(house, 1);
  const [begun] = await stored(house, "profile") as Value[];
  house.cutPower(0);
  const medium = createMemoryStore({ from: house.store().snapshot() });
  const { localId: _, ...asOffered } = begun as Record<string, Value>;
  const sets = [{ key: offeredProfileKey(1), value: asOffered }];
  await medium.store.commit({ sets, deletes: [profileKey(1)] });
  house.tamper(() => medium.snapshot());
  await house.restorePower();
  await house.advance(0);
  await swiped(house, "CAROL");
  assertEquals([contactorClosed(house), offered(house)], [true, 125]);
  assertEquals([await stored(house, "profile"), await stored(house, "offeredProfile")], [[], []]);
});

Deno.test("who takes the start back with his card takes its profile with it", async () => {
  const house = await bootedHouse();
  assertEquals(await remoteStart(house, 1), "Accepted");
  await swiped(house, "BOB");
  assertEquals([offered(house), await stored(house, "offeredProfile")], [125, []]);
});
