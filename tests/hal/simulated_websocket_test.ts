/** The simulated network keeps the contract of the real one, and breaks as it is told. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Clock } from "../../hal/clock.ts";
import { createSimulatedClock, type SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { SimulatedPeer, SimulatedPeerEvent } from "../../hal/drivers/simulated_peer.ts";
import { createSimulatedNetwork, type SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import type { WebSocketConnection, WebSocketEvent, WebSocketTarget } from "../../hal/websocket.ts";
import { checkWebSocket, type World } from "../contract/websocket_contract.ts";

checkWebSocket("simulated network", createWorld);

const latencyMs = { min: 10, max: 50 };
const target: WebSocketTarget = {
  url: "ws://central.test/AL1000",
  subprotocols: ["ocpp1.6"],
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 10_000,
  payloadBytesMax: 65_536,
};
const networkDown = { kind: "failed", layer: "tcp", error: "network is down" } as const;

Deno.test("a simulated network where nobody answers refuses connections", async () => {
  const { clock, network } = createParts("1");
  const events: WebSocketEvent[] = [];
  network.driver.connect(target, (event) => events.push(event));
  await clock.advance(1_000);
  assertEquals(events, [{
    kind: "Closed",
    opened: false,
    why: { kind: "failed", layer: "tcp", error: "connection refused" },
  }]);
});

Deno.test("a run of the simulated network is a function of its seed", async () => {
  assertEquals(await trace("1"), await trace("1"));
  assertNotEquals(await trace("1"), await trace("2"));
});

Deno.test("frames keep their order and their latency on the simulated network", async () => {
  const { clock, far, near } = await createPair("1");
  const sentAtMs: number[] = [];
  const tookMs: number[] = [];
  far.onText = (text) => tookMs.push(clock.monotonicMs() - (sentAtMs[Number(text)] ?? NaN));
  for (let n = 0; n < 200; n++) {
    sentAtMs.push(clock.monotonicMs());
    near.connection.send(String(n));
    await clock.advance(5);
  }
  await clock.advance(latencyMs.max);
  assertEquals(textsOf(far.events), Array.from({ length: 200 }, (_, n) => String(n)));
  assert(tookMs.every((ms) => ms >= latencyMs.min && ms <= latencyMs.max), tookMs.join());
  assert(new Set(tookMs).size > 50, tookMs.join());
});

Deno.test("a network that goes down resets both ends and loses what is on its way in both directions", async () => {
  const { clock, network, far, near } = await createPair("1");
  near.connection.send("lost");
  far.peer.send("lost");
  network.setLink("down");
  assertEquals(near.events.length, 1);
  near.connection.send("lost too");
  await clock.advance(0);
  assertEquals(near.events.slice(1), [{ kind: "Closed", opened: true, why: networkDown }]);
  assertEquals(far.events, [{ kind: "Closed", code: 1006, reason: "" }]);
  network.setLink("up");
  await clock.advance(60_000);
  assertEquals([near.events.length, far.events.length], [2, 1]);
});

Deno.test("a network that is down refuses connections, and serves them when it is up again", async () => {
  const { clock, network } = createParts("1");
  network.accept((peer) => peer.open("ocpp1.6"));
  const kinds: string[] = [];
  network.setLink("down");
  network.driver.connect(target, (event) => kinds.push(event.kind));
  assertEquals(kinds, []);
  await clock.advance(1_000);
  assertEquals(kinds, ["Closed"]);
  network.setLink("up");
  network.driver.connect(target, (event) => kinds.push(event.kind));
  await clock.advance(1_000);
  assertEquals(kinds, ["Closed", "Opened"]);
});

Deno.test("a silent network gives no sign for hours, and delivers all in order when it speaks again", async () => {
  const { clock, network, far, near } = await createPair("1");
  network.setLink("silent");
  near.connection.send("a");
  near.connection.ping();
  await clock.advance(3 * 3_600_000);
  assertEquals(near.connection.send("bé"), 4);
  assertEquals(far.events, []);
  network.setLink("up");
  await clock.advance(1_000);
  assertEquals(far.events.map((event) => event.kind), ["Received", "PingReceived", "Received"]);
  assertEquals(textsOf(far.events), ["a", "bé"]);
  assertEquals(near.events.slice(1), [{ kind: "PongReceived" }]);
});

Deno.test("a silent network holds what the peer says, too", async () => {
  const { clock, network, far, near } = await createPair("1");
  network.setLink("silent");
  far.peer.send("a");
  far.peer.send("b");
  await clock.advance(60_000);
  assertEquals(near.events.length, 1);
  network.setLink("up");
  assertEquals(near.events.slice(1), [{ kind: "Received", text: "a" }, { kind: "Received", text: "b" }]);
});

Deno.test("a deaf network holds what the charger says, and delivers what the peer says", async () => {
  const { clock, network, far, near } = await createPair("1");
  network.setLink("deaf");
  near.connection.send("a");
  far.peer.send("b");
  await clock.advance(60_000);
  assertEquals([far.events, near.events.slice(1)], [[], [{ kind: "Received", text: "b" }]]);
  network.setLink("up");
  assertEquals(far.events, [{ kind: "Received", text: "a" }]);
});

Deno.test("a peer behind a silent network learns of a cut only when it speaks again, whoever dials meanwhile", async () => {
  const { clock, network, far, near } = await createPair("1");
  network.setLink("silent");
  near.connection.send("on its way");
  near.connection.terminate();
  await clock.advance(60_000);
  network.driver.connect(target, () => {});
  assertEquals([near.events.at(-1)?.kind, far.events.length], ["Closed", 0]);
  network.setLink("up");
  await clock.advance(0);
  assertEquals(far.events, [{ kind: "Received", text: "on its way" }, {
    kind: "Closed",
    code: 1006,
    reason: "",
  }]);
});

interface Parts {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
}

interface Pair extends Parts {
  readonly near: { readonly connection: WebSocketConnection; readonly events: readonly WebSocketEvent[] };
  readonly far: {
    readonly peer: SimulatedPeer;
    readonly events: readonly SimulatedPeerEvent[];
    onText: (text: string) => void;
  };
}

function createParts(seed: string, latency = latencyMs): Parts {
  const clock = createSimulatedClock({ startWallMs: 0 });
  return {
    clock,
    network: createSimulatedNetwork({ clock, entropy: createSimulatedEntropy(seed), latencyMs: latency }),
  };
}

async function createPair(seed: string): Promise<Pair> {
  const parts = createParts(seed);
  const knock = Promise.withResolvers<SimulatedPeer>();
  const nearEvents: WebSocketEvent[] = [];
  const farEvents: SimulatedPeerEvent[] = [];
  parts.network.accept(knock.resolve);
  const connection = parts.network.driver.connect(target, (event) => nearEvents.push(event));
  await parts.clock.advance(1_000);
  const far = { peer: await knock.promise, events: farEvents, onText: (_text: string) => {} };
  far.peer.listen((event) => {
    farEvents.push(event);
    if (event.kind === "Received") far.onText(event.text);
  });
  far.peer.open("ocpp1.6");
  await parts.clock.advance(1_000);
  return { ...parts, far, near: { connection, events: nearEvents } };
}

/** Two talkers and a short loss of the network, with the time of each event. */
async function trace(seed: string): Promise<readonly string[]> {
  const { clock, network } = createParts(seed);
  const lines: string[] = [];
  network.accept((peer) => {
    peer.listen((event) => {
      lines.push(`${clock.monotonicMs()} peer ${JSON.stringify(event)}`);
      if (event.kind === "Received") peer.send(event.text);
    });
    peer.open("ocpp1.6");
  });
  for (const name of ["a", "b"]) talk(network, clock, name, lines);
  await clock.advance(3_000);
  network.setLink("down");
  await clock.advance(3_000);
  return lines;
}

function talk(network: SimulatedNetwork, clock: Clock, name: string, lines: string[]): void {
  const connection = network.driver.connect(target, (event) => {
    lines.push(`${clock.monotonicMs()} ${name} ${JSON.stringify(event)}`);
    if (event.kind === "Opened" || event.kind === "Received") connection.send(`${name}${lines.length}`);
  });
}

function textsOf(events: readonly SimulatedPeerEvent[]): readonly string[] {
  return events.flatMap((event) => event.kind === "Received" ? [event.text] : []);
}

function createWorld(): Promise<World> {
  const { clock, network } = createParts("contract", { min: 1, max: 10 });
  const deadUrl = "ws://nobody.test/AL1000";
  return Promise.resolve({
    driver: network.driver,
    url: target.url,
    deadUrl,
    accept: (handler) => network.accept((peer) => peer.request.url === deadUrl ? peer.cut() : handler(peer)),
    silence: () => network.setLink("silent"),
    pass: async (promise) => {
      let settled = false;
      promise.finally(() => {
        settled = true;
      });
      await clock.advance(0);
      while (!settled && await clock.step());
      return await promise;
    },
    stop: () => Promise.resolve(),
  });
}
