/**
 * The WebSocket over `npm:ws`: RFC 6455 is theirs; the dialled stream, the deadlines and the one `Closed` are ours.
 *
 * Law: every wait for the peer is bounded, and by real time, in which a peer lives however fast the charger's own clock
 * runs. Needs `--allow-env=WS_NO_BUFFER_UTIL` beside the network.
 */
import { Buffer } from "node:buffer";
import type { createConnection } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import Ws from "ws";
import { type Dialled, type StreamDriver, type StreamTarget, type TlsFacts, TlsFailed } from "../stream.ts";
import {
  type CloseReason,
  hungUp,
  type WebSocketConnection,
  type WebSocketDriver,
  type WebSocketEvent,
  type WebSocketTarget,
} from "../websocket.ts";

type Listener = (event: WebSocketEvent) => void;

export function createWsWebSocket(streams: StreamDriver): WebSocketDriver {
  return { connect: (target, listener) => connect(streams, target, listener) };
}

function connect(streams: StreamDriver, target: WebSocketTarget, listener: Listener): WebSocketConnection {
  const dialled = streams.dial(streamTarget(target));
  const socket = new Ws(target.url, [...target.subprotocols], options(target, dialled.stream));
  const life = createLife(target, listener, () => socket.terminate());
  watchStream(dialled.stream, life);
  watchHandshake(socket, target, life, dialled.tls);
  watchMessages(socket, life);
  return {
    send: (text) => {
      if (socket.readyState !== Ws.OPEN) return 0;
      // Bytes, which `ws` may join with its header: one write to the system instead of two, for each frame.
      socket.send(Buffer.from(text), { binary: false });
      return socket.bufferedAmount;
    },
    ping: () => {
      if (socket.readyState === Ws.OPEN) socket.ping();
    },
    close: (code, reason) => {
      if (socket.readyState === Ws.CONNECTING) return queueMicrotask(() => life.end(hungUp));
      if (socket.readyState !== Ws.OPEN) return;
      life.endSoon({ kind: "timeout", phase: "close" });
      socket.close(code, reason);
    },
    terminate: () => queueMicrotask(() => life.end(hungUp)),
  };
}

/** What the listener is told, and when it is told no more. */
interface Life {
  readonly tell: (event: WebSocketEvent) => void;
  readonly open: (subprotocol: string, tls: TlsFacts | undefined) => void;
  /** The first error is the reason that will be told, whatever the end looks like; `ws` ends by itself after each. */
  readonly blame: (error: Error) => void;
  /** Ends for this reason unless `ws` ends within the close time-out. */
  readonly endSoon: (why: CloseReason) => void;
  /** Ends now, unless it has ended. */
  readonly end: (why: CloseReason) => void;
}

function createLife(target: WebSocketTarget, listener: Listener, cut: () => void): Life {
  let phase: "connecting" | "open" | "closing" | "closed" = "connecting";
  let failure: CloseReason | null = null;
  let timer = setTimeout(() => end({ kind: "timeout", phase: "handshake" }), target.handshakeTimeoutMs);

  function tell(event: WebSocketEvent): void {
    if (phase !== "closed") listener(event);
  }

  function open(subprotocol: string, tls: TlsFacts | undefined): void {
    if (phase !== "connecting") return;
    clearTimeout(timer);
    phase = "open";
    listener({ kind: "Opened", subprotocol, ...(tls === undefined ? {} : { tls }) });
  }

  function blame(error: Error): void {
    failure ??= failureOf(error);
  }

  function endSoon(why: CloseReason): void {
    if (phase !== "open") return;
    phase = "closing";
    timer = setTimeout(() => end(why), target.closeTimeoutMs);
  }

  function end(why: CloseReason): void {
    if (phase === "closed") return;
    const opened = phase !== "connecting";
    phase = "closed";
    clearTimeout(timer);
    cut();
    listener({ kind: "Closed", opened, why: failure ?? why });
  }

  return { tell, open, blame, endSoon, end };
}

function watchStream(stream: Duplex, life: Life): void {
  stream.on("error", life.blame);
  // A peer that shuts its half and reads nothing more would otherwise hold a socket whose writes never drain.
  stream.on("end", () => life.endSoon(hungUp));
}

function watchHandshake(socket: Ws, target: WebSocketTarget, life: Life, tls: Dialled["tls"]): void {
  socket.on("upgrade", (response) => {
    const answered = response.headers["sec-websocket-protocol"] ?? "";
    if (target.subprotocols.includes(answered)) return;
    life.end({ kind: "subprotocolRefused", offered: target.subprotocols.join(", "), answered });
  });
  socket.on("unexpected-response", (_request, response) => {
    life.end({ kind: "handshakeRefused", httpStatus: response.statusCode ?? 0 });
  });
  socket.on("open", () => life.open(socket.protocol, tls()));
}

function watchMessages(socket: Ws, life: Life): void {
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return life.tell({ kind: "Received", text: data.toString() });
    socket.removeAllListeners("message");
    socket.close(1003, "text only");
    life.blame(new Error(`the peer sent a binary message of ${data.length} bytes; OCPP-J is text only`));
  });
  socket.on("pong", () => life.tell({ kind: "PongReceived" }));
  socket.on("error", life.blame);
  socket.on("close", (code, reason) => life.end({ kind: "closed", code, reason: reason.toString() }));
}

/** One and the same error reaches us through the stream, through `node:http` or through `ws`, whichever is first. */
function failureOf(error: Error & { readonly code?: unknown }): CloseReason {
  if (error instanceof TlsFailed) {
    return { kind: "failed", layer: "tls", fault: error.fault, error: error.message };
  }
  // ECONNREFUSED, ENOTFOUND and their like; those of `node:http` and `ws` are HPE_… and WS_ERR_…, or have no code.
  const layer = typeof error.code === "string" && /^E[A-Z]+$/.test(error.code) ? "tcp" : "websocket";
  return { kind: "failed", layer, error: error.message };
}

/** `closeTimeout` is missing in the types of `ws`. */
function options(target: WebSocketTarget, stream: Duplex): Ws.ClientOptions & { closeTimeout: number } {
  return {
    // Typed as a net.Socket, but any Duplex serves (`node:http`, options.createConnection).
    createConnection: (() => stream) as unknown as typeof createConnection,
    headers: target.basicAuth === undefined ? {} : { authorization: basicAuthorization(target.basicAuth) },
    // OCPP-J 1.6 asks for no compression, and a compressed frame is a way to exhaust memory.
    perMessageDeflate: false,
    followRedirects: false,
    skipUTF8Validation: false,
    // One message a turn of the event loop: between each two that a peer floods us with, a timer, a card or a fault has its turn.
    allowSynchronousEvents: false,
    maxPayload: target.payloadBytesMax,
    // For a close that the peer began or broke; for one of ours, `endSoon` tells that it timed out.
    closeTimeout: target.closeTimeoutMs,
  };
}

function streamTarget({ url, tls }: WebSocketTarget): StreamTarget {
  const { protocol, hostname, port } = new URL(url);
  const expected = tls === undefined ? "ws:" : "wss:";
  if (protocol !== expected) {
    throw new TypeError(
      `cannot connect to ${url}: ${tls === undefined ? "without" : "with"} TLS it is ${expected}`,
    );
  }
  const host = hostname.replace(/^\[|\]$/g, "");
  return tls === undefined ? { host, port: Number(port) || 80 } : { host, port: Number(port) || 443, tls };
}

/** Bytes all the way: a text encoding would change a password of 0xFF (security white paper A00.FR.204). */
function basicAuthorization(credentials: NonNullable<WebSocketTarget["basicAuth"]>): string {
  const bytes = Buffer.concat([Buffer.from(`${credentials.username}:`), credentials.password]);
  return `Basic ${bytes.toString("base64")}`;
}
