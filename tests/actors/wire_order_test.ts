/** The order of the wire: one CALL in flight, time-outs, answers that nobody waits for (OCPP-J 1.6 §4.1.1; spec/rpc.md §4). */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { probeMs } from "../../protocol/liveness.ts";
import type { Turn } from "../sim/turn.ts";
import { actions, begun, bootedHouse, charging, chargingHouse, moments, swiped } from "./calm_house.ts";

const nothing = { kind: "nothing" } as const;

function late(afterMs: number): Turn {
  return { kind: "answer", afterMs };
}

Deno.test("OCPP-J §4.1.1: the next CALL waits for the answer to the one before", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", late(5_000));
  house.station.verbs.plug(1);
  await house.advance(0);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.advance(4_999);
  assertEquals(actions(house), ["StatusNotification"]);
  await house.advance(1);
  assertEquals(actions(house), ["StatusNotification", "Heartbeat"]);
});

Deno.test("OCPP-J §4.1.1: what the central system asks is answered while an own CALL is in flight", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", nothing);
  house.station.verbs.plug(1);
  await house.advance(1_000);
  assertEquals(await house.ask("ChangeConfiguration", { key: "MessageTimeout", value: "10" }), {
    result: { status: "Accepted" },
  });
});

Deno.test("MessageTimeout: a CALL that a living peer does not answer has failed after it, and the next goes", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", nothing);
  house.station.verbs.plug(1);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.advance(30_000 + probeMs - 1);
  assertEquals(actions(house), ["StatusNotification"]);
  await house.advance(1);
  assertEquals(moments(house, "Heartbeat"), [30_000 + probeMs]);
  assertEquals(house.effects("LinkClosed"), []);
});

Deno.test("MessageTimeout: a new value holds from the next CALL on", async () => {
  const house = await bootedHouse();
  await house.ask("ChangeConfiguration", { key: "MessageTimeout", value: "7" });
  house.centralSystem.script("StatusNotification", nothing);
  house.station.verbs.plug(1);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.advance(7_000 + probeMs);
  assertEquals(moments(house, "Heartbeat"), [7_000 + probeMs]);
});

Deno.test("spec/rpc.md §4: an answer that comes too late, twice, or to no CALL at all changes nothing", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("Heartbeat", late(45_000), nothing);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  const [first] = house.sent("Heartbeat");
  await house.advance(44_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  await house.ask("TriggerMessage", { requestedMessage: "StatusNotification", connectorId: 1 });
  await house.advance(1_000);
  // The answer to the first has come, and the second is still in flight.
  assertEquals(house.effects("IgnoreFrame").length, 1);
  for (const text of [`[3,"${first?.id}",{}]`, `[4,"nobody's","GenericError","",{}]`]) {
    house.centralSystem.say(text);
    await house.advance(0);
  }
  assertEquals(house.effects("IgnoreFrame").length, 3);
  assertEquals(actions(house), ["Heartbeat", "Heartbeat"]);
  await house.advance(39_000);
  assertEquals(actions(house), ["Heartbeat", "Heartbeat", "StatusNotification"]);
});

Deno.test("at most 200 CALLs wait for the wire; what comes beyond is refused to its sender, and the others all go", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("Heartbeat", nothing);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  for (let n = 0; n < 210; n++) await house.ask("TriggerMessage", { requestedMessage: "MeterValues" });
  assertEquals((house.system().inspect("outbox") as { waiting: number }).waiting, 200);
  await house.advance(30_000 + probeMs);
  assertEquals([house.sent("MeterValues").length, house.crashes()], [200, []]);
});

Deno.test("OCPP-J §4.1.4: no two CALLs have the same message id", async () => {
  const house = await chargingHouse();
  await house.advance(3_600_000);
  const ids = house.sent().map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(house.wireBreaches(), []);
});

Deno.test("§3.7: transaction messages keep their order, and other CALLs overtake those that wait", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StartTransaction", { kind: "error", errorCode: "InternalError" });
  await begun(house);
  house.forget();
  await house.advance(59_000);
  await house.ask("TriggerMessage", { requestedMessage: "Heartbeat" });
  assertEquals(await house.ask("GetConfiguration", { key: ["HeartbeatInterval"] }) !== null, true);
  house.station.verbs.swipe("ALICE");
  await house.advance(1_000);
  // The stop was made at 59 s, and waits for the start that is sent again at 60 s.
  assertEquals(actions(house), ["Heartbeat", "StatusNotification", "StartTransaction", "StopTransaction"]);
  assertEquals(house.sent("StopTransaction")[0]?.payload.transactionId, 1);
});

Deno.test("§3.7: the messages of two connectors go in the order in which they happened", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  await charging(house, 1, "ALICE");
  house.centralSystem.script("MeterValues", nothing);
  await house.advance(30_000);
  await begun(house, 2, "BOB");
  await house.advance(600_000);
  const samples = house.sent("MeterValues").slice(1);
  const times = samples.map(({ payload }) => (payload.meterValue as { timestamp: string }[])[0]?.timestamp);
  assertEquals(times, times.toSorted());
  assertEquals(new Set(samples.map(({ payload }) => payload.connectorId)), new Set([1, 2]));
});

Deno.test("OCPP-J §4.2.3: a CALLERROR to a CALL that is no transaction message ends it; it is not sent again", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", { kind: "error", errorCode: "NotSupported" });
  house.station.verbs.plug(1);
  await house.advance(3_600_000);
  assertEquals(house.sent("StatusNotification").length, 1);
  assertNotEquals(house.sent("Heartbeat").length, 0);
});

Deno.test("D-levels: a StatusNotification that a living peer has not answered is sent again with the next Heartbeat", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StatusNotification", nothing);
  house.station.verbs.plug(1);
  await house.advance(299_999);
  assertEquals(moments(house, "StatusNotification"), [0]);
  await house.advance(600_001);
  assertEquals(moments(house, "StatusNotification"), [0, 300_000]);
});

Deno.test("§3: a backlog that is drained does not silence the live charger: what happens now goes next", async () => {
  const house = await chargingHouse({
    station: "ac-two-sockets",
    settings: { MeterValueSampleInterval: "10" },
  });
  house.network.setLink("down");
  await house.advance(3_600_000);
  house.centralSystem.script("MeterValues", ...Array(1_000).fill(late(100)));
  house.forget();
  house.network.setLink("up");
  while (house.sent("MeterValues").length < 10) await house.clock.step();
  house.station.verbs.plug(2);
  house.station.verbs.swipe("BOB");
  await house.advance(99);
  assertEquals(house.sent("StatusNotification", "Authorize"), [], "one CALL is in flight");
  await house.advance(1);
  assertEquals(actions(house).slice(-3), ["StatusNotification", "Authorize", "MeterValues"]);
  // The samples of an hour, in their order, and then the start that has happened meanwhile.
  await house.advance(60_000);
  const [start] = house.sent("StartTransaction");
  const before = house.sent("MeterValues").filter(({ atMs }) => atMs < (start?.atMs ?? 0));
  assertEquals(before.length >= 360, true);
});

Deno.test("D-hold: a central system that always has a slow question open delays the charger, and does not silence it", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  // A lock that does not answer makes UnlockConnector slow; before the one is answered the next is asked.
  house.station.verbs.plug(1);
  await house.advance(0);
  house.station.verbs.lock(1, { failure: true });
  await house.advance(0);
  house.forget();
  let asked = 0;
  const ask = () => {
    asked += 1;
    house.centralSystem.call("UnlockConnector", { connectorId: 1 });
    house.clock.after(1_000, ask);
  };
  ask();
  await house.advance(500);
  house.station.verbs.plug(2);
  await house.advance(30_000);
  const [told] = house.sent("StatusNotification").filter(({ payload }) => payload.connectorId === 2);
  assertEquals([asked > 25, (told?.atMs ?? Infinity) - 500 <= 3_000], [true, true]);
});

Deno.test("OCPP-J §4.1.1: an outbox that hears late of connections that are gone says nothing on the one that is there", async () => {
  const house = await chargingHouse();
  Object.assign(house.networkMs, { min: 50, max: 50 });
  house.saboteur.order("outbox", { kind: "slow", turns: 2, extraMs: 9_000 });
  await swiped(house, "ALICE");
  // Restarted, it is busy again, while the connection is another one twice.
  assert(house.system().crash("outbox"));
  await house.advance(3_000);
  house.centralSystem.cut();
  await house.advance(3_000);
  house.forget();
  assert(house.system().crash("outbox"));
  await house.advance(60_000);
  assertEquals([house.wireBreaches(), house.centralSystem.breaches], [[], []]);
  assertEquals(house.sent("StopTransaction").length, 1);
});
