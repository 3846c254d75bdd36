/** The link: pings, dead peers, back-off, slow readers (OCPP-J 1.6 §3, §5.3, §5.5). */
import { assert, assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, chargingHouse, contactorClosed, moments, newHouse } from "./calm_house.ts";

/** Moments at which the link found itself closed, and how long it then waits. */
function closed(house: CalmHouse): readonly { readonly atMs: number; readonly waitMs: number }[] {
  return house.effects("LinkClosed").map(({ atMs, detail }) => ({
    atMs,
    waitMs: (detail as { retryInMs: number }).retryInMs,
  }));
}

Deno.test("OCPP-J 1.6 §5.4: a new connection has its own pings to answer, not those of the one before", async () => {
  const house = await bootedHouse({ settings: { WebSocketPingInterval: "5", HeartbeatInterval: "18000" } });
  await house.advance(10_000);
  house.network.setLink("silent");
  await house.advance(20_000);
  assertEquals(house.effects("CutDeadPeer").length, 1);
  house.network.setLink("up");
  await house.advance(60_000);
  assertEquals([house.centralSystem.connected(), house.effects("CutDeadPeer").length], [true, 1]);
});

Deno.test("WebSocketPingInterval: a ping each interval; a new value holds at once, and 0 ends them", async () => {
  const house = await bootedHouse();
  await house.advance(12_000);
  await house.ask("ChangeConfiguration", { key: "WebSocketPingInterval", value: "20" });
  await house.advance(28_000);
  assertEquals(house.centralSystem.pings, [5_000, 10_000, 32_000]);
  await house.ask("ChangeConfiguration", { key: "WebSocketPingInterval", value: "0" });
  await house.advance(600_000);
  assertEquals(house.centralSystem.pings.length, 3);
});

Deno.test("§5.5: a peer that is silent for two intervals is dead: cut at the third, and dialled again", async () => {
  const house = await bootedHouse();
  await house.advance(5_500);
  house.network.setLink("silent");
  await house.advance(14_499);
  assertEquals(closed(house), []);
  await house.advance(1);
  assertEquals(closed(house).map(({ atMs }) => atMs), [20_000]);
});

Deno.test("any frame is a sign of life: a CALL without an answer is then the peer's failure, and no reason to cut it", async () => {
  const house = await bootedHouse({ settings: { WebSocketPingInterval: "0" } });
  await house.advance(1_000);
  house.centralSystem.script("StatusNotification", { kind: "nothing" });
  house.station.verbs.plug(1);
  await house.advance(10_000);
  await house.ask("ClearCache", {});
  await house.advance(60_000);
  assertEquals(closed(house), []);
});

Deno.test("§5.3: each refused connection doubles the wait, from at most 1 s to at most 5 min, for ever", async () => {
  const house = await bootedHouse();
  house.network.setLink("down");
  await house.advance(24 * 3_600_000);
  const waits = closed(house).map(({ waitMs }) => waitMs);
  for (const [index, waitMs] of waits.entries()) {
    const boundMs = Math.min(1_000 * 2 ** index, 300_000);
    assert(waitMs >= boundMs / 2 && waitMs <= boundMs, `wait ${index + 1} is ${waitMs} ms`);
  }
  assert(waits.length > 24 * 12);
  house.network.setLink("up");
  await house.advance(300_000);
  assertEquals(house.centralSystem.connected(), true);
});

Deno.test("§5.3: only a frame from the central system ends the back-off: an accept that is followed by a close does not", async () => {
  const house = await bootedHouse();
  for (let times = 0; times < 6; times++) {
    house.centralSystem.cut();
    while (!house.centralSystem.connected()) await house.clock.step();
  }
  const waits = () => closed(house).map(({ waitMs }) => waitMs);
  assert((waits().at(-1) ?? 0) >= 16_000, waits().join());

  house.centralSystem.say("[9]");
  await house.advance(0);
  house.centralSystem.cut();
  await house.advance(0);
  assert((waits().at(-1) ?? 0) <= 1_000, waits().join());
});

Deno.test("an upgrade that is not answered ends after 20 s, and is tried again", async () => {
  const house = await bootedHouse();
  house.network.accept(() => {});
  house.centralSystem.cut();
  await house.advance(120_000);
  const [, first, second] = closed(house);
  assert(first !== undefined && second !== undefined);
  assertEquals(second.atMs - first.atMs - first.waitMs, 20_000);
});

Deno.test("a peer that reads nothing is cut off before its unsent bytes fill the memory", async () => {
  // The line takes 5 s: until then what was sent waits in the socket.
  const house = await newHouse({ networkMs: 5_000 });
  await house.advance(60_000);
  assertEquals(house.centralSystem.connected(), true);
  for (let batch = 0; batch < 12; batch++) {
    for (let n = 0; n < 90; n++) house.centralSystem.call("GetConfiguration", {});
    await house.advance(100);
  }
  await house.advance(5_000);
  assertEquals(house.effects("CutSlowPeer").length, 1);
  await house.advance(60_000);
  assertEquals(house.centralSystem.connected(), true);
});

Deno.test("law of the link: at most one socket, however often it crashes or is told to start over", async () => {
  const house = await bootedHouse();
  let most = 0;
  house.watch(() => void (most = Math.max(most, house.centralSystem.connections())));
  for (const actor of ["link", "outbox", "link", "outbox"]) {
    house.system().crash(actor);
    await house.advance(30_000);
  }
  assertEquals([most, house.centralSystem.connected()], [1, true]);
});

Deno.test("a lost network reaches no contactor", async () => {
  const house = await chargingHouse();
  for (const state of ["silent", "down", "up"] as const) {
    house.network.setLink(state);
    await house.advance(600_000);
    assert(contactorClosed(house), state);
  }
});

Deno.test("D-fresh-link: an outbox that crashed with a CALL in flight begins again on a fresh connection, and nothing is lost", async () => {
  const house = await bootedHouse();
  house.centralSystem.script("StartTransaction", { kind: "answer", afterMs: 20_000 });
  house.station.verbs.plug(1);
  house.station.verbs.swipe("ALICE");
  await house.advance(1_000);
  house.system().crash("outbox");
  await house.advance(10_000);
  assertEquals([closed(house).length, moments(house, "StartTransaction").length], [1, 2]);
  assertEquals([house.centralSystem.open().length, house.centralSystem.breaches], [1, []]);
});
