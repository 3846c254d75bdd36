/** What fails with what: give-ups, escalation, and contactors that are open at the end of it (actors/tree.ts; invariants I17, I18). */
import { assert, assertEquals } from "@std/assert";
import type { TreeNode } from "../../actors/otp/tree.ts";
import type { CalmHouse } from "./calm_house.ts";
import {
  bootedHouse,
  charging,
  chargingHouse,
  contactorClosed,
  moments,
  reported,
  status,
  swiped,
} from "./calm_house.ts";

function nodes(node: TreeNode): readonly TreeNode[] {
  return node.kind === "actor" ? [node] : [node, ...node.children.flatMap(nodes)];
}

function state(house: CalmHouse, id: string): string | undefined {
  return nodes(house.system().tree()).find((node) => node.id === id)?.state;
}

/** Crashes it so often, each time once it is up again. */
async function crash(house: CalmHouse, actor: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    assert(house.system().crash(actor), `${actor} is not there for crash ${n + 1}`);
    await house.advance(0);
  }
}

Deno.test("central gives up at the sixth crash in a minute: the car charges on, and central comes back after 1 s", async () => {
  const house = await chargingHouse();
  await crash(house, "link", 5);
  assertEquals([house.giveUps(), state(house, "central")], [[], "running"]);
  await crash(house, "link", 1);
  assertEquals(house.giveUps().map(({ supervisor, retryInMs }) => [supervisor, retryInMs]), [[
    "central",
    1_000,
  ]]);
  assertEquals([state(house, "central"), contactorClosed(house)], ["waiting", true]);
  await house.advance(999);
  assertEquals([state(house, "link"), house.centralSystem.connected()], ["waiting", false]);
  await house.advance(1);
  assertEquals(state(house, "central"), "running");
  await house.advance(1_000);
  assertEquals([house.centralSystem.connected(), contactorClosed(house)], [true, true]);
});

Deno.test("central that gives up again and again waits 1, 2, 4 … 60 s, and never reaches the root", async () => {
  const house = await chargingHouse();
  for (let n = 0; n < 8; n++) {
    await crash(house, "link", 6);
    await house.advance(house.giveUps().at(-1)?.retryInMs ?? 0);
  }
  assertEquals(
    house.giveUps().map(({ retryInMs }) => retryInMs),
    [1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1_000),
  );
  assertEquals(new Set(house.giveUps().map(({ supervisor }) => supervisor)), new Set(["central"]));
  assertEquals([state(house, "charger"), contactorClosed(house)], ["running", true]);
});

Deno.test("while central waits, a session ends and its samples are kept; all of it is told afterwards", async () => {
  const house = await chargingHouse();
  await house.advance(59_000);
  for (let n = 0; n < 3; n++) {
    await crash(house, "link", 6);
    if (n < 2) await house.advance(house.giveUps().at(-1)?.retryInMs ?? 0);
  }
  await house.advance(2_000);
  assertEquals(state(house, "central"), "waiting");
  await swiped(house, "ALICE");
  assertEquals([contactorClosed(house), status(house)], [false, "Finishing"]);
  await house.advance(60_000);
  assertEquals(house.sent("MeterValues", "StopTransaction").map(({ action }) => action), [
    "MeterValues",
    "StopTransaction",
  ]);
  assertEquals([house.centralSystem.open(), reported(house).at(-1)], [[], "Finishing"]);
  assertEquals(moments(house, "BootNotification"), []);
});

Deno.test("rest_for_one: a link that crashes takes outbox and station with it, a station nobody", async () => {
  const house = await bootedHouse();
  const incarnations = () =>
    ["link", "outbox", "station"].map((id) => {
      const node = nodes(house.system().tree()).find((found) => found.id === id);
      return node?.kind === "actor" ? node.incarnation : null;
    });
  await crash(house, "station", 1);
  assertEquals(incarnations(), [0, 0, 1]);
  await crash(house, "outbox", 1);
  assertEquals(incarnations(), [0, 1, 2]);
  await crash(house, "link", 1);
  assertEquals(incarnations(), [1, 2, 3]);
});

Deno.test("charging gives up at the tenth crash in a minute: the root starts it again, and the transaction goes on", async () => {
  const house = await chargingHouse();
  await house.advance(30_000);
  await crash(house, "connector:1", 9);
  assertEquals(house.giveUps(), []);
  house.system().crash("connector:1");
  assertEquals(contactorClosed(house), false);
  await house.advance(0);
  assertEquals(house.giveUps().map(({ supervisor, retryInMs }) => [supervisor, retryInMs]), [[
    "charging",
    null,
  ]]);
  assertEquals([state(house, "charging"), contactorClosed(house), status(house)], [
    "running",
    true,
    "Charging",
  ]);
  await swiped(house, "ALICE");
  assertEquals([house.centralSystem.ledger.size, house.centralSystem.open()], [1, []]);
});

Deno.test("charging gives up: the contactors of all connectors open, those that did not crash, too", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 1, "ALICE");
  await charging(house, 2, "BOB");
  const wasOpen = [false, false];
  house.station.watch(() => {
    for (const id of [1, 2]) wasOpen[id - 1] ||= !contactorClosed(house, id);
  });
  await crash(house, "meter", 10);
  assertEquals(house.giveUps(), []);
  await crash(house, "meter", 1);
  assertEquals(house.giveUps().map(({ supervisor }) => supervisor), ["charging"]);
  assertEquals(wasOpen, [true, true]);
  assertEquals([contactorClosed(house, 1), contactorClosed(house, 2)], [true, true]);
});

Deno.test("settings gives up: the root starts it again, and no contactor moves", async () => {
  const house = await chargingHouse();
  let wasOpen = false;
  house.station.watch(() => void (wasOpen ||= !contactorClosed(house)));
  await crash(house, "configuration", 6);
  assertEquals(house.giveUps(), []);
  await crash(house, "configuration", 1);
  assertEquals(house.giveUps().map(({ supervisor }) => supervisor), ["settings"]);
  assertEquals([state(house, "settings"), wasOpen, contactorClosed(house)], ["running", false, true]);
});

Deno.test("upkeep gives up at the third crash in ten minutes, and comes back after 10 s: the car charges on", async () => {
  const house = await chargingHouse();
  for (let n = 0; n < 3; n++) {
    await house.advance(299_000);
    assertEquals(house.giveUps(), []);
    await crash(house, "diagnostics", 1);
  }
  assertEquals(house.giveUps().map(({ supervisor, retryInMs }) => [supervisor, retryInMs]), [[
    "upkeep",
    10_000,
  ]]);
  await house.advance(10_000);
  assertEquals([state(house, "upkeep"), contactorClosed(house)], ["running", true]);
});

Deno.test("the root gives up: everything stops, and the contactors are open", async () => {
  const house = await chargingHouse();
  await crash(house, "connector:1", 4 * 10 - 1);
  assertEquals([state(house, "charger"), contactorClosed(house)], ["running", true]);
  await crash(house, "connector:1", 1);
  assertEquals(house.giveUps().map(({ supervisor }) => supervisor), [
    ...Array(4).fill("charging"),
    "charger",
  ]);
  assertEquals([state(house, "charger"), contactorClosed(house)], ["stopped", false]);
  await house.advance(600_000);
  assertEquals([contactorClosed(house), house.centralSystem.connected()], [false, false]);
});

Deno.test("crashes that lie more than a minute apart never add up", async () => {
  const house = await chargingHouse();
  for (let n = 0; n < 50; n++) {
    for (const actor of ["connector:1", "link", "configuration"]) house.system().crash(actor);
    await house.advance(61_000);
  }
  assertEquals([house.giveUps(), contactorClosed(house)], [[], true]);
});

Deno.test("a stop of the tree opens the contactors, and the transaction is there for the next boot", async () => {
  const house = await chargingHouse();
  house.system().stop();
  await house.advance(0);
  assertEquals([state(house, "charger"), contactorClosed(house)], ["stopped", false]);
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.reason), ["PowerLoss"]);
});
