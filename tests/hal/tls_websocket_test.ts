/** The WebSocket over TLS, with both drivers: all that it promises in the clear, and who has proven what to whom. */
import type { Socket } from "node:net";
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { createWsWebSocket } from "../../hal/drivers/ws_websocket.ts";
import type { PrivateKeys, StreamDriver, TlsOptions } from "../../hal/stream.ts";
import type { WebSocketEvent } from "../../hal/websocket.ts";
import { checkWebSocket, type World } from "../contract/websocket_contract.ts";
import { createEventLog } from "../event_log.ts";
import { type Needed, needing } from "../tls/installed_openssl.ts";
import { createTlsLab, target, type TlsLab } from "../tls/tls_lab.ts";
import type { TlsListener, TlsServerOptions } from "../tls/tls_server.ts";
import { createWsCentralSystem } from "./ws_central_system.ts";

interface Driver {
  readonly create: (keys: PrivateKeys) => StreamDriver;
  readonly needs: Needed;
}

const drivers: Readonly<Record<string, Driver>> = {
  "openssl": { create: (keys) => createOpensslStream(keys), needs: "library" },
  "node:tls": { create: createDenoTlsStream, needs: "nothing" },
};

/** What the refused peer sees: the alert, or that Deno's TLS has hung up. */
const farewells: Readonly<Record<string, string>> = {
  "openssl": "alert certificate unknown",
  "node:tls": "socket hang up",
};

/** Two real processes and a handshake: on a busy machine more than a moment. */
const shortMs = 300;

const labs = new Map<string, TlsLab>();
Deno.test.beforeAll(async () => {
  for (const [name, { create }] of Object.entries(drivers)) labs.set(name, await createTlsLab(create));
});
Deno.test.afterAll(async () => {
  for (const lab of labs.values()) await lab[Symbol.asyncDispose]();
});

for (const [name, { needs }] of Object.entries(drivers)) {
  checkWebSocket(`npm:ws over ${name}`, () => securedWorld(labOf(name)), needs);

  check(needs, `npm:ws over ${name}: 1 MiB both ways, and the client certificate (FR.400)`, async () => {
    const lab = labOf(name);
    await using central = await centralSystem();
    const { client, root } = lab.certificates;
    const listener = await listen(lab, central.port, { clientRoots: [root.certificate] });
    const { log, connection } = connect(lab, listener.port, {
      certificate: { chain: client.chain, keyId: "own" },
    });
    const { tls } = await log.next("Opened");
    assertEquals(tls?.version, "TLSv1.3");
    const { clientName, serverName } = await listener.next("Secured");
    assertEquals({ clientName, serverName }, { clientName: "SN-0001", serverName: "localhost" });
    const text = "é".repeat(524_288);
    connection.send(text);
    assert((await log.next("Received")).text === text);
    connection.close(1000, "");
    assertEquals((await log.next("Closed")).why, { kind: "closed", code: 1000, reason: "" });
  });

  check(needs, `npm:ws over ${name}: TLS that fails is said with its fault`, async () => {
    const lab = labOf(name);
    await using central = await centralSystem();
    const listener = await listen(lab, central.port);
    const { log } = connect(lab, listener.port, { roots: [lab.certificates.otherRoot.certificate] });
    const { opened, why } = await log.next("Closed");
    assert(why.kind === "failed" && why.layer === "tls", JSON.stringify(why));
    assertEquals({ opened, fault: why.fault }, { opened: false, fault: "certificate" });
    assertStringIncludes((await listener.next("Refused")).error, farewells[name] ?? "");
  });
}

/** Each goes all the way to the far end: as many without a change there, and nothing moves any more. */
const marksMax = 100;
const mark = Uint8Array.of(1);

for (const [name, { needs }] of Object.entries(drivers)) {
  check(
    needs,
    `${name}: what nobody reads stays with its sender, and writing goes on beside it`,
    async () => {
      const lab = labOf(name);
      const part = new Uint8Array(1_048_576);
      const parts = 64;
      const accepted = Promise.withResolvers<Socket>();
      const central = await lab.plain(accepted.resolve);
      const listener = await listen(lab, central.port);
      const { stream } = lab.driver.dial(target(lab, { port: listener.port }));
      stream.on("error", accepted.reject);
      stream.write(mark);
      const socket = await accepted.promise;
      let taken = 0;
      const sending = (async () => {
        for (; taken < parts; taken++) await new Promise((resolve) => socket.write(part, resolve));
      })();
      for (let [steady, before] = [0, 0]; steady < marksMax; steady++) {
        if (taken > before) [steady, before] = [0, taken];
        const come = new Promise((resolve) => socket.once("data", resolve));
        stream.write(mark);
        await come;
      }
      // The buffers of four sockets on the way have room for less than half.
      assertLess(taken, parts / 2);
      assertLess(stream.readableLength, part.length);
      let heard = 0;
      for await (const bytes of stream) {
        heard += bytes.length;
        if (heard === parts * part.length) break;
      }
      assertEquals(heard, parts * part.length);
      await sending;
    },
  );
}

const pair = ["TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384"] as const;

for (const [name, cipherSuite] of [["AES128-GCM-SHA256", pair[0]], ["AES256-GCM-SHA384", pair[1]]] as const) {
  check(
    "library",
    `openssl: ${cipherSuite} alone, and a client certificate demanded (SEC-3, SEC-4)`,
    async () => {
      const lab = labOf("openssl");
      await using central = await centralSystem();
      const { client, root, server } = lab.certificates;
      const clientRoots = [root.certificate];
      const listener = await listen(lab, central.port, { ...server.rsa, ciphers: name, clientRoots });
      const certificate = { chain: client.chain, keyId: "own" };
      const { log, connection } = connect(lab, listener.port, { certificate, cipherSuites: pair });
      const { tls } = await log.next("Opened");
      assertEquals([tls?.version, tls?.cipherSuite], ["TLSv1.2", cipherSuite]);
      const secured = await listener.next("Secured");
      assertEquals([secured.version, secured.cipherSuite, secured.clientName], [
        "TLSv1.2",
        cipherSuite,
        "SN-0001",
      ]);
      connection.send("there");
      assertEquals((await log.next("Received")).text, "there");
      connection.terminate();
      await log.next("Closed");
    },
  );
}

function check(needs: Needed, promise: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(needs, promise), fn });
}

function labOf(name: string): TlsLab {
  const lab = labs.get(name);
  if (lab === undefined) throw new Error(`cannot test ${name}: it has no lab`);
  return lab;
}

/** Echoes each text. */
async function centralSystem(): Promise<AsyncDisposable & { readonly port: number }> {
  const central = await createWsCentralSystem();
  central.accept((peer) => {
    peer.open("ocpp1.6");
    peer.listen((event) => {
      if (event.kind === "Received") peer.send(event.text);
    });
  });
  return { port: central.port, [Symbol.asyncDispose]: central.stop };
}

async function listen(
  lab: TlsLab,
  forwardTo: number,
  options: Partial<TlsServerOptions> = {},
): Promise<TlsListener> {
  const { chain, privateKey } = lab.certificates.server.p256;
  return await lab.server.listen({ chain, privateKey, forwardTo, ...options });
}

function connect(lab: TlsLab, port: number, options: Partial<TlsOptions> = {}) {
  const log = createEventLog<WebSocketEvent>();
  const { tls } = target(lab, { port, ...options });
  const asked = { ...limits, url: `wss://localhost:${port}/AL1000`, ...(tls === undefined ? {} : { tls }) };
  return { log, connection: createWsWebSocket(lab.driver).connect(asked, log.listener) };
}

const limits = {
  subprotocols: ["ocpp1.6"],
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 10_000,
  payloadBytesMax: 1_048_576,
};

/** The world of the contract, which knows of no TLS: what it dials is secured, what TLS tells is left out. */
async function securedWorld(lab: TlsLab): Promise<World> {
  const central = await createWsCentralSystem();
  const { port } = await listen(lab, central.port);
  const { tls } = target(lab, { port });
  const secured = createWsWebSocket(lab.driver);
  return {
    driver: {
      connect: (asked, listener) =>
        secured.connect({ ...asked, ...(tls === undefined ? {} : { tls }) }, (event) => {
          if (event.kind === "Opened") listener({ kind: "Opened", subprotocol: event.subprotocol });
          else listener(event);
        }),
    },
    url: `wss://localhost:${port}/ocpp/AL1000`,
    // Port 1 (tcpmux) is served nowhere.
    deadUrl: "wss://localhost:1/AL1000",
    accept: (handler) => central.accept((peer) => handler(asSecured(peer))),
    silence: central.silence,
    pass: (promise) => promise,
    stop: central.stop,
    shortMs,
  };
}

function asSecured(peer: SimulatedPeer): SimulatedPeer {
  return { ...peer, request: { ...peer.request, url: peer.request.url.replace("ws:", "wss:") } };
}
