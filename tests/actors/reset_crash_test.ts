/** An accepted Reset outlives every crash until it has happened (OCPP 1.6 §5.14; house rule 1). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, charging, chargingHouse, contactorClosed, swiped } from "./calm_house.ts";

const nothing = { kind: "nothing" } as const;

/** A Reset that waits for a StopTransaction's answer, which will not come. */
async function draining(type: "Soft" | "Hard" = "Soft"): Promise<CalmHouse> {
  const house = await chargingHouse();
  house.centralSystem.script("StopTransaction", nothing);
  assertEquals(await house.ask("Reset", { type }), { result: { status: "Accepted" } });
  await house.advance(2_000);
  assertEquals(house.restarts, []);
  return house;
}

function useOf(house: CalmHouse): unknown {
  return (house.system().inspect("connector:1") as { readonly use: string }).use;
}

function isKept(house: CalmHouse): boolean {
  return house.store().snapshot().records.some(({ key }) => key[0] === "restart");
}

for (const actor of ["link", "outbox", "station", "connector:1"]) {
  Deno.test(`${actor} crashes while an accepted Reset is under way: it happens all the same`, async () => {
    const house = await draining("Hard");
    house.system().crash(actor);
    await house.advance(12_000);
    assertEquals(house.restarts.map(({ kind }) => kind), ["Hard"]);
    await house.advance(60_000);
    assertEquals(house.centralSystem.open(), []);
    assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["HardReset"]);
  });
}

Deno.test("the station crashes as soon as a Reset is stored: the connectors are told by its successor", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = 100;
  house.centralSystem.call("Reset", { type: "Soft" });
  await house.advance(50);
  house.system().crash("station");
  house.disk.commitMs = 0;
  await house.advance(20_000);
  assertEquals([house.restarts.length, house.centralSystem.open()], [1, []]);
  assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["SoftReset"]);
});

Deno.test("a connector that crashes before it has heard of a Reset stops for it", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = 100;
  house.centralSystem.call("Reset", { type: "Soft" });
  await house.advance(101);
  house.system().crash("connector:1");
  await house.advance(1_000);
  assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["SoftReset"]);
});

Deno.test("§5.14: a card presented while a Reset drains begins nothing, not even at a connector that was restarted", async () => {
  const house = await draining();
  await swiped(house, "BOB");
  assertEquals(useOf(house), "ended");
  house.system().crash("connector:1");
  await house.advance(0);
  await swiped(house, "BOB");
  assertEquals([useOf(house), house.sent("Authorize", "StartTransaction")], ["none", []]);
  assertEquals(contactorClosed(house), false);
});

Deno.test("a Reset of an earlier boot counts for nothing: the next card charges, and a crash resets nothing", async () => {
  const house = await bootedHouse();
  await house.ask("Reset", { type: "Soft" });
  assertEquals([house.restarts.length, isKept(house)], [1, true]);
  await charging(house);
  house.system().crash("station");
  await house.advance(60_000);
  assertEquals([house.restarts.length, contactorClosed(house)], [1, true]);
});

Deno.test("a Reset that has failed is over: nothing of it is kept, a crash does not begin it again, and connectors are in use", async () => {
  const house = await bootedHouse({ stuckRestarts: Infinity, settings: { ResetRetries: "0" } });
  await house.ask("Reset", { type: "Soft" });
  await begun(house);
  assertEquals(house.sent("StartTransaction"), []);
  await house.advance(30_000);
  assertEquals(isKept(house), false);
  house.system().crash("station");
  await house.advance(60_000);
  assertEquals(house.effects("Restart").length, 1);
  await swiped(house, "ALICE");
  assertEquals(contactorClosed(house), true);
});
