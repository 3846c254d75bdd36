/**
 * What was answered to BootNotification counts at once, also where it takes back what was accepted (OCPP 1.6 §4.2; spec/behaviour.md §1; D-levels),
 * and for no central system of a higher security profile (TC_083; D-register-anew).
 */
import { assert, assertEquals } from "@std/assert";
import { operatorRoot } from "../sim/hierarchy.ts";
import type { Turn } from "../sim/turn.ts";
import type { CalmHouse } from "./calm_house.ts";
import { actions, bootedHouse, charging, moments, newHouse, reported } from "./calm_house.ts";

const time = "2026-01-01T00:00:00.000Z";
const password = "6f6c6420".repeat(4);

function answers(status: "Accepted" | "Pending" | "Rejected", interval: number, afterMs = 0): Turn {
  return { kind: "answer", payload: { status, currentTime: time, interval }, afterMs };
}

async function trigger(house: CalmHouse, requestedMessage: string): Promise<void> {
  assertEquals(await house.ask("TriggerMessage", { requestedMessage }), { result: { status: "Accepted" } });
}

/** Pending, and a triggered BootNotification is in flight, to be answered Rejected in 2 s; Heartbeats and a status wait behind it. */
async function waitingHouse(): Promise<CalmHouse> {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", answers("Pending", 900), answers("Rejected", 600, 2_000));
  await house.advance(0);
  await trigger(house, "BootNotification");
  house.forget();
  for (let times = 0; times < 4; times++) await trigger(house, "Heartbeat");
  await trigger(house, "StatusNotification");
  return house;
}

Deno.test("§4.2, D-levels: Rejected: what was triggered before and waits is not said, and not ten minutes later either", async () => {
  const house = await waitingHouse();
  await house.advance(60_000);
  house.station.verbs.plug(1);
  await house.advance(541_999);
  assertEquals(actions(house), []);

  await house.advance(1);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
  assertEquals([reported(house, 0), reported(house, 1)], [["Available"], ["Preparing"]]);
});

Deno.test("§4.2: Rejected counts before it is durable: nothing is answered and nothing said, also while the disk is slow", async () => {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", answers("Rejected", 600, 1_000));
  await house.advance(500);
  house.disk.commitMs = 5_000;
  await house.advance(1_500);
  assertEquals(await house.ask("GetConfiguration", { key: ["HeartbeatInterval"] }), null);
  assertEquals(await house.ask("NoSuchAction", {}), null);
});

Deno.test("§4.2: Rejected, a CALL that is none is not answered either", async () => {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", answers("Rejected", 600));
  await house.advance(1_000);
  const before = house.effects("FrameSent").length;
  house.centralSystem.say(`[2,"one",7,{}]`);
  await house.advance(1_000);
  assertEquals(house.effects("FrameSent").length, before);
});

/** Security profile 2 has just been accepted, the charger comes back with it, and a StopTransaction waits. */
async function raisedHouse(): Promise<CalmHouse> {
  const proof = { number: 1, securityProfile: 1, authorizationKey: password } as const;
  const house = await bootedHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  await charging(house);
  const raised = await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  assertEquals(raised, { result: { status: "Accepted" } });
  assertEquals(house.centralSystem.connected(), false);
  house.station.verbs.unplug(1);
  await house.advance(0);
  assertEquals(actions(house), []);
  return house;
}

Deno.test("TC_083, D-register-anew: the first connection of a higher profile begins with BootNotification, and a StopTransaction waits", async () => {
  const house = await raisedHouse();
  house.centralSystem.script("BootNotification", answers("Accepted", 300, 2_000));
  await house.advance(2_000);
  assertEquals(actions(house), ["BootNotification"]);
  await house.advance(2_000);
  assertEquals(actions(house), [
    "BootNotification",
    ...Array(2).fill("StatusNotification"),
    "StopTransaction",
  ]);
});

Deno.test("D-register-anew: until it is answered on a connection, the next one begins so too, and waits as after any failure", async () => {
  const house = await raisedHouse();
  house.centralSystem.script("BootNotification", { kind: "nothing" });
  await house.advance(2_000);
  house.centralSystem.cut();
  await house.advance(20_000);
  assertEquals(actions(house).slice(0, 2), ["BootNotification", "BootNotification"]);
  assertEquals(house.sent("StopTransaction").length, 1);
});

for (const crashed of ["station", "outbox", "link"]) {
  Deno.test(`D-register-anew: a crash of ${crashed} before that is answered does not forget it`, async () => {
    const house = await raisedHouse();
    house.centralSystem.script("BootNotification", { kind: "nothing" });
    await house.advance(2_000);
    assertEquals(actions(house), ["BootNotification"]);
    house.forget();
    house.system().crash(crashed);
    await house.advance(60_000);
    assertEquals(actions(house)[0], "BootNotification");
    assertEquals(house.sent("StopTransaction").length, 1);
  });
}

for (const crashed of ["station", "outbox", "link"]) {
  Deno.test(`D-register-anew: a crash of ${crashed} before the first connection of the higher profile does not forget it`, async () => {
    const house = await raisedHouse();
    house.system().crash(crashed);
    await house.advance(60_000);
    assertEquals(actions(house)[0], "BootNotification");
    assertEquals(house.sent("StopTransaction").length, 1);
  });
}

Deno.test("D-register-anew: a crash before that is answered believes nothing older where the lower profile is served again either", async () => {
  const house = await raisedHouse();
  house.centralSystem.script("BootNotification", { kind: "nothing" });
  await house.advance(2_000);
  assertEquals(actions(house), ["BootNotification"]);
  house.forget();
  house.centralSystem.guard(({ tls }) => tls === undefined ? null : 401);
  house.system().crash("link");
  await house.advance(60_000);
  assertEquals([house.centralSystem.connected(), actions(house)[0]], [true, "BootNotification"]);
});

for (const status of ["Rejected", "Pending"] as const) {
  Deno.test(`§4.2, D-register-anew: ${status} takes back what was accepted on the lower profile, and a StopTransaction waits on`, async () => {
    const house = await raisedHouse();
    house.centralSystem.script("BootNotification", answers(status, 600, 2_000));
    await house.advance(601_000);
    assertEquals(actions(house), ["BootNotification"]);
    await house.advance(5_000);
    assertEquals(house.sent("BootNotification").length, 2);
    assertEquals(house.sent("StopTransaction").length, 1);
  });
}

/** Each has a BootNotification in flight that will be answered Rejected, while the disk is slow to keep it. */
const asked = {
  "Pending": () => waitingHouse(),
  "Accepted on a lower profile": async () => {
    const house = await raisedHouse();
    house.centralSystem.script("BootNotification", answers("Rejected", 600, 2_000));
    await house.advance(2_000);
    return house;
  },
};
for (const [before, make] of Object.entries(asked)) {
  for (const crashed of ["station", "outbox", "link"]) {
    Deno.test(`§4.2: a crash of ${crashed} before Rejected is durable: what was there before is not believed again, and only asked about: ${before}`, async () => {
      const house = await make();
      house.disk.commitMs = 5_000;
      await house.advance(2_500);
      house.centralSystem.script("BootNotification", answers("Rejected", 600));
      house.forget();
      house.system().crash(crashed);
      await house.advance(500_000);
      assertEquals(actions(house).filter((action) => action !== "BootNotification"), []);
      assertEquals(await house.ask("GetConfiguration", { key: ["HeartbeatInterval"] }), null);
    });
  }
}

Deno.test("D-register-anew: what was Pending counts no more on a higher profile, and its wait neither", async () => {
  const proof = { number: 1, securityProfile: 1, authorizationKey: password } as const;
  const house = await newHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  house.centralSystem.script("BootNotification", answers("Pending", 600));
  await house.advance(0);
  house.forget();
  await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  await house.advance(2_000);
  assertEquals(actions(house)[0], "BootNotification");
  assert((moments(house, "BootNotification")[0] ?? Infinity) <= 2_000);
});

Deno.test("D-register-anew: what was Pending on a lower profile counts no more after a crash of the station either", async () => {
  const proof = { number: 1, securityProfile: 1, authorizationKey: password } as const;
  const house = await newHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  house.centralSystem.script("BootNotification", answers("Pending", 600), { kind: "nothing" });
  await house.advance(0);
  await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  await house.advance(2_000);
  house.system().crash("station");
  await house.advance(0);
  const { registration } = house.system().inspect("outbox") as { registration: string };
  assertEquals([house.centralSystem.connected(), registration], [true, "Unregistered"]);
});

Deno.test("§4.2: Rejected while the higher profile was refused, it waits and is mute there too", async () => {
  const proof = { number: 1, securityProfile: 1, authorizationKey: password } as const;
  const house = await newHouse({ credentials: { proofs: [proof], roots: [operatorRoot] } });
  house.centralSystem.script("BootNotification", answers("Pending", 60), answers("Rejected", 600));
  await house.advance(0);
  house.centralSystem.guard(({ tls }) => tls === undefined ? null : 401);
  await house.ask("ChangeConfiguration", { key: "SecurityProfile", value: "2" });
  await house.advance(100_000);
  assertEquals(house.sent("BootNotification").length, 2);
  house.centralSystem.guard(({ tls }) => tls === undefined ? 401 : null);
  house.centralSystem.cut();
  house.forget();
  await house.advance(500_000);
  assertEquals([house.centralSystem.connected(), actions(house)], [true, []]);
  assertEquals(await house.ask("GetConfiguration", { key: ["HeartbeatInterval"] }), null);
  await house.advance(100_000);
  assertEquals(actions(house)[0], "BootNotification");
});
