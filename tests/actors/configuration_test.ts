/** Configuration keys: durable before they are Accepted, effective at once, kept over a power cycle (OCPP 1.6 §5.3, §5.8; TC_019, TC_021, TC_040). */
import { assertEquals } from "@std/assert";
import type { Answered, CalmHouse } from "./calm_house.ts";
import { bootedHouse, chargingHouse, moments, stored } from "./calm_house.ts";

const accepted: Answered = { result: { status: "Accepted" } };
const rejected: Answered = { result: { status: "Rejected" } };

function change(house: CalmHouse, key: string, value: string): Promise<Answered | null> {
  return house.ask("ChangeConfiguration", { key, value });
}

async function value(house: CalmHouse, key: string): Promise<string | undefined> {
  const answer = await house.ask("GetConfiguration", { key: [key] });
  const result = answer !== null && "result" in answer ? answer.result : null;
  return (result as { configurationKey: { value: string }[] }).configurationKey[0]?.value;
}

Deno.test("TC_021: a key reads back as it was set, and keeps its value over a power cycle", async () => {
  const house = await bootedHouse();
  assertEquals(await change(house, "MeterValueSampleInterval", "20"), accepted);
  assertEquals(await value(house, "MeterValueSampleInterval"), "20");
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals(await value(house, "MeterValueSampleInterval"), "20");
});

Deno.test("TC_040: an unknown key is NotSupported; a read-only one, and a value out of bounds, is Rejected and changes nothing", async () => {
  const house = await bootedHouse();
  assertEquals(await change(house, "Testing", "true"), { result: { status: "NotSupported" } });
  assertEquals(await change(house, "MeterValueSampleInterval", "-1"), rejected);
  assertEquals(await change(house, "NumberOfConnectors", "2"), rejected);
  assertEquals([await value(house, "MeterValueSampleInterval"), await value(house, "NumberOfConnectors")], [
    "60",
    "1",
  ]);
});

Deno.test("TC_019: all keys, as many as may be asked at once, and one that is not there", async () => {
  const house = await bootedHouse();
  const all = await house.ask("GetConfiguration", {}) as { result: { configurationKey: { key: string }[] } };
  const keys = all.result.configurationKey.map(({ key }) => key);
  assertEquals(keys.includes("SupportedFeatureProfiles") && keys.includes("HeartbeatInterval"), true);
  const some = await house.ask("GetConfiguration", { key: keys.slice(0, 5) }) as typeof all;
  assertEquals(some.result.configurationKey.map(({ key }) => key), keys.slice(0, 5));
  assertEquals(await house.ask("GetConfiguration", { key: ["Testing"] }), {
    result: { configurationKey: [], unknownKey: ["Testing"] },
  });
});

Deno.test("§5.3: Accepted only once the value is durable", async () => {
  const house = await bootedHouse();
  house.disk.commitMs = 100;
  const id = house.centralSystem.call("ChangeConfiguration", {
    key: "MeterValueSampleInterval",
    value: "20",
  });
  await house.advance(99);
  assertEquals([house.centralSystem.answers, await stored(house, "configuration")], [[], ["300"]]);
  await house.advance(1);
  assertEquals(house.centralSystem.answers.map((answer) => answer.id), [id]);
  assertEquals((await stored(house, "configuration")).includes("20"), true);
});

Deno.test("a store that refuses: Rejected, and the old value goes on to hold", async () => {
  const house = await chargingHouse();
  house.store().failCommits("full", 1);
  assertEquals(await change(house, "MeterValueSampleInterval", "20"), rejected);
  assertEquals(await value(house, "MeterValueSampleInterval"), "60");
  await house.advance(120_000);
  assertEquals(moments(house, "MeterValues"), [60_000, 120_000]);
});

Deno.test("a commit of unknown outcome crashes the configuration; what is there then is reported, and holds", async () => {
  for (const [fault, expected] of [["failedKept", "20"], ["failedLost", "60"]] as const) {
    const house = await chargingHouse();
    house.store().failCommits(fault, 1);
    assertEquals(await change(house, "MeterValueSampleInterval", "20"), { error: "InternalError" });
    assertEquals(await value(house, "MeterValueSampleInterval"), expected);
    await house.advance(60_000);
    assertEquals(moments(house, "MeterValues").length, 60 / Number(expected));
  }
});

Deno.test("a configuration that crashes in a commit finds what became of it, and everyone lives by that", async () => {
  const house = await chargingHouse();
  house.disk.commitMs = 100;
  const id = house.centralSystem.call("ChangeConfiguration", {
    key: "MeterValueSampleInterval",
    value: "20",
  });
  await house.advance(50);
  house.system().crash("configuration");
  await house.advance(200);
  assertEquals(house.centralSystem.answers.map((answer) => [answer.id, answer.kind]), [[id, "CallError"]]);
  assertEquals(await value(house, "MeterValueSampleInterval"), "20");
  await house.advance(60_000);
  assertEquals(moments(house, "MeterValues").length, 3);
});

Deno.test("HeartbeatInterval: a new value holds at once, and the next Heartbeat is that much later", async () => {
  const house = await bootedHouse();
  await house.advance(100_000);
  await change(house, "HeartbeatInterval", "60");
  await house.advance(120_000);
  assertEquals(moments(house, "Heartbeat"), [160_000, 220_000]);
});

Deno.test("HeartbeatInterval: what ChangeConfiguration sets holds until the next boot's answer", async () => {
  const house = await bootedHouse();
  await change(house, "HeartbeatInterval", "60");
  house.centralSystem.cut();
  await house.advance(10_000);
  assertEquals(await value(house, "HeartbeatInterval"), "60");
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals(await value(house, "HeartbeatInterval"), "300");
});

Deno.test("StopTransactionOnInvalidId holds for the next answer", async () => {
  const house = await bootedHouse({ judge: () => ({ status: "Invalid" }) });
  await change(house, "StopTransactionOnInvalidId", "false");
  house.centralSystem.script("Authorize", { kind: "answer", payload: { idTagInfo: { status: "Accepted" } } });
  house.station.verbs.plug(1);
  await house.advance(0);
  house.station.verbs.swipe("MALLORY");
  await house.advance(0);
  assertEquals([house.sent("StartTransaction").length, house.sent("StopTransaction").length], [1, 0]);
  assertEquals(house.centralSystem.statuses.get(1), "SuspendedEVSE");
});
