/**
 * The tool's doors for one charge point: a plain one, and one behind TLS, of which it serves one at a time.
 *
 * Law: whoever comes to the wrong door is hung up on, whoever comes with the wrong password gets 401; every knock is kept.
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import { Sightings } from "../integration/sightings.ts";
import { certificates } from "../tls/certificates.ts";
import { startTlsServer } from "../tls/tls_server.ts";
import { Conversation } from "./conversation.ts";

type Door = "plain" | "tls";

export interface Knock {
  readonly door: Door;
  /** The last part of the path, decoded. */
  readonly chargePointId: string;
  readonly authorization: string | undefined;
}

export interface SecurityLab extends AsyncDisposable {
  readonly tool: Conversation;
  /** Where a charge point connects, without its id. */
  readonly url: string;
  readonly secureUrl: string;
  /** PEM: what proves the door behind TLS. */
  readonly root: string;
  readonly password: string;
  readonly knocks: readonly Knock[];
  /** From now on this door alone is served, to whoever has the password. */
  readonly open: (profile: 1 | 2, password?: string) => void;
  /** Resolves with the first knock after so many, as soon as there is one. */
  readonly knockAfter: (count: number) => Promise<Knock>;
  /** Resolves when a charge point is connected at the door that is served. */
  readonly connected: () => Promise<void>;
  /** Hangs up. */
  readonly cut: () => void;
}

const SUBPROTOCOL = "ocpp1.6";

/** Resolves as soon as both doors listen; `profile` is served. */
export async function startSecurityLab(profile: 1 | 2, password: string): Promise<SecurityLab> {
  const stack = new AsyncDisposableStack();
  const { root, server } = await certificates();
  const tool = new Conversation();
  const knocks = new Sightings<Knock>();
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  const serving = { door: doorOf(profile), password };
  const connections = new Sightings<Door>();
  let current: WebSocket | null = null;
  let isConnected = false;

  function knocked(door: Door, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { authorization } = request.headers;
    const chargePointId = decodeURIComponent((request.url ?? "").split("/").at(-1) ?? "");
    socket.on("error", () => {});
    knocks.note({ door, chargePointId, authorization });
    if (door !== serving.door) return void socket.destroy();
    const wanted = `Basic ${Buffer.from(`${chargePointId}:${serving.password}`).toString("base64")}`;
    if (authorization !== wanted) {
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
  const forwardTo = await listen("tls");
  const { port: tlsPort } = await stack.use(startTlsServer()).listen({ forwardTo, ...server.rsa });
  stack.defer(() => {
    for (const socket of upgrades.clients) socket.terminate();
  });
  return {
    tool,
    url: `ws://127.0.0.1:${plainPort}/ocpp`,
    secureUrl: `wss://localhost:${tlsPort}/ocpp`,
    root: root.certificate,
    get password() {
      return serving.password;
    },
    get knocks() {
      return knocks.all;
    },
    open: (next, nextPassword = serving.password) => {
      serving.door = doorOf(next);
      serving.password = nextPassword;
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

function doorOf(profile: 1 | 2): Door {
  return profile === 1 ? "plain" : "tls";
}
