/** ChangeAvailability of connector 0: the charge point and all of its connectors, or nothing (OCPP 1.6 §5.2). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, status, stored, swiped } from "./calm_house.ts";
import { rebooted } from "./power_cycle.ts";

function change(house: CalmHouse, connectorId: number, type: "Inoperative" | "Operative") {
  return house.ask("ChangeAvailability", { connectorId, type });
}

function statuses(house: CalmHouse): readonly unknown[] {
  return [house.centralSystem.statuses.get(0), status(house, 1), status(house, 2)];
}

function twoSockets(): Promise<CalmHouse> {
  return bootedHouse({ station: "ac-two-sockets" });
}

Deno.test("a store that refuses at any moment leaves all as they were and answers Rejected, or none and answers Accepted", async () => {
  for (const nth of [1, 2, 3]) {
    const house = await twoSockets();
    const isRefused = nth === 1;
    let before = nth - 1;
    if (isRefused) house.store().failCommits("full", 1);
    house.watchCommits(() => {
      before -= 1;
      if (before === 0) house.store().failCommits("full", 1);
    });
    assertEquals(await change(house, 0, "Inoperative"), {
      result: { status: isRefused ? "Rejected" : "Accepted" },
    });
    const all = Array(3).fill(isRefused ? "Available" : "Unavailable");
    assertEquals(statuses(house), all, `commit ${nth}`);
    await rebooted(house, 0);
    assertEquals(statuses(house), all, `commit ${nth}, after the next boot`);
  }
});

Deno.test("connector 0 Inoperative once more takes along a connector that was made Operative meanwhile", async () => {
  const house = await twoSockets();
  await change(house, 0, "Inoperative");
  await change(house, 1, "Operative");
  assertEquals(statuses(house), ["Unavailable", "Available", "Unavailable"]);
  await change(house, 0, "Inoperative");
  assertEquals(statuses(house), Array(3).fill("Unavailable"));
  await change(house, 0, "Operative");
  assertEquals([statuses(house), await stored(house, "availability")], [Array(3).fill("Available"), []]);
});

Deno.test("a connector that crashes under it finds it in the store: it is Scheduled, and happens", async () => {
  const house = await twoSockets();
  await charging(house);
  house.disk.readMs = 20_000;
  house.system().crash("connector:1");
  const id = house.centralSystem.call("ChangeAvailability", { connectorId: 0, type: "Inoperative" });
  await house.advance(16_000);
  house.disk.readMs = 0;
  const answer = house.centralSystem.answers.find((one) => one.id === id);
  assertEquals(answer?.kind === "CallResult" ? answer.payload : null, { status: "Scheduled" });
  await house.advance(60_000);
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals(statuses(house), Array(3).fill("Unavailable"));
});

Deno.test("a station that crashes between storing it and telling it: its successor tells the connectors", async () => {
  const house = await twoSockets();
  house.disk.commitMs = 100;
  house.centralSystem.call("ChangeAvailability", { connectorId: 0, type: "Inoperative" });
  await house.advance(50);
  house.system().crash("station");
  house.disk.commitMs = 0;
  await house.advance(60_000);
  assertEquals(statuses(house), Array(3).fill("Unavailable"));
});
