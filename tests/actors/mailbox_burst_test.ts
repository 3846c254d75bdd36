/**
 * A burst of what anybody may send fills a mailbox, and what the charger must know still gets in (house rule 5): frames and cards
 * may be lost, what became of the link and of the hardware may not.
 */
import { assertEquals } from "@std/assert";
import {
  bootedHouse,
  type CalmHouse,
  charging,
  chargingHouse,
  contactorClosed,
  status,
} from "./calm_house.ts";

const burst = 1_200;
const busyMs = 9_000;

/** What was lost while `busy` had a slow turn, by its kind. */
function overflowing(house: CalmHouse, busy: string): ReadonlySet<string> {
  const lost = new Set<string>();
  house.onTrace((event) => {
    if (event.kind === "overflow" && event.actor === busy) lost.add(event.message);
  });
  house.saboteur.order(busy, { kind: "slow", turns: 1, extraMs: busyMs });
  return lost;
}

for (const actor of ["outbox", "link"]) {
  Deno.test(`§3.7.1: a flood of frames at a busy ${actor}, and a hang-up in it: afterwards all goes on`, async () => {
    const house = await bootedHouse();
    const lost = overflowing(house, actor);
    for (let n = 0; n < burst; n++) house.centralSystem.call("DataTransfer", { vendorId: "nobody" });
    await house.advance(1_000);
    house.centralSystem.cut();
    await house.advance(60_000);
    assertEquals([lost.size, house.centralSystem.connected()], [1, true]);
    await charging(house);
  });
}

Deno.test("§4.9: a flood of cards at a busy connector: the car that leaves in it is noticed", async () => {
  const house = await bootedHouse({ station: "dc-four" });
  house.station.verbs.plug(1);
  house.station.verbs.swipe("ALICE", 1);
  await house.advance(0);
  assertEquals(status(house), "Charging");
  const lost = overflowing(house, "connector:1");
  for (let n = 0; n < burst; n++) house.station.verbs.swipe("STRANGER", 1);
  await house.advance(1_000);
  house.station.verbs.unplug(1);
  await house.advance(60_000);
  assertEquals([[...lost], contactorClosed(house)], [["Presented"], false]);
  assertEquals([status(house), house.centralSystem.open()], ["Available", []]);
});

Deno.test("§4.2: a flood of cards at a busy authorizer: the connectors that become free in it are known", async () => {
  const house = await chargingHouse();
  const lost = overflowing(house, "authorizer");
  for (let n = 0; n < burst; n++) house.station.verbs.swipe("STRANGER");
  await house.advance(1_000);
  const [open] = house.centralSystem.open();
  house.centralSystem.call("RemoteStopTransaction", { transactionId: open?.transactionId });
  await house.advance(1_000);
  house.station.verbs.unplug(1);
  await house.advance(60_000);
  assertEquals([[...lost], status(house)], [["Presented"], "Available"]);
  await charging(house, 1, "BOB");
});
