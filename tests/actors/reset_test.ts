/** Reset: the conf, the stops, what the link still takes, then the restart (OCPP 1.6 §5.14; TC_013 to TC_016; spec/behaviour.md §8). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import {
  actions,
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  reported,
  stored,
} from "./calm_house.ts";

const nothing = { kind: "nothing" } as const;

/** All but the security events, which have their own tests. */
function frames(house: CalmHouse): readonly unknown[] {
  return house.effects("FrameSent").map(({ detail }) => JSON.parse(String(detail))).map((frame) =>
    frame[0] === 2 ? frame[2] : frame[2]?.status
  ).filter((gist) => gist !== "SecurityEventNotification");
}

for (const type of ["Soft", "Hard"] as const) {
  Deno.test(`TC_01${type === "Hard" ? 5 : 6}: Reset ${type} in a transaction: conf, StopTransaction ${type}Reset, Finishing, restart, BootNotification`, async () => {
    const house = await chargingHouse();
    const before = house.effects("FrameSent").length;
    await house.advance(30_000);
    assertEquals(await house.ask("Reset", { type }), { result: { status: "Accepted" } });
    const [conf, ...rest] = frames(house).slice(before);
    assertEquals(conf, "Accepted");
    assertEquals(rest.slice(0, 2).toSorted(), ["StatusNotification", "StopTransaction"]);
    assertEquals(rest.slice(2), ["BootNotification", "StatusNotification", "StatusNotification"]);
    assertEquals(house.sent("StopTransaction")[0]?.payload.reason, `${type}Reset`);
    assertEquals(reported(house), ["Finishing", "Preparing"]);
    assertEquals(house.restarts, [{ kind: type, atMs: 30_000 }]);
    assertEquals([contactorClosed(house), house.centralSystem.open()], [false, []]);
  });
}

Deno.test("TC_013, TC_014: Reset without a transaction restarts at once, and boots", async () => {
  const house = await bootedHouse();
  await house.ask("Reset", { type: "Hard" });
  assertEquals(house.restarts, [{ kind: "Hard", atMs: 0 }]);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
});

Deno.test("§5.14: every transaction is stopped before the restart", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  house.disk.commitMs = 100;
  await house.ask("Reset", { type: "Soft" });
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [true, true], "it is being stored");
  await house.advance(100);
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [false, false]);
  assertEquals(house.restarts, []);
  await house.advance(1_000);
  assertEquals([house.restarts.length, house.centralSystem.open()], [1, []]);
  const reasons = [...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason);
  assertEquals(reasons, ["SoftReset", "SoftReset"]);
});

Deno.test("§5.14: a connector that has nothing to stop does not hurry those that have, nor does a second Reset", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 2, "BOB");
  house.disk.commitMs = 100;
  await house.ask("Reset", { type: "Soft" });
  await house.ask("Reset", { type: "Soft" });
  await house.advance(1_000);
  assertEquals(house.sent("StopTransaction", "BootNotification").map(({ action }) => action), [
    "StopTransaction",
    "BootNotification",
  ]);
  assertEquals(house.restarts.length, 1);
});

Deno.test("§5.14: a card accepted and waiting for its plug is forgotten by a Reset", async () => {
  const house = await bootedHouse();
  house.station.verbs.swipe("ALICE");
  await house.advance(0);
  await house.ask("Reset", { type: "Soft" });
  house.station.verbs.plug(1);
  await house.advance(0);
  assertEquals([house.restarts.length, house.sent("StartTransaction")], [1, []]);
});

Deno.test("a StopTransaction without an answer holds up a Reset for 10 s, and is sent after it", async () => {
  const house = await chargingHouse();
  house.centralSystem.script("StopTransaction", nothing);
  await house.ask("Reset", { type: "Soft" });
  await house.advance(9_999);
  assertEquals(house.restarts, []);
  house.forget();
  await house.advance(1);
  assertEquals(house.restarts, [{ kind: "Soft", atMs: 10_000 }]);
  // spec/behaviour.md §1: after the boot every connector's status goes before what waits.
  assertEquals(actions(house), [
    "BootNotification",
    "StatusNotification",
    "StatusNotification",
    "StopTransaction",
  ]);
  assertEquals(house.sent("StopTransaction")[0]?.payload.reason, "SoftReset");
});

Deno.test("a Reset waits for an answer that comes, and not for one that a lost link will not bring", async () => {
  for (const linkIsLost of [false, true]) {
    const house = await chargingHouse();
    house.centralSystem.script("StopTransaction", { kind: "answer", afterMs: 4_000 });
    await house.ask("Reset", { type: "Soft" });
    await house.advance(2_000);
    if (linkIsLost) house.network.setLink("down");
    await house.advance(2_000);
    assertEquals(house.restarts, [{ kind: "Soft", atMs: linkIsLost ? 2_000 : 4_000 }]);
    assertEquals((await stored(house, "outbox")).length, linkIsLost ? 1 : 0);
  }
});

Deno.test("a disk that stays full holds up a Reset for 15 s; the bill is made after it, from the register", async () => {
  const house = await chargingHouse();
  await house.advance(59_000);
  house.store().failCommits("full", Infinity);
  await house.ask("Reset", { type: "Hard" });
  await house.advance(14_999);
  assertEquals([house.restarts, contactorClosed(house)], [[], false]);
  await house.advance(1);
  assertEquals(house.restarts, [{ kind: "Hard", atMs: 74_000 }]);
  const [entry] = house.centralSystem.ledger.values();
  const registerWh = house.station.physicalState().connectors[0]?.registerWh ?? 0;
  assertEquals([entry?.stop?.reason, entry?.stop?.meterStop], ["PowerLoss", Math.floor(registerWh)]);
});

Deno.test("a second Reset is Accepted, and does not restart twice; meanwhile nothing is started remotely", async () => {
  const house = await chargingHouse();
  house.centralSystem.script("StopTransaction", nothing);
  await house.ask("Reset", { type: "Soft" });
  assertEquals(await house.ask("Reset", { type: "Hard" }), { result: { status: "Accepted" } });
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals(await house.ask("RemoteStartTransaction", { connectorId: 1, idTag: "BOB" }), {
    result: { status: "Rejected" },
  });
  await house.advance(600_000);
  assertEquals(house.restarts, [{ kind: "Soft", atMs: 10_000 }]);
});
