/**
 * The tool's doors for one charge point: a plain one, and one behind TLS, of which it serves one at a time.
 *
 * Law: whoever comes to the wrong door is hung up on, whoever comes without what the profile wants gets 401; every knock is kept.
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import { Sightings } from "../integration/sightings.ts";
import type { Authority } from "../tls/authority.ts";
import { certificates } from "../tls/certificates.ts";
import type { TlsListener, TlsServer } from "../tls/tls_server.ts";
import { type ClientHello, clientHello } from "./client_hello.ts";
import { Conversation } from "./conversation.ts";
import { startRelay } from "./relay.ts";

type Door = "plain" | "tls";
type Served = 1 | 2 | 3;

export interface Knock {
  readonly door: Door;
  /** The last part of the path, decoded. */
  readonly chargePointId: string;
  readonly authorization: string | undefined;
}

export interface SecurityLabOptions {
  /** Served from the beginning. */
  readonly profile: Served;
  readonly password: string;
  /** Ends the TLS; it outlives the lab. */
  readonly tlsServer: TlsServer;
  /** The only ones behind TLS, as OpenSSL names them, and TLS 1.2 with them. */
  readonly ciphers?: string;
}

export interface SecurityLab extends AsyncDisposable {
  readonly tool: Conversation;
  /** Where a charge point connects, without its id. */
  readonly url: string;
  readonly secureUrl: string;
  /** Its root proves the door behind TLS, and signs the certificates of those that are let in in profile 3. */
  readonly operator: Authority;
  readonly password: string;
  readonly knocks: readonly Knock[];
  /** Of each connection to the address behind TLS, in order. */
  readonly hellos: readonly ClientHello[];
  /** What TLS comes to where profile 2 and where profile 3 is served. */
  readonly tls: Readonly<Record<2 | 3, TlsListener>>;
  /** From now on this door alone is served, to whoever has the password or, in profile 3, a certificate. */
  readonly open: (profile: Served, password?: string) => void;
  /** From now on the address behind TLS is somebody else's, whom nobody trusts; until `open`. */
  readonly impersonate: () => TlsListener;
  /** Resolves with the first knock after so many, as soon as there is one. */
  readonly knockAfter: (count: number) => Promise<Knock>;
  /** Resolves when a charge point is connected at the door that is served. */
  readonly connected: () => Promise<void>;
  /** Hangs up. */
  readonly cut: () => void;
}

const SUBPROTOCOL = "ocpp1.6";

/** Resolves as soon as all doors listen. */
export async function startSecurityLab(options: SecurityLabOptions): Promise<SecurityLab> {
  const { tlsServer, ciphers } = options;
  const stack = new AsyncDisposableStack();
  const { root: operator, server } = await certificates();
  const tool = new Conversation();
  const knocks = new Sightings<Knock>();
  const hellos: ClientHello[] = [];
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  const serving = { profile: options.profile, password: options.password };
  const connections = new Sightings<Door>();
  let current: WebSocket | null = null;
  let isConnected = false;

  function knocked(door: Door, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { authorization } = request.headers;
    const chargePointId = decodeURIComponent((request.url ?? "").split("/").at(-1) ?? "");
    socket.on("error", () => {});
    knocks.note({ door, chargePointId, authorization });
    const { profile, password } = serving;
    if ((door === "plain") !== (profile === 1)) return void socket.destroy();
    const basic = `Basic ${Buffer.from(`${chargePointId}:${password}`).toString("base64")}`;
    if (authorization !== (profile === 3 ? undefined : basic)) {
      return void socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    upgrades.handleUpgrade(request, socket, head, (opened) => served(door, opened));
  }

  function served(door: Door, socket: WebSocket): void {
    current?.terminate();
    current = socket;
    isConnected = true;
    tool.connected((text) => socket.send(text));
    connections.note(door);
    socket.on("message", (data, isBinary) => tool.received(isBinary ? "a binary message" : String(data)));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (socket !== current) return;
      isConnected = false;
      tool.disconnected();
    });
  }

  async function listen(door: Door): Promise<number> {
    const plain = createServer();
    plain.on("upgrade", (request, socket, head) => knocked(door, request, socket, head));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    stack.defer(async () => {
      const closed = new Promise((resolve) => plain.close(resolve));
      plain.closeAllConnections();
      await closed;
    });
    return (plain.address() as AddressInfo).port;
  }

  const plainPort = await listen("plain");
  const behind = {
    forwardTo: await listen("tls"),
    ...(ciphers === undefined ? {} : { ciphers, maxVersion: "TLSv1.2" as const }),
  };
  const [two, three, impostor] = await Promise.all([
    tlsServer.listen({ ...behind, ...server.rsa }),
    tlsServer.listen({ ...behind, ...server.rsa, clientRoots: [operator.certificate] }),
    tlsServer.listen({ ...behind, ...server.rsaByOtherRoot }),
  ]);
  const tls = { 2: two, 3: three };
  const portOf = (profile: Served) => tls[profile === 3 ? 3 : 2].port;
  const relay = stack.use(startRelay(portOf(options.profile), (bytes) => {
    const hello = clientHello(bytes);
    if (hello === null) return "more";
    hellos.push(hello);
    return "enough";
  }));
  stack.defer(() => {
    for (const socket of upgrades.clients) socket.terminate();
  });
  return {
    ...{ tool, operator, hellos, tls },
    url: `ws://127.0.0.1:${plainPort}/ocpp`,
    secureUrl: `wss://localhost:${relay.port}/ocpp`,
    get password() {
      return serving.password;
    },
    get knocks() {
      return knocks.all;
    },
    open: (profile, password = serving.password) => {
      Object.assign(serving, { profile, password });
      relay.lead(portOf(profile));
    },
    impersonate: () => {
      relay.lead(impostor.port);
      return impostor;
    },
    knockAfter: (count) => knocks.until("a knock", (all) => all[count]),
    connected: async () => {
      while (!isConnected) {
        const count = connections.all.length;
        await connections.until("a connection", (all) => all.length > count ? all : undefined);
      }
    },
    cut: () => current?.terminate(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
