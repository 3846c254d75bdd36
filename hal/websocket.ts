/**
 * The WebSocket port: one client connection to a central system, as text frames (OCPP-J 1.6 §3, RFC 6455).
 *
 * Law: every connection ends with exactly one `Closed`, within its time-outs, whatever the peer does.
 */
import type { TlsFacts, TlsFault, TlsOptions } from "./stream.ts";

/** Where to connect, and how much of the peer's time and size to bear. */
export interface WebSocketTarget {
  /** `ws:`, or `wss:` exactly when `tls` is there; the identity included, percent-encoded. Any other makes `connect` throw. */
  readonly url: string;
  readonly tls?: TlsOptions;
  /** Offered in this order; the peer must choose one of them. */
  readonly subprotocols: readonly string[];
  /** HTTP Basic credentials as bytes (security white paper A00.FR.204); the password is not text. */
  readonly basicAuth?: { readonly username: string; readonly password: Uint8Array };
  /** From the dial to the end of the upgrade. */
  readonly handshakeTimeoutMs: number;
  /** From our close frame to the end of the socket; then it is cut. */
  readonly closeTimeoutMs: number;
  /** A longer message closes the connection with 1009. */
  readonly payloadBytesMax: number;
}

export type WebSocketEvent =
  | { readonly kind: "Opened"; readonly subprotocol: string; readonly tls?: TlsFacts }
  /** One whole text message. Binary messages close the connection with 1003 and never arrive here. */
  | { readonly kind: "Received"; readonly text: string }
  | { readonly kind: "PongReceived" }
  | { readonly kind: "Closed"; readonly opened: boolean; readonly why: CloseReason };

/** Why a connection ended, or never began. */
export type CloseReason =
  /** The peer's close frame, or 1006 when there was none: the peer hung up, or we cut (RFC 6455 §7.1.5). */
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  | { readonly kind: "handshakeRefused"; readonly httpStatus: number }
  /** Both as in the headers; a peer that chose none answered "". */
  | { readonly kind: "subprotocolRefused"; readonly offered: string; readonly answered: string }
  | { readonly kind: "timeout"; readonly phase: "handshake" | "close" }
  /** `layer`: the network below, or a peer that breaks RFC 6455 or sends what we do not accept. */
  | { readonly kind: "failed"; readonly layer: "tcp" | "websocket"; readonly error: string }
  /** The TLS between. */
  | { readonly kind: "failed"; readonly layer: "tls"; readonly fault: TlsFault; readonly error: string };

/** The end of a connection for which no close frame came. */
export const hungUp: CloseReason = { kind: "closed", code: 1006, reason: "" };

/** The near end of a connection. Before `Opened`, `send` and `ping` do nothing; after `Closed`, no call does. */
export interface WebSocketConnection {
  /** Queues one text message. Returns the bytes that wait unsent, which the caller bounds. */
  readonly send: (text: string) => number;
  readonly ping: () => void;
  /** Starts the closing handshake. */
  readonly close: (code: number, reason: string) => void;
  /** Cuts the connection at once; `Closed` still comes. */
  readonly terminate: () => void;
}

/** Two drivers: `npm:ws` over a dialled stream, and the simulated network. */
export interface WebSocketDriver {
  /** Dials at once and calls `listener` later, never before it has returned. */
  readonly connect: (
    target: WebSocketTarget,
    listener: (event: WebSocketEvent) => void,
  ) => WebSocketConnection;
}
