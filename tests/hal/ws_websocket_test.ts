/** The WebSocket over `npm:ws` keeps the contract, and says and dials what it is told. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createTcpStream } from "../../hal/drivers/tcp_stream.ts";
import { createWsWebSocket } from "../../hal/drivers/ws_websocket.ts";
import type { StreamTarget } from "../../hal/stream.ts";
import type { WebSocketEvent } from "../../hal/websocket.ts";
import { checkWebSocket } from "../contract/websocket_contract.ts";
import { createEventLog } from "../event_log.ts";
import { driver, limits, survive } from "./attack.ts";
import { createWsCentralSystem } from "./ws_central_system.ts";

checkWebSocket("npm:ws", async () => {
  const central = await createWsCentralSystem();
  return {
    ...central,
    driver,
    url: `ws://127.0.0.1:${central.port}/ocpp/AL1000`,
    // Port 1 (tcpmux) is served nowhere.
    deadUrl: "ws://127.0.0.1:1/AL1000",
    pass: (promise) => promise,
  };
});

Deno.test("npm:ws sends the password's bytes and offers no extension (rpc.md §7, white paper A00.FR.204)", async () => {
  const requests: string[] = [];
  const password = Uint8Array.fromHex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF");
  for (const credentials of [{ basicAuth: { username: "AL1000", password } }, {}]) {
    await survive({
      peer: async (peer) => void requests.push(await peer.request()),
      target: { handshakeTimeoutMs: 50, ...credentials },
      ends: { kind: "timeout", phase: "handshake" },
    });
  }
  const [withPassword = "", without = ""] = requests;
  assert(/^authorization: Basic QUwxMDAwOgABAgMEBQYH\/{16}\r$/im.test(withPassword), withPassword);
  assert(withPassword.startsWith("GET /ocpp/AL1000 HTTP/1.1\r\n"), withPassword);
  assert(!/^authorization:/im.test(without), without);
  assert(!/^sec-websocket-extensions:/im.test(without), without);
});

Deno.test("npm:ws does not connect to wss: in the clear, nor by TLS to ws:", async () => {
  const log = createEventLog<WebSocketEvent>();
  driver.connect({ ...limits, url: "wss://127.0.0.1:1/AL1000", tls }, log.listener);
  const error =
    "cannot dial 127.0.0.1:1 by TLS: this driver has none; use one of those for security profiles 2 and 3";
  assertEquals((await log.next("Closed")).why, { kind: "failed", layer: "tls", fault: "other", error });
  for (
    const target of [{ url: "wss://a.test/" }, { url: "ws://a.test/", tls }, { url: "http://a.test/" }]
  ) assertThrows(() => driver.connect({ ...limits, ...target }, () => {}), TypeError, target.url);
});

Deno.test("npm:ws dials what the URL names", async () => {
  const dialled: StreamTarget[] = [];
  const recording = createWsWebSocket({
    dial: (target) => {
      dialled.push(target);
      return createTcpStream().dial({ ...target, tls });
    },
  });
  for (
    const target of [{ url: "ws://a.test/x" }, { url: "wss://a.test/x", tls }, { url: "ws://[::1]:9000/x" }]
  ) {
    const log = createEventLog<WebSocketEvent>();
    recording.connect({ ...limits, ...target }, log.listener);
    await log.next("Closed");
  }
  assertEquals(dialled, [
    { host: "a.test", port: 80 },
    { host: "a.test", port: 443, tls },
    { host: "::1", port: 9000 },
  ]);
});

const tls = { roots: [], cipherSuites: [], wildcards: false };
