/** MinimumStatusDuration at the connectors of a station that has it (OCPP 1.6 §4.9, §9.1.22; spec/behaviour.md §5.3). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, contactorClosed, status, swiped } from "./calm_house.ts";

async function slowHouse(): Promise<CalmHouse> {
  const house = await bootedHouse({ station: "ac-two-sockets", settings: { MinimumStatusDuration: "10" } });
  assertEquals(
    house.centralSystem.received.get("StatusNotification"),
    3,
    "the boot's reports wait for nothing",
  );
  return house;
}

/** StatusNotifications of a connector: their moments and statuses. */
function told(house: CalmHouse, connectorId = 1): readonly (readonly [atMs: number, status: unknown])[] {
  return house.sent("StatusNotification").filter(({ payload }) => payload.connectorId === connectorId).map(
    ({ atMs, payload }) => [atMs, payload.status],
  );
}

Deno.test("§9.1.22: a connector tells each status when it has lasted, and keeps charging meanwhile", async () => {
  const house = await slowHouse();
  house.station.verbs.plug(1);
  await house.advance(12_000);
  await swiped(house, "ALICE");
  await house.advance(2_000);
  assertEquals([contactorClosed(house), told(house)], [true, [[10_000, "Preparing"]]]);
  await house.advance(20_000);
  const [, charging] = told(house);
  assertEquals(charging?.[1], "Charging");
  assertEquals(told(house, 2), []);
});

Deno.test("TC_023_4: with MinimumStatusDuration 10 a refused card leaves Preparing, told after 10 s", async () => {
  const house = await slowHouse();
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Invalid" } } });
  house.station.verbs.plug(1);
  await swiped(house, "MALLORY");
  await house.advance(10_000);
  assertEquals(told(house), [[10_000, "Preparing"]]);
  assertEquals(house.sent("StartTransaction"), []);
});

Deno.test("§9.1.22: a cable that comes and goes within the time is told by nobody", async () => {
  const house = await slowHouse();
  house.station.verbs.plug(1);
  await house.advance(9_999);
  house.station.verbs.unplug(1);
  await house.advance(60_000);
  assertEquals([status(house), told(house)], ["Available", []]);
});

Deno.test("§9.1.22: a fault that lasts is told when it has, one that does not is not", async () => {
  const house = await slowHouse();
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await house.advance(9_999);
  house.station.verbs.clearFault(1);
  await house.advance(20_001);
  assertEquals(told(house), []);
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  await house.advance(20_000);
  assertEquals(told(house), [[40_000, "Faulted"]]);
});

Deno.test("§9.1.22: a trigger is told at once what is true, and nothing comes after it", async () => {
  const house = await slowHouse();
  house.station.verbs.plug(1);
  await house.advance(1_000);
  await house.ask("TriggerMessage", { requestedMessage: "StatusNotification", connectorId: 1 });
  await house.advance(60_000);
  assertEquals(told(house), [[1_000, "Preparing"]]);
});

Deno.test("§9.1.22: ChangeConfiguration of the key counts at once, for what waits too", async () => {
  const house = await slowHouse();
  house.station.verbs.plug(1);
  await house.advance(1_000);
  await house.ask("ChangeConfiguration", { key: "MinimumStatusDuration", value: "0" });
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals(told(house), [[1_000, "Preparing"], [1_000, "Available"]]);
});

Deno.test("spec/behaviour.md §2: after an outage only what is true and has lasted is told", async () => {
  const house = await slowHouse();
  house.network.setLink("down");
  await house.advance(0);
  house.station.verbs.plug(1);
  await house.advance(120_000);
  house.network.setLink("up");
  while (!house.centralSystem.connected()) await house.advance(100);
  await house.advance(0);
  assertEquals(told(house).map(([, now]) => now), ["Preparing"]);
});
