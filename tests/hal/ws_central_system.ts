/** A central system on a loopback port, made of `npm:ws`, for the contract of the WebSocket drivers. */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import Ws, { WebSocketServer } from "ws";
import type { SimulatedPeer, SimulatedPeerEvent } from "../../hal/drivers/simulated_peer.ts";

export interface WsCentralSystem {
  readonly port: number;
  readonly accept: (handler: (peer: SimulatedPeer) => void) => void;
  /** Nobody reads any more. */
  readonly silence: () => void;
  readonly stop: () => Promise<void>;
}

export async function createWsCentralSystem(): Promise<WsCentralSystem> {
  const sockets = new Set<Duplex>();
  const server = createServer();
  let handler: (peer: SimulatedPeer) => void = () => {};
  server.on("upgrade", (request, socket, head) => {
    sockets.add(socket);
    handler(createPeer(request, socket, head));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    accept: (next) => {
      handler = next;
    },
    silence: () => sockets.forEach((socket) => socket.pause()),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createPeer(request: IncomingMessage, socket: Duplex, head: Buffer): SimulatedPeer {
  let listener: (event: SimulatedPeerEvent) => void = () => {};
  let opened: Ws | null = null;

  function watch(ws: Ws): void {
    opened = ws;
    ws.on("message", (data) => listener({ kind: "Received", text: data.toString() }));
    ws.on("ping", () => listener({ kind: "PingReceived" }));
    ws.on("close", (code, reason) => listener({ kind: "Closed", code, reason: reason.toString() }));
    ws.on("error", () => {});
  }

  return {
    request: {
      url: `ws://${request.headers.host}${request.url}`,
      subprotocols: (request.headers["sec-websocket-protocol"] ?? "").split(","),
      ...credentials(request.headers.authorization),
    },
    open: (subprotocol) => {
      const options = {
        noServer: true,
        handleProtocols: () => subprotocol === "" ? false as const : subprotocol,
      };
      new WebSocketServer(options).handleUpgrade(request, socket, head, watch);
    },
    // This end speaks no TLS that could fail.
    failTls: () => void socket.destroy(),
    refuse: (httpStatus) => void socket.end(`HTTP/1.1 ${httpStatus} No\r\nContent-Length: 0\r\n\r\n`),
    listen: (next) => {
      listener = next;
    },
    send: (text) => opened?.send(text),
    close: (code, reason) => opened?.close(code, reason),
    cut: () => void socket.destroy(),
  };
}

function credentials(header: string | undefined): Pick<SimulatedPeer["request"], "basicAuth"> {
  if (header === undefined) return {};
  const bytes = Buffer.from(header.replace("Basic ", ""), "base64");
  const colon = bytes.indexOf(":");
  return {
    basicAuth: {
      username: bytes.subarray(0, colon).toString(),
      password: Uint8Array.from(bytes.subarray(colon + 1)),
    },
  };
}
