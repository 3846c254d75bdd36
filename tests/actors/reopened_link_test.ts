/**
 * A link that the charger has closed itself, or lost with an actor, is no outage: a card that is presented meanwhile is asked about on
 * the next connection, and no offline rule holds before a dial has failed (OCPP 1.6 §4.2; decision D-online).
 */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, contactorClosed, moments, swiped } from "./calm_house.ts";

/** Offline everybody may charge of whom nothing is known; the central system knows better. An outage is over. */
async function house(station: "reference-dc" | "ac-two-sockets" = "reference-dc"): Promise<CalmHouse> {
  const house = await bootedHouse({
    station,
    judge: (idTag) => ({ status: idTag === "ALICE" ? "Accepted" : "Blocked" }),
    settings: { AllowOfflineTxForUnknownId: "true", WebSocketPingInterval: "0" },
  });
  if (station === "reference-dc") house.station.verbs.plug(1);
  house.network.setLink("down");
  await house.advance(1_000);
  house.network.setLink("up");
  await house.advance(10_000);
  house.forget();
  return house;
}

/** The card was asked about on a link that is up again, and its owner got nothing. */
async function isRefused(house: CalmHouse): Promise<void> {
  await house.advance(15_000);
  assertEquals(house.centralSystem.connected(), true);
  assertEquals(house.sent("Authorize").at(-1)?.payload.idTag, "MALLORY");
  assertEquals([contactorClosed(house), house.sent("StartTransaction")], [false, []]);
}

for (const networkMs of [0, 50]) {
  for (const actor of ["outbox", "link", "station"]) {
    Deno.test(`§4.2: a card that is presented when the ${actor} has crashed is asked about, ${networkMs} ms away`, async () => {
      const charger = await house();
      Object.assign(charger.networkMs, { min: networkMs, max: networkMs });
      charger.system().crash(actor);
      await swiped(charger, "MALLORY");
      await isRefused(charger);
    });

    Deno.test(`§4.2: one that is being asked about when the ${actor} crashes is asked about again, ${networkMs} ms away`, async () => {
      const charger = await house();
      Object.assign(charger.networkMs, { min: networkMs, max: networkMs });
      charger.centralSystem.script("Authorize", { kind: "answer", afterMs: 1_000 });
      await swiped(charger, "MALLORY");
      await charger.advance(500);
      charger.system().crash(actor);
      await isRefused(charger);
    });
  }
}

Deno.test("§4.2: one that waits for the next dial when the outbox crashes once more is asked about", async () => {
  const charger = await house();
  charger.system().crash("outbox");
  await swiped(charger, "MALLORY");
  charger.system().crash("outbox");
  await isRefused(charger);
});

Deno.test("§4.2: so is one that is presented while the charger starts over with other security settings", async () => {
  const charger = await house();
  charger.addresses().link.send({ kind: "Reconnect", why: "security settings changed" });
  await charger.advance(0);
  assertEquals(charger.centralSystem.connected(), false);
  await swiped(charger, "MALLORY");
  await isRefused(charger);
});

Deno.test("§4.2: and one that is being asked about then", async () => {
  const charger = await house();
  charger.centralSystem.script("Authorize", { kind: "answer", afterMs: 1_000 });
  await swiped(charger, "MALLORY");
  await charger.advance(500);
  charger.addresses().link.send({ kind: "Reconnect", why: "security settings changed" });
  await isRefused(charger);
  assertEquals(charger.sent("Authorize").length, 2);
});

Deno.test("§4.2: a card that waits behind a turn of the outbox which is ended is asked about by its successor", async () => {
  const charger = await house("ac-two-sockets");
  await charging(charger, 1, "ALICE");
  charger.station.verbs.plug(2);
  charger.centralSystem.script("MeterValues", { kind: "answer", afterMs: 500 });
  while (charger.sent("MeterValues").length === 0) await charger.clock.step();
  // The outbox commits that answer, and for longer than a turn may take.
  charger.disk.commitMs = 11_000;
  await charger.advance(600);
  charger.disk.commitMs = 0;
  await swiped(charger, "MALLORY");
  await charger.advance(9_000);
  assertEquals([charger.crashes(), charger.sent("Authorize")], [[], []]);
  await charger.advance(20_000);
  assertEquals(charger.crashes().length, 1);
  assertEquals(charger.sent("Authorize").map(({ payload }) => payload.idTag), ["MALLORY"]);
  assertEquals([contactorClosed(charger, 2), charger.sent("StartTransaction")], [false, []]);
});

for (const actor of ["outbox", "link"]) {
  Deno.test(`§3.5: where the next dial fails after a crash of the ${actor}, the offline rules hold at once`, async () => {
    const charger = await house();
    charger.system().crash(actor);
    await charger.advance(0);
    charger.network.setLink("down");
    await swiped(charger, "MALLORY");
    await charger.advance(2_000);
    assertEquals([contactorClosed(charger), moments(charger, "Authorize")], [true, []]);
  });

  Deno.test(`§3.5: in an outage a crash of the ${actor} holds up nobody`, async () => {
    const charger = await house();
    charger.network.setLink("down");
    await charger.advance(60_000);
    charger.system().crash(actor);
    await swiped(charger, "MALLORY");
    await charger.advance(0);
    assertEquals([contactorClosed(charger), moments(charger, "Authorize")], [true, []]);
  });
}

Deno.test("§3.5: a boot waits for no dial: until the first has ended the offline rules hold", async () => {
  const charger = await house();
  charger.cutPower(0);
  Object.assign(charger.networkMs, { min: 30_000, max: 30_000 });
  await charger.restorePower();
  await charger.advance(1_000);
  await swiped(charger, "MALLORY");
  await charger.advance(1_000);
  assertEquals([contactorClosed(charger), moments(charger, "Authorize")], [true, []]);
});
