/**
 * CALLs that a central system never answers, or late, though it is there (OCPP 1.6 §3.7.1, OCPP-J §4.1.1; decision D-offline-attempts). With the
 * pings of the shipped stations nothing else is heard of it meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse, Sent } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, moments, newHouse, stored, swiped } from "./calm_house.ts";

const { stringify } = JSON;
const nothing = { kind: "nothing" } as const;
const hourMs = 3_600_000;
const offline = { LocalPreAuthorize: "true", AllowOfflineTxForUnknownId: "true" };

function mute(house: CalmHouse, action: string, times = 10_000): void {
  house.centralSystem.script(action, ...Array.from({ length: times }, () => nothing));
}

function heading({ action, payload: { connectorId = "", type = "" } }: Sent): string {
  return `${action} ${connectorId}${type}`.trim();
}

function waits(house: CalmHouse) {
  const outbox = house.system().inspect("outbox") as Record<string, unknown>;
  return { waiting: outbox.transactionMessages, parked: outbox.parked };
}

for (const station of ["ac-two-sockets", "dc-four", "reference-dc"]) {
  Deno.test(`§3.7.1, ${station}: a StartTransaction that is never answered is parked, and the queue goes on`, async () => {
    const house = await newHouse({ station, networkMs: 50 });
    await house.advance(5_000);
    mute(house, "StartTransaction", 3);
    const { verbs, profile } = house.station;
    const card = () => verbs.swipe("ALICE", ...(profile.reader === "connector" ? [1] : []));
    verbs.plug(1);
    await house.advance(1_000);
    assertEquals(card(), { kind: "done" });
    await house.advance(600_000);
    assertEquals([house.sent("StartTransaction").length, waits(house)], [3, { waiting: 0, parked: 1 }]);
    card();
    await house.advance(10_000);
    assertEquals(house.sent("StopTransaction").map(({ payload }) => payload.transactionId), [-1]);
    assertEquals([waits(house).waiting, house.effects("LinkClosed")], [0, []]);
  });
}

for (const action of ["MeterValues", "StopTransaction"]) {
  Deno.test(`§3.7.1: so is each ${action}, and Heartbeats go on`, async () => {
    const house = await newHouse({ station: "ac-two-sockets", settings: { HeartbeatInterval: "300" } });
    await house.advance(5_000);
    mute(house, action);
    await begun(house);
    await house.advance(130_000);
    await swiped(house, "ALICE");
    await house.advance(hourMs);
    assertEquals([waits(house).waiting, house.effects("LinkClosed")], [0, []]);
    assertEquals(waits(house).parked, house.sent(action).length / 3);
    assertEquals(house.sent("Heartbeat").length, 12);
  });
}

for (const action of ["Authorize", "StatusNotification", "SecurityEventNotification"]) {
  Deno.test(`a central system that ignores each ${action} loses no link, and each bill gets through`, async () => {
    const house = await newHouse({ station: "ac-two-sockets", settings: offline });
    await house.advance(5_000);
    mute(house, action);
    house.addresses().securityLog.send({
      kind: "SecurityEventRaised",
      type: "FirmwareUpdated",
      techInfo: "by hand",
    });
    await begun(house);
    await house.advance(hourMs);
    await swiped(house, "ALICE");
    await house.advance(hourMs);
    assert(house.sent(action).length > 0, action);
    assertEquals([house.effects("LinkClosed"), waits(house)], [[], { waiting: 0, parked: 0 }]);
    assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["Local"]);
  });
}

Deno.test("§3.7: clock-aligned values that are never answered: no bill waits behind them, and they do not pile up", async () => {
  const settings = { ...offline, ClockAlignedDataInterval: "60", HeartbeatInterval: "300" };
  const house = await newHouse({ station: "dc-four", settings });
  house.centralSystem.mute("MeterValues", true);
  // Between two points of the grid: those within a transaction are its own.
  await house.advance(hourMs + 5_000);
  const { verbs } = house.station;
  verbs.plug(1);
  verbs.swipe("ALICE", 1);
  await house.advance(30_000);
  verbs.swipe("ALICE", 1);
  await house.advance(60_000);
  assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["Local"]);
  const { waiting } = house.system().inspect("outbox") as { waiting: number };
  assert(waiting < 4, `${waiting} wait, of four connectors`);
  // As soon as they are answered, each connector has its next one.
  house.centralSystem.mute("MeterValues", false);
  await house.advance(600_000);
  const told = house.sent("MeterValues").slice(-8).map(({ payload }) => payload.connectorId);
  assertEquals(told.toSorted(), [1, 1, 2, 2, 3, 3, 4, 4]);
});

for (
  const muted of [
    ["StatusNotification"],
    ["StatusNotification", "Heartbeat", "Authorize", "SecurityEventNotification"],
  ]
) {
  Deno.test(`D-turns: no bill waits for ever behind ${muted.join(", ")}, though more come than time out`, async () => {
    const settings = { ...offline, HeartbeatInterval: "60", ClockAlignedDataInterval: "60" };
    const house = await newHouse({ station: "dc-four", settings });
    await house.advance(5_000);
    for (const action of muted) mute(house, action);
    const { verbs } = house.station;
    for (const connectorId of [1, 2, 3, 4]) verbs.plug(connectorId);
    await house.advance(1_000);
    verbs.swipe("ALICE", 1);
    await house.advance(600_000);
    verbs.swipe("ALICE", 1);
    await house.advance(hourMs);
    assertEquals([...house.centralSystem.ledger.values()].map(({ stop }) => stop?.reason), ["Local"]);
    assertEquals(waits(house), { waiting: 0, parked: 0 });
  });
}

Deno.test("D-turns: where neither is ever answered, a StatusNotification and a bill have every other turn", async () => {
  const settings = { ...offline, HeartbeatInterval: "60", TransactionMessageRetryInterval: "1" };
  const house = await newHouse({ station: "dc-four", settings });
  for (const action of ["StatusNotification", "StartTransaction", "MeterValues"]) mute(house, action);
  await house.advance(5_000);
  house.station.verbs.plug(1);
  house.station.verbs.swipe("ALICE", 1);
  await house.advance(600_000);
  const turns = house.sent("StatusNotification", "StartTransaction", "MeterValues");
  const [first = 0] = moments(house, "StartTransaction");
  const isLive = turns.filter(({ atMs }) => atMs >= first).map(({ action }) =>
    action === "StatusNotification"
  );
  assertEquals([isLive.length > 10, isLive.filter((live, index) => live === isLive[index - 1])], [true, []]);
});

Deno.test("§4.2: a BootNotification that is ignored is sent again on the same connection, until it is answered", async () => {
  const house = await newHouse({ station: "ac-two-sockets" });
  mute(house, "BootNotification", 3);
  await house.advance(hourMs);
  assertEquals([house.sent("BootNotification").length, house.effects("LinkClosed")], [4, []]);
  assertEquals(house.centralSystem.statuses.get(0), "Available");
});

Deno.test("§4.6: behind CALLs that are never answered one Heartbeat waits, however many intervals pass", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  mute(house, "MeterValues");
  for (let times = 1; times <= 22; times++) {
    await house.ask("TriggerMessage", { requestedMessage: "MeterValues" });
  }
  // One that said nothing else would be left (D-silent).
  for (let times = 1; times <= 6; times++) {
    await house.advance(300_000);
    await house.ask("ClearCache", {});
  }
  assertEquals([house.sent("MeterValues").length, house.effects("LinkClosed")], [44, []]);
  assertEquals(moments(house, "Heartbeat"), [44 * 40_000, 1_800_000]);
});

Deno.test("OCPP-J §4.1.1: what is answered within MessageTimeout goes once, however long that is and however late its turn", async () => {
  const house = await newHouse({ settings: { MessageTimeout: "3600" } });
  const late = { kind: "answer", afterMs: 3_599_000 } as const;
  const payload = { status: "Accepted", currentTime: "2026-01-01T00:59:59.000Z", interval: 18_000 };
  house.centralSystem.script("BootNotification", { ...late, payload });
  for (const action of ["StatusNotification", "SecurityEventNotification"]) {
    house.centralSystem.script(action, late, late, late);
  }
  await house.advance(8 * hourMs);
  assertEquals(
    house.sent("BootNotification", "StatusNotification", "SecurityEventNotification").map(heading),
    [
      "BootNotification",
      "StatusNotification 0",
      "StatusNotification 1",
      "SecurityEventNotification StartupOfTheDevice",
    ],
  );
});

Deno.test("WebSocketPingInterval 0 sends no pings but the one that an overdue answer asks for", async () => {
  const house = await bootedHouse({ settings: { WebSocketPingInterval: "0" } });
  mute(house, "StartTransaction", 1);
  await begun(house);
  await house.advance(hourMs);
  assertEquals([house.centralSystem.pings, house.effects("LinkClosed")], [[30_000], []]);
  assertEquals(moments(house, "StartTransaction"), [0, 100_000]);
});

Deno.test("OCPP-J §4.1.1: an answer that comes while the peer is asked for a sign of life is the answer", async () => {
  // The ping goes at 30 s, the answer comes at 35 s, and the pong at 38 s.
  const house = await newHouse({ networkMs: 4_000, settings: { WebSocketPingInterval: "0" } });
  await house.advance(60_000);
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 27_000 });
  await begun(house);
  await house.advance(hourMs);
  assertEquals([house.sent("StartTransaction").length, (await stored(house, "outbox")).length], [1, 0]);
  assertEquals([house.effects("LinkClosed"), house.effects("TransactionMessageFailed")], [[], []]);
});

Deno.test("OCPP-J §4.1.1: that an earlier CALL is overdue, or had its time, is nothing to the one in flight", async () => {
  const house = await bootedHouse({ settings: { WebSocketPingInterval: "0" } });
  mute(house, "StartTransaction", 1);
  await begun(house);
  const [start] = house.sent("StartTransaction");
  const inFlight = () => (house.system().inspect("outbox") as { inFlight: string | null }).inFlight;
  for (const kind of ["AnswerDue", "CallTimedOut"] as const) {
    house.addresses().outbox.send({ kind, id: "an earlier one" });
    await house.advance(0);
  }
  assertEquals([inFlight(), house.centralSystem.pings], [start?.id, []]);
});

Deno.test("OCPP-J §4.1.1: while the peer is asked for a sign of life no other CALL goes", async () => {
  const house = await newHouse({ networkMs: 4_000, settings: { WebSocketPingInterval: "0" } });
  await house.advance(60_000);
  mute(house, "StartTransaction", 1);
  await begun(house);
  while (house.sent("StartTransaction").length === 0) await house.clock.step();
  house.forget();
  house.station.verbs.plug(2);
  await house.advance(39_999);
  assertEquals(house.sent().length, 0, stringify(house.sent()));
  await house.advance(1);
  assertEquals(house.sent().length, 1);
});

Deno.test("D-offline-attempts: a link that closes while the peer is asked for a sign of life uses up no attempt", async () => {
  const house = await newHouse({
    networkMs: 4_000,
    settings: { WebSocketPingInterval: "0", TransactionMessageAttempts: "1" },
  });
  await house.advance(60_000);
  mute(house, "StartTransaction", 1);
  await begun(house);
  while (house.sent("StartTransaction").length === 0) await house.clock.step();
  await house.advance(31_000);
  house.centralSystem.cut();
  await house.advance(600_000);
  assertEquals([house.sent("StartTransaction").length, waits(house)], [2, { waiting: 0, parked: 0 }]);
  assertEquals([house.effects("CutDeadPeer"), house.effects("LinkClosed").length], [[], 1]);
});

Deno.test("D-offline-attempts: what the peer has said before it died is no sign: nothing is counted, however often", async () => {
  const house = await bootedHouse({
    settings: { WebSocketPingInterval: "0", TransactionMessageAttempts: "1" },
  });
  mute(house, "StartTransaction", 5);
  await begun(house);
  for (let times = 1; times <= 5; times++) {
    assertEquals(house.sent("StartTransaction").length, times);
    await house.ask("ClearCache", {});
    house.network.setLink("silent");
    await house.advance(40_000);
    assertEquals(house.effects("CutDeadPeer").length, times);
    house.network.setLink("up");
    await house.advance(2_000);
  }
  await house.advance(60_000);
  assertEquals([waits(house), house.centralSystem.ledger.size], [{ waiting: 0, parked: 0 }, 1]);
});

Deno.test("D-offline-attempts: a peer that no longer hears the charger, and is heard, has refused nothing", async () => {
  const house = await bootedHouse({
    settings: { WebSocketPingInterval: "20", TransactionMessageAttempts: "1" },
  });
  await house.advance(60_000);
  mute(house, "StartTransaction", 1);
  await begun(house);
  house.network.setLink("deaf");
  for (let times = 1; times <= 7; times++) {
    house.centralSystem.call("ClearCache", {});
    await house.advance(5_000);
  }
  await house.advance(5_000);
  assertEquals([house.sent("StartTransaction").length, house.effects("CutDeadPeer").length], [1, 1]);
  house.network.setLink("up");
  await house.advance(60_000);
  assertEquals([waits(house), house.centralSystem.ledger.size], [{ waiting: 0, parked: 0 }, 1]);
});

for (const pingIntervalS of ["0", "20"]) {
  Deno.test(`D-offline-attempts, pings every ${pingIntervalS} s: of what a network has held up the pong comes before the answer, and is no verdict`, async () => {
    const house = await chargingHouse({
      settings: { WebSocketPingInterval: pingIntervalS, TransactionMessageAttempts: "1" },
    });
    house.centralSystem.script("MeterValues", { kind: "answer", afterMs: 200 });
    await house.advance(59_999);
    house.network.setLink("silent");
    await house.advance(33_001);
    assertEquals(moments(house, "MeterValues"), [60_000]);
    house.network.setLink("up");
    await house.advance(10_000);
    assertEquals([waits(house), house.effects("LinkClosed")], [{ waiting: 0, parked: 0 }, []]);
  });
}
