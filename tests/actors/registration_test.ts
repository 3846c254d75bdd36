/** Registration: what the charger may say before and after it is accepted (OCPP 1.6 §4.2; spec/behaviour.md §1). */
import { assert, assertEquals } from "@std/assert";
import { probeMs } from "../../protocol/liveness.ts";
import type { Turn } from "../sim/turn.ts";
import type { CalmHouse } from "./calm_house.ts";
import { actions, moments, newHouse, reported, swiped } from "./calm_house.ts";

const time = "2026-01-01T00:00:00.000Z";

function answers(status: "Accepted" | "Pending" | "Rejected", interval: number, afterMs = 0): Turn {
  return { kind: "answer", payload: { status, currentTime: time, interval }, afterMs };
}

async function answeredHouse(...turns: readonly Turn[]): Promise<CalmHouse> {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", ...turns);
  await house.advance(0);
  assertEquals(actions(house), ["BootNotification"]);
  house.forget();
  return house;
}

Deno.test("§4.2, TC_001: Rejected, it says nothing until the interval has passed, then BootNotification and who it is", async () => {
  const house = await answeredHouse(answers("Rejected", 120));
  house.station.verbs.plug(1);
  await swiped(house, "ALICE");
  house.station.verbs.unplug(1);
  await house.advance(119_999);
  assertEquals(actions(house), []);

  await house.advance(1);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
  assertEquals([reported(house, 0), reported(house, 1)], [["Available"], ["Available"]]);
});

for (const status of ["Accepted", "Pending"] as const) {
  Deno.test(`§4.2: ${status} ends that at once, also while the disk is slow to keep it`, async () => {
    const house = await answeredHouse(answers("Rejected", 120), answers(status, 300));
    house.disk.commitMs = 5_000;
    await house.advance(121_000);
    assertEquals(house.sent("BootNotification").length, 1);
    assert(await house.ask("GetConfiguration", { key: ["HeartbeatInterval"] }) !== null);
    assertEquals(house.sent("StatusNotification").length, 0, "what follows waits for what is durable");
  });
}

Deno.test("§4.2: Rejected, it answers nothing that the central system asks", async () => {
  const house = await answeredHouse(answers("Rejected", 120));
  assertEquals(await house.ask("GetConfiguration", {}), null);
  assertEquals(await house.ask("TriggerMessage", { requestedMessage: "BootNotification" }), null);
  house.centralSystem.say("[2,");
  assertEquals(house.sent(), []);
});

Deno.test("§4.2, TC_002: Pending, it answers for its configuration, starts nothing, and boots again after the interval", async () => {
  const house = await answeredHouse(answers("Pending", 90));
  assertEquals(await house.ask("GetConfiguration", { key: ["MeterValueSampleInterval"] }), {
    result: { configurationKey: [{ key: "MeterValueSampleInterval", readonly: false, value: "60" }] },
  });
  assertEquals(await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "20" }), {
    result: { status: "Accepted" },
  });
  assertEquals(await house.ask("RemoteStartTransaction", { connectorId: 1, idTag: "ALICE" }), {
    result: { status: "Rejected" },
  });
  assertEquals(await house.ask("RemoteStopTransaction", { transactionId: 1 }), {
    result: { status: "Rejected" },
  });
  await house.advance(89_999);
  assertEquals(actions(house), []);
  await house.advance(1);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
});

Deno.test("§4.2, §5.17: Pending, only what was triggered is sent, and a triggered BootNotification at once", async () => {
  const house = await answeredHouse(answers("Pending", 90), answers("Pending", 60));
  house.station.verbs.plug(1);
  await swiped(house, "ALICE");
  assertEquals(actions(house), []);

  await house.ask("TriggerMessage", { requestedMessage: "StatusNotification", connectorId: 1 });
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(actions(house), ["StatusNotification", "Heartbeat"]);

  await house.advance(10_000);
  assertEquals(await house.ask("TriggerMessage", { requestedMessage: "BootNotification" }), {
    result: { status: "Accepted" },
  });
  assertEquals(moments(house, "BootNotification"), [10_000]);
  await house.advance(59_999);
  assertEquals(moments(house, "BootNotification"), [10_000]);
  await house.advance(1);
  assertEquals(moments(house, "BootNotification"), [10_000, 70_000]);
});

Deno.test("§4.2: what happened while Pending is not told afterwards; only what is true then", async () => {
  const house = await answeredHouse(answers("Pending", 60));
  for (let times = 0; times < 3; times++) {
    house.station.verbs.plug(1);
    await house.advance(1_000);
    await swiped(house, "ALICE");
    house.station.verbs.unplug(1);
    await house.advance(1_000);
  }
  await house.advance(54_000);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
  assertEquals(reported(house), ["Available"]);
});

Deno.test("§4.2: Accepted, it reports connector 0 and each connector, then a Heartbeat each interval", async () => {
  const house = await newHouse({ station: "ac-two-sockets" });
  house.centralSystem.script("BootNotification", answers("Accepted", 100));
  await house.advance(99_999);
  assertEquals(actions(house)[0], "BootNotification");
  assertEquals([0, 1, 2].map((connectorId) => reported(house, connectorId)), Array(3).fill(["Available"]));
  assertEquals(moments(house, "Heartbeat"), []);
  await house.advance(200_001);
  assertEquals(moments(house, "Heartbeat"), [100_000, 200_000, 300_000]);
});

Deno.test("§4.6: a Heartbeat that waits for its answer is one; the wire does not fill with more of them", async () => {
  const house = await newHouse();
  house.centralSystem.script("BootNotification", answers("Accepted", 1));
  house.centralSystem.script("Heartbeat", { kind: "answer", afterMs: 10_500 });
  await house.advance(12_000);
  assertEquals(moments(house, "Heartbeat"), [1_000, 12_000]);
});

Deno.test("spec/behaviour.md §1: the interval of the answer becomes HeartbeatInterval, over a power cycle too", async () => {
  const house = await newHouse();
  const unanswered = { kind: "nothing" } as const;
  house.centralSystem.script("BootNotification", answers("Accepted", 77), unanswered);
  const asked = () => house.ask("GetConfiguration", { key: ["HeartbeatInterval"] });
  const reports = { configurationKey: [{ key: "HeartbeatInterval", readonly: false, value: "77" }] };
  await house.advance(0);
  assertEquals(await asked(), { result: reports });
  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals(await asked(), { result: reports });
});

Deno.test("D-boot-0: interval 0 of Accepted keeps the configured HeartbeatInterval", async () => {
  const house = await answeredHouse(answers("Accepted", 0, 500));
  await house.advance(300_500);
  assertEquals(moments(house, "Heartbeat"), [300_500]);
});

Deno.test("D-boot-0, §4.2: interval 0 of Pending and Rejected waits 60 s", async () => {
  const house = await answeredHouse(answers("Pending", 0), answers("Rejected", 0));
  await house.advance(120_000);
  assertEquals(moments(house, "BootNotification"), [60_000, 120_000]);
});

Deno.test("a BootNotification without an answer, or refused, is sent again with growing waits, and nothing else is", async () => {
  const house = await answeredHouse(
    { kind: "error", errorCode: "InternalError" },
    ...Array(7).fill({ kind: "nothing" }),
  );
  await house.advance(3_600_000);
  const at = [0, ...moments(house, "BootNotification")];
  const waits = at.map((atMs, index) => (at[index + 1] ?? atMs) - atMs);
  const timeOutMs = 30_000 + probeMs;
  // After an error, and after time-outs 2 to 8: between a half and the whole of 10 s, 20 s, …, 300 s.
  const bounds = [10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1_000);
  for (const [index, boundMs] of bounds.entries()) {
    const waitMs = (waits[index] ?? 0) - (index === 0 ? 0 : timeOutMs);
    assertEquals(waitMs >= boundMs / 2 && waitMs <= boundMs, true, `wait ${index + 1} is ${waitMs} ms`);
  }
  assertEquals(house.centralSystem.received.get("BootNotification"), 9);
  assertEquals(new Set(actions(house)), new Set(["BootNotification", "StatusNotification", "Heartbeat"]));
  assertEquals(house.sent("StatusNotification")[0]?.atMs, at.at(-1));
});

Deno.test("§5.17: a BootNotification that is triggered while one is in flight is that one; never are there two", async () => {
  const house = await answeredHouse(answers("Accepted", 300, 5_000));
  await house.advance(1_000);
  assertEquals(await house.ask("TriggerMessage", { requestedMessage: "BootNotification" }), {
    result: { status: "Accepted" },
  });
  await house.advance(60_000);
  assertEquals(house.sent("BootNotification"), []);

  const other = await answeredHouse({ kind: "error", errorCode: "InternalError" }, { kind: "nothing" });
  await other.ask("TriggerMessage", { requestedMessage: "BootNotification" });
  // The wait after the error ends within 10 s, while the triggered one is in flight until 30 s.
  await other.advance(31_000);
  assertEquals(moments(other, "BootNotification"), [0]);
});

Deno.test("D-boot-early: before the first answer it is asked as in Pending", async () => {
  const house = await answeredHouse({ kind: "nothing" });
  assertEquals(await house.ask("ChangeConfiguration", { key: "MeterValueSampleInterval", value: "20" }), {
    result: { status: "Accepted" },
  });
  for (
    const [action, payload] of [
      ["RemoteStartTransaction", { connectorId: 1, idTag: "ALICE" }],
      ["TriggerMessage", { requestedMessage: "Heartbeat" }],
    ] as const
  ) {
    assertEquals(await house.ask(action, payload), { result: { status: "Rejected" } });
  }
  assertEquals(actions(house), []);
});

Deno.test("spec/behaviour.md §1: the wait of Pending goes on over a lost link, and is not begun anew", async () => {
  const house = await answeredHouse(answers("Pending", 600));
  await house.advance(100_000);
  house.network.setLink("down");
  await house.advance(1_000);
  house.network.setLink("up");
  await house.advance(498_999);
  assertEquals(actions(house), []);
  await house.advance(1);
  assertEquals(moments(house, "BootNotification"), [600_000]);
});

Deno.test("§4.2: a wait that has passed while the link was down ends with the next connection", async () => {
  const house = await answeredHouse(answers("Pending", 60));
  house.network.setLink("down");
  await house.advance(100_000);
  house.network.setLink("up");
  assertEquals(actions(house), []);
  await house.advance(300_000);
  assertEquals(actions(house).slice(0, 2), ["BootNotification", "StatusNotification"]);
});

Deno.test("OCPP-J §5.4: a reconnect does not boot again, a power cycle does", async () => {
  const house = await newHouse();
  await house.advance(0);
  house.forget();
  house.centralSystem.cut();
  await house.advance(10_000);
  assertEquals(house.centralSystem.connected(), true);
  assertEquals(actions(house), []);

  house.cutPower(0);
  await house.restorePower();
  await house.advance(0);
  assertEquals(actions(house), ["BootNotification", "StatusNotification", "StatusNotification"]);
});

Deno.test("the registration outlives a crash of station, and of all of central: no second BootNotification", async () => {
  const house = await newHouse();
  await house.advance(0);
  house.forget();
  for (const actor of ["station", "outbox", "link"]) {
    house.system().crash(actor);
    await house.advance(10_000);
  }
  assertEquals(house.sent("BootNotification"), []);
  assertEquals(house.centralSystem.connected(), true);
  await house.advance(300_000);
  assertEquals(house.sent("Heartbeat").length, 1);
});

Deno.test("a station that crashed while Rejected still answers nothing, and asks when the interval has passed", async () => {
  const house = await answeredHouse(answers("Rejected", 120));
  house.system().crash("station");
  await house.advance(1_000);
  assertEquals(await house.ask("GetConfiguration", {}), null);
  await house.advance(119_000);
  assertEquals(house.centralSystem.statuses.get(1), "Available");
});

for (const status of ["Rejected", "Pending"] as const) {
  Deno.test(`§4.2: ${status} is the answer to a station too that has failed meanwhile and asked again: one BootNotification an interval`, async () => {
    const house = await newHouse();
    house.centralSystem.script("BootNotification", answers(status, 600, 2_000));
    await house.advance(1_000);
    house.system().crash("station");
    await house.advance(600_000);
    assertEquals(moments(house, "BootNotification").length, 1);
    await house.advance(2_000);
    assertEquals(moments(house, "BootNotification").length, 2);
  });
}
