/** Where the security events are raised, and what they say (spec/security.md §8). Each test names the event. */
import { assertEquals } from "@std/assert";
import { tellingRefusals } from "../../actors/refusal_watch.ts";
import { readSecurityLog } from "../../actors/security_book.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, storeOf } from "./calm_house.ts";

/** What the log has but for the boots. */
async function logged(house: CalmHouse): Promise<readonly string[]> {
  await house.advance(0);
  const store = storeOf(house);
  const entries = (await readSecurityLog(store)).filter(({ type }) => type !== "StartupOfTheDevice");
  return entries.map(({ type, techInfo }) => `${type}: ${techInfo}`);
}

async function heartbeat(house: CalmHouse, clockOffMs: number): Promise<void> {
  house.clock.stepWall(clockOffMs);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
}

Deno.test("SettingSystemTime: a step of more than a minute, with both times; a correction is none", async () => {
  const house = await bootedHouse();
  await heartbeat(house, -60_000);
  assertEquals(await logged(house), []);
  await heartbeat(house, 3_600_000);
  assertEquals(await logged(house), [
    "SettingSystemTime: from 2026-01-01T01:00:00.000Z to 2026-01-01T00:00:00.000Z, by the central system",
  ]);
});

Deno.test("MemoryExhaustion: the store refuses a commit, whoever asked for it", async () => {
  const house = await bootedHouse();
  house.store().failCommits("full", 1);
  assertEquals(await house.ask("ChangeConfiguration", { key: "ConnectionTimeOut", value: "30" }), {
    result: { status: "Rejected" },
  });
  assertEquals(await logged(house), ["MemoryExhaustion: the store refuses: database or disk is full"]);
});

Deno.test("MemoryExhaustion: a check that fails is no refusal, and what is stored is stored", async () => {
  const told: unknown[] = [];
  const store = tellingRefusals(createMemoryStore().store, {
    id: "security_log",
    send: (event) => told.push(event) > 0,
  });
  const key = ["boot"];
  const checks = [{ key, sequence: null }];
  const outcomes = [
    await store.commit({ checks, sets: [{ key, value: 1 }] }),
    await store.commit({ checks, sets: [{ key, value: 2 }] }),
  ];
  assertEquals([outcomes.map(({ kind }) => kind), told], [["committed", "conflict"], []]);
});

for (
  const [what, text, techInfo] of [
    ["a text that is no JSON", "hello", "a text of 5 characters is not JSON"],
    ["a frame that is refused", '[2,"1","Reset"]', "the CALL has 3 elements, 4 would be right"],
    [
      "a payload that breaks its schema",
      '[2,"1","Reset",{"type":"Now"}]',
      'Reset: type is "Now", not one of Hard, Soft',
    ],
    ["a payload that lacks something", '[2,"1","Reset",{}]', "Reset: type is missing and required"],
  ] as const
) {
  Deno.test(`InvalidMessages: ${what}`, async () => {
    const house = await bootedHouse();
    house.centralSystem.say(text, ["1"]);
    assertEquals(await logged(house), [`InvalidMessages: ${techInfo}`]);
  });
}

Deno.test("InvalidMessages: an answer to our own CALL that breaks its schema", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("Heartbeat", { kind: "answer", payload: { currentTime: 7 } });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(await logged(house), [
    "InvalidMessages: the answer to Heartbeat: currentTime is a number, not a string",
  ]);
});

for (
  const [what, text] of [
    ["an action that OCPP does not have", '[2,"1","Fly",{}]'],
    ["a message type of a later version", '[5,"1"]'],
    ["a CALLERROR", '[4,"nobody","GenericError","",{}]'],
  ] as const
) {
  Deno.test(`${what} is no security event`, async () => {
    const house = await bootedHouse();
    house.centralSystem.say(text, ["1"]);
    assertEquals(await logged(house), []);
  });
}

Deno.test("AttemptedReplayAttacks: a CALL under a message id of this connection; on another one it may come again", async () => {
  const house = await bootedHouse();
  const call = '[2,"1","GetConfiguration",{"key":["HeartbeatInterval"]}]';
  house.centralSystem.say(call, ["1"]);
  await house.advance(0);
  house.centralSystem.cut();
  await house.advance(10_000);
  house.centralSystem.say(call, ["1"]);
  assertEquals(await logged(house), []);
  house.centralSystem.say(call, ["1"]);
  assertEquals(await logged(house), [
    "AttemptedReplayAttacks: a CALL under a message id that was used on this connection",
  ]);
});

Deno.test("AttemptedReplayAttacks: a second answer to the same CALL; one that comes late is the network's", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("Heartbeat", { kind: "answer", afterMs: 35_000 });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.advance(40_000);
  assertEquals(await logged(house), []);
  house.forget();
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  const [{ id } = { id: "" }] = house.sent("Heartbeat");
  house.centralSystem.say(`[3,"${id}",{"currentTime":"2026-01-01T00:00:40.000Z"}]`);
  assertEquals(await logged(house), [
    "AttemptedReplayAttacks: a second answer to the same CALL on this connection",
  ]);
});

Deno.test("TamperDetectionActivated: the housing is opened, also while there is no power; to close it is none", async () => {
  const house = await bootedHouse();
  const told = "TamperDetectionActivated: the housing is open";
  assertEquals(house.station.perform({ verb: "tamper", tampered: true }), { kind: "done" });
  assertEquals(await logged(house), [told]);
  house.station.perform({ verb: "tamper", tampered: false });
  assertEquals(await logged(house), [told]);
  house.cutPower(0);
  house.station.perform({ verb: "tamper", tampered: true });
  await house.restorePower();
  assertEquals(await logged(house), [told, told]);
});
