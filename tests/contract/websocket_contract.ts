/**
 * What every WebSocket driver promises, whatever network it stands on.
 *
 * Law: each check ends with exactly one `Closed`, as the last event of its connection (`hal/websocket.ts`).
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import type { SimulatedPeer, SimulatedPeerEvent } from "../../hal/drivers/simulated_peer.ts";
import type {
  CloseReason,
  WebSocketConnection,
  WebSocketDriver,
  WebSocketEvent,
  WebSocketTarget,
} from "../../hal/websocket.ts";
import { createEventLog, type EventLog } from "../event_log.ts";
import { type Needed, needing } from "../tls/installed_openssl.ts";

/** A network with a central system at its end. */
export interface World {
  readonly driver: WebSocketDriver;
  readonly url: string;
  /** Nobody listens here. */
  readonly deadUrl: string;
  readonly accept: (handler: (peer: SimulatedPeer) => void) => void;
  /** From now on the peer gives no sign and reads nothing. */
  readonly silence: () => void;
  /** Lets time pass until the promise is settled. */
  readonly pass: <T>(promise: Promise<T>) => Promise<T>;
  readonly stop: () => Promise<void>;
  /** How long a time-out is that is to run out, or one that is to be kept. Default 50. */
  readonly shortMs?: number;
}

/** The charger's end of a connection under test. */
interface Near extends EventLog<WebSocketEvent> {
  readonly connection: WebSocketConnection;
}

/** Both ends of an open one. */
interface Pair {
  readonly near: Near;
  readonly far: EventLog<SimulatedPeerEvent>;
  readonly peer: SimulatedPeer;
}

const longMs = 10_000;
const payloadBytesMax = 1_000;
const cutOff: CloseReason = { kind: "closed", code: 1006, reason: "" };

export function checkWebSocket(
  name: string,
  createWorld: () => Promise<World>,
  needs: Needed = "nothing",
): void {
  function check(rule: string, body: (world: World) => Promise<void>): void {
    Deno.test({
      ...needing(needs, `${name}: ${rule}`),
      fn: async () => {
        const world = await createWorld();
        try {
          await body(world);
        } finally {
          await world.stop();
        }
      },
    });
  }
  checkHandshake(check);
  checkMessages(check);
  checkClosing(check);
}

type Check = (rule: string, body: (world: World) => Promise<void>) => void;

function short({ shortMs = 50 }: World): number {
  return shortMs;
}

function checkHandshake(check: Check): void {
  check(
    "carries the path, the offers and the credentials, and takes the peer's choice (OCPP-J §3.1, §3.2)",
    async (world) => {
      const basicAuth = {
        username: "AL1000",
        password: Uint8Array.fromHex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"),
      };
      const knock = new Promise<SimulatedPeer>((resolve) => world.accept(resolve));
      const near = connect(world, { subprotocols: ["ocpp1.6", "ocpp1.5"], basicAuth });
      const peer = await world.pass(knock);
      const { url, subprotocols } = peer.request;
      assertEquals({ url, subprotocols, basicAuth: peer.request.basicAuth }, {
        url: world.url,
        subprotocols: ["ocpp1.6", "ocpp1.5"],
        basicAuth,
      });
      peer.open("ocpp1.5");
      assertEquals((await world.pass(near.next("Opened"))).subprotocol, "ocpp1.5");
      near.connection.terminate();
      await endsWith(world, near, cutOff);
    },
  );

  check("tells nothing before connect has returned", async (world) => {
    let returned = false;
    const told: boolean[] = [];
    const log = createEventLog<WebSocketEvent>();
    world.driver.connect(target(world, { url: world.deadUrl }), (event) => {
      told.push(returned);
      log.listener(event);
    });
    returned = true;
    await world.pass(log.next("Closed"));
    assertEquals(told, [true]);
  });

  check("is refused where nobody listens", async (world) => {
    const near = connect(world, { url: world.deadUrl });
    const { opened, why } = await world.pass(near.next("Closed"));
    assert(why.kind === "failed" && why.layer === "tcp", JSON.stringify(why));
    assertEquals(opened, false);
    await endsWith(world, near, why);
  });

  for (const httpStatus of [401, 404, 503]) {
    check(`names the HTTP status ${httpStatus} of a refusal`, async (world) => {
      world.accept((peer) => peer.refuse(httpStatus));
      await endsWith(world, connect(world), { kind: "handshakeRefused", httpStatus });
    });
  }

  for (const answered of ["", "ocpp9.9", "ocpp1.6, ocpp1.5"]) {
    check(`refuses a peer that chose "${answered}" (RFC 6455 §4.1)`, async (world) => {
      world.accept((peer) => peer.open(answered));
      const near = connect(world, { subprotocols: ["ocpp1.6", "ocpp1.5"] });
      await endsWith(world, near, { kind: "subprotocolRefused", offered: "ocpp1.6, ocpp1.5", answered });
    });
  }

  check("gives up a handshake that is never answered", async (world) => {
    world.accept(() => {});
    const near = connect(world, { handshakeTimeoutMs: short(world) });
    await endsWith(world, near, { kind: "timeout", phase: "handshake" });
  });

  check("an open connection outlives its handshake time-out", async (world) => {
    const { near } = await open(world, { handshakeTimeoutMs: short(world) });
    world.accept(() => {});
    await world.pass(connect(world, { handshakeTimeoutMs: short(world) }).next("Closed"));
    assertEquals(near.events, [{ kind: "Opened", subprotocol: "ocpp1.6" }]);
    near.connection.terminate();
    await endsWith(world, near, cutOff);
  });

  for (const call of ["close", "terminate"] as const) {
    check(`a ${call} before the peer has answered ends the attempt`, async (world) => {
      const knock = new Promise<SimulatedPeer>((resolve) => world.accept(resolve));
      const near = connect(world);
      await world.pass(knock);
      assertEquals(near.connection.send("too early"), 0);
      near.connection.ping();
      near.connection[call](1000, "");
      await endsWith(world, near, cutOff);
      assertEquals(near.events, [{ kind: "Closed", opened: false, why: cutOff }]);
    });
  }
}

function checkMessages(check: Check): void {
  check("carries text both ways, whole and in order", async (world) => {
    const { near, far, peer } = await open(world);
    const texts = [
      ...Array.from({ length: 50 }, (_, n) => `[2,"${n}","Heartbeat",{}]`),
      "",
      "\0",
      "\uFEFF",
      "é€😀",
    ];
    for (const text of texts) {
      near.connection.send(text);
      peer.send(text);
    }
    await world.pass(near.next("Received", texts.length));
    await world.pass(far.next("Received", texts.length));
    assertEquals(near.events.slice(1), texts.map((text) => ({ kind: "Received", text })));
    assertEquals(far.events, texts.map((text) => ({ kind: "Received", text })));
    near.connection.terminate();
    await endsWith(world, near, cutOff);
  });

  check("a ping comes back as a pong (OCPP-J §5.3)", async (world) => {
    const { near, far } = await open(world);
    near.connection.ping();
    await world.pass(near.next("PongReceived"));
    assertEquals(far.events, [{ kind: "PingReceived" }]);
    near.connection.terminate();
    await endsWith(world, near, cutOff);
  });

  check("takes a message of the greatest length and closes with 1009 on a longer one", async (world) => {
    const { near, far, peer } = await open(world);
    const longest = "é".repeat(payloadBytesMax / 2);
    peer.send(longest);
    peer.send(longest + "x");
    const { why } = await world.pass(near.next("Closed"));
    assert(why.kind === "failed" && why.layer === "websocket", JSON.stringify(why));
    assertEquals(near.events.slice(1, -1), [{ kind: "Received", text: longest }]);
    assertEquals((await world.pass(far.next("Closed"))).code, 1009);
    await endsWith(world, near, why);
  });

  check("shows what a peer that reads nothing leaves unsent", async (world) => {
    const { near, far } = await open(world);
    const text = "x".repeat(100_000);
    near.connection.send(text);
    await world.pass(far.next("Received"));
    assertLess(near.connection.send("all before has been read"), 100);
    world.silence();
    const textsMax = 1_000;
    let backlog = 0;
    for (let n = 0; n < textsMax && backlog < 1_000_000; n++) {
      backlog = near.connection.send(text);
      await world.pass(Promise.resolve());
    }
    assert(backlog >= 1_000_000, `${backlog} bytes`);
    near.connection.terminate();
    await endsWith(world, near, cutOff);
  });
}

function checkClosing(check: Check): void {
  check(
    "a close of ours reaches the peer with its code and reason, and what came before it is not lost",
    async (world) => {
      const { near, far } = await open(world);
      near.connection.send("last words");
      near.connection.close(1000, "reset");
      assertEquals(near.connection.send("too late"), 0);
      near.connection.close(1001, "again");
      await world.pass(far.next("Closed"));
      assertEquals(far.events, [{ kind: "Received", text: "last words" }, {
        kind: "Closed",
        code: 1000,
        reason: "reset",
      }]);
      await endsWith(world, near, { kind: "closed", code: 1000, reason: "reset" });
    },
  );

  check("an answer that was on its way when we closed is still received", async (world) => {
    const { near, peer } = await open(world);
    peer.send("late answer");
    near.connection.close(1000, "");
    await endsWith(world, near, { kind: "closed", code: 1000, reason: "" });
    assertEquals(near.events[1], { kind: "Received", text: "late answer" });
  });

  check("tells the code and reason of the peer's close", async (world) => {
    const { near, far, peer } = await open(world);
    peer.close(1008, "who are you");
    await endsWith(world, near, { kind: "closed", code: 1008, reason: "who are you" });
    assertEquals((await world.pass(far.next("Closed"))).code, 1008);
  });

  check("cuts a peer that never completes the close", async (world) => {
    const { near } = await open(world, { closeTimeoutMs: short(world) });
    world.silence();
    near.connection.close(1000, "");
    await endsWith(world, near, { kind: "timeout", phase: "close" });
  });

  check("a peer that hangs up is 1006 (RFC 6455 §7.1.5)", async (world) => {
    const { near, peer } = await open(world);
    peer.cut();
    await endsWith(world, near, cutOff);
  });

  check("terminate cuts at once, whatever the peer does, and twice is once", async (world) => {
    const { near } = await open(world);
    world.silence();
    near.connection.close(1000, "");
    near.connection.terminate();
    near.connection.terminate();
    assertEquals(near.events.length, 1);
    await endsWith(world, near, cutOff);
  });

  check("terminate reaches a peer that listens as 1006", async (world) => {
    const { near, far } = await open(world);
    near.connection.terminate();
    assertEquals((await world.pass(far.next("Closed"))).code, 1006);
    await endsWith(world, near, cutOff);
  });
}

function target(world: World, changes: Partial<WebSocketTarget>): WebSocketTarget {
  return {
    url: world.url,
    subprotocols: ["ocpp1.6"],
    handshakeTimeoutMs: longMs,
    closeTimeoutMs: longMs,
    payloadBytesMax,
    ...changes,
  };
}

function connect(world: World, changes: Partial<WebSocketTarget> = {}): Near {
  const log = createEventLog<WebSocketEvent>();
  const connection = world.driver.connect(target(world, changes), (event) => {
    log.listener(event);
    if (event.kind === "Closed") assertEquals(connection.send("too late"), 0);
  });
  return { ...log, connection };
}

async function open(world: World, changes: Partial<WebSocketTarget> = {}): Promise<Pair> {
  const far = createEventLog<SimulatedPeerEvent>();
  const knock = new Promise<SimulatedPeer>((resolve) => {
    world.accept((peer) => {
      peer.listen(far.listener);
      peer.open("ocpp1.6");
      resolve(peer);
    });
  });
  const near = connect(world, changes);
  const peer = await world.pass(knock);
  await world.pass(near.next("Opened"));
  return { near, far, peer };
}

/** Closed for this reason, once; every call afterwards does nothing, until another connection has come and gone. */
async function endsWith(world: World, near: Near, why: CloseReason): Promise<void> {
  const closed = await world.pass(near.next("Closed"));
  assertEquals(closed, { kind: "Closed", opened: near.events[0]?.kind === "Opened", why });
  const told = [...near.events];
  assertEquals(near.connection.send("too late"), 0);
  near.connection.ping();
  near.connection.close(1000, "");
  near.connection.terminate();
  await world.pass(connect(world, { url: world.deadUrl }).next("Closed"));
  assertEquals(near.events, told);
  assertEquals(told.at(-1), closed);
}
