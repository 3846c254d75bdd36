/**
 * The small central system that `simulate` starts where none is given: one charge point, on loopback, strict about frames.
 *
 * Law: it follows the specification, so that what goes wrong between the two is the charge point's fault; only a script
 * may make it misbehave, for a test. It tells one listener what it sees, and prints nothing.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import { type Call, callError, formatCallError, formatCallResult, parseFrame } from "../protocol/frame.ts";
import { BackOffice, type Terms } from "./back_office.ts";
import type { Bill, Ledger } from "./ledger.ts";
import { OwnCalls } from "./own_calls.ts";

/** What the listener is told. */
export type CentralSystemEvent =
  | {
    readonly kind: "Connected";
    readonly chargePointId: string;
    /** As it was sent, and accepted whatever it is. The password is bytes (security white paper A00.FR.204). */
    readonly basicAuth: { readonly username: string; readonly password: Uint8Array } | null;
  }
  /** `code` is of RFC 6455 §7.4: 1006 where there was no closing handshake. */
  | { readonly kind: "Disconnected"; readonly code: number }
  /** A CALL of the charge point, before it is answered. */
  | { readonly kind: "Received"; readonly action: string; readonly payload: unknown }
  /** The charge point broke OCPP-J or a schema. */
  | { readonly kind: "Violated"; readonly why: string }
  | { readonly kind: "Billed"; readonly bill: Bill };

/**
 * Answers one action in place of the back office; null is no answer at all, and a promise holds the answer back until it
 * is kept. `asSpecified` books what was said and is what the back office would answer.
 */
export type Script = (payload: unknown, asSpecified: () => Answer) => Answer | null | Promise<Answer | null>;

export interface CentralSystemOptions extends Partial<Terms> {
  /** Default: any free one. */
  readonly port?: number;
  /** The time that it tells the charge point. */
  readonly wallMs: () => number;
  readonly listen?: (event: CentralSystemEvent) => void;
}

export interface CentralSystem {
  /** Where a charge point connects, without its id. */
  readonly url: string;
  readonly ledger: Ledger;
  /** Sends a CALL, and tells how it ended. The answer's payload is judged where the action is known. */
  readonly call: (action: string, payload: unknown) => Promise<CallOutcome<unknown>>;
  /** Sends any text: what no central system should. False where nobody is connected. */
  readonly send: (text: string) => boolean;
  /** From now on `script` answers the action; null gives it back to the back office. */
  readonly script: (action: string, script: Script | null) => void;
  /** Cuts the connection without a closing handshake, as a lost network does. The charge point may come again. */
  readonly drop: () => void;
  /** Resolves when the port is free again. */
  readonly stop: () => Promise<void>;
}

/** As long as the lab's test tool waits for an answer, in real time, as all of the wire. */
const CALL_TIMEOUT_MS = 30_000;
const SUBPROTOCOL = "ocpp1.6";
/** Many times the longest message of OCPP 1.6. */
const PAYLOAD_BYTES_MAX = 1024 * 1024;
/** RFC 6455 §7.4.1: data of a type that cannot be accepted, and a protocol error. */
const CLOSE_UNSUPPORTED_DATA = 1003;
const CLOSE_PROTOCOL_ERROR = 1002;

const TERMS: Terms = { heartbeatIntervalS: 300, refusedIdTags: new Map(), centsPerKwh: 45 };

/** Resolves as soon as it listens. */
export async function startCentralSystem(options: CentralSystemOptions): Promise<CentralSystem> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: options.port ?? 0,
    maxPayload: PAYLOAD_BYTES_MAX,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return serve(server, options);
}

function serve(server: WebSocketServer, options: CentralSystemOptions): CentralSystem {
  const tell = options.listen ?? (() => {});
  const office = new BackOffice({ ...TERMS, ...options }, (bill) => tell({ kind: "Billed", bill }));
  const calls = new OwnCalls(CALL_TIMEOUT_MS);
  const scripts = new Map<string, Script>();
  let current: WebSocket | null = null;

  function accept(socket: WebSocket, request: IncomingMessage): void {
    if (socket.protocol !== SUBPROTOCOL) {
      tell({ kind: "Violated", why: `offered no sub-protocol ${SUBPROTOCOL}` });
      return socket.close(CLOSE_PROTOCOL_ERROR);
    }
    // A charge point that comes again has lost the connection before this side has noticed.
    current?.terminate();
    current = socket;
    tell({ kind: "Connected", chargePointId: idIn(request.url ?? ""), basicAuth: basicAuthIn(request) });
    socket.on("message", (data, isBinary) => receive(socket, data, isBinary));
    // What follows an error is the close, which says all.
    socket.on("error", () => {});
    socket.on("close", (code) => {
      if (socket !== current) return;
      current = null;
      calls.disconnected();
      tell({ kind: "Disconnected", code });
    });
  }

  function receive(socket: WebSocket, data: RawData, isBinary: boolean): void {
    if (isBinary) {
      tell({ kind: "Violated", why: "sent a binary message" });
      return socket.close(CLOSE_UNSUPPORTED_DATA);
    }
    const parsed = parseFrame(data.toString());
    if (parsed.kind !== "frame") {
      tell({ kind: "Violated", why: parsed.why });
      if (parsed.kind === "refused") socket.send(formatCallError(parsed.answer));
    } else if (parsed.frame.kind === "Call") answer(socket, parsed.frame);
    else {
      const why = calls.answered(parsed.frame);
      if (why !== null) tell({ kind: "Violated", why });
    }
  }

  async function answer(socket: WebSocket, { id, action, payload }: Call): Promise<void> {
    tell({ kind: "Received", action, payload });
    const asSpecified = () => {
      const specified = office.answer(action, payload, options.wallMs());
      if (specified.kind === "error") {
        tell({ kind: "Violated", why: `sent ${action}: ${specified.errorDescription}` });
      }
      return specified;
    };
    const script = scripts.get(action);
    // An await where nothing is scripted would let a later message overtake this one.
    const answer = script === undefined ? asSpecified() : await script(payload, asSpecified);
    if (answer === null || socket.readyState !== socket.OPEN) return;
    socket.send(
      answer.kind === "result"
        ? formatCallResult({ kind: "CallResult", id, payload: answer.payload })
        : formatCallError(callError(id, answer.errorCode, answer.errorDescription)),
    );
  }

  function send(text: string): boolean {
    current?.send(text);
    return current !== null;
  }

  server.on("connection", accept);
  return {
    url: `ws://127.0.0.1:${portOf(server)}/ocpp`,
    ledger: office.ledger,
    call: (action, payload) => calls.send(action, payload, send),
    send,
    script: (action, script) => {
      if (script === null) scripts.delete(action);
      else scripts.set(action, script);
    },
    drop: () => current?.terminate(),
    stop: () => stop(server),
  };
}

async function stop(server: WebSocketServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of server.clients) socket.terminate();
  await closed;
}

function portOf(server: WebSocketServer): number {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error(`listen on a TCP port, not on ${address}`);
  }
  return address.port;
}

/** The last part of the path (OCPP-J 1.6 §3.1.1). */
function idIn(url: string): string {
  return decodeURIComponent(/([^/?]*)(\?.*)?$/.exec(url)?.[1] ?? "");
}

/** RFC 7617, but for the password, which is bytes. */
function basicAuthIn(
  request: IncomingMessage,
): { readonly username: string; readonly password: Uint8Array } | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const bytes = Uint8Array.from(Buffer.from(encoded, "base64"));
  const colon = bytes.indexOf(0x3a);
  if (colon < 0) return null;
  return {
    username: new TextDecoder().decode(bytes.subarray(0, colon)),
    password: bytes.subarray(colon + 1),
  };
}
