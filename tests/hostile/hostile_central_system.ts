/**
 * A central system on a real socket that is good until it is told not to be: it books sessions, says any text, lies in ambush for a
 * connection, and goes silent without hanging up.
 *
 * Law: in front is bare TCP, so that a connection can be attacked below the WebSocket; behind it is `ws` and a back office.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import type { CallError, CallResult } from "../../protocol/frame.ts";
import { callError, formatCallError, formatCallResult, parseJson } from "../../protocol/frame.ts";
import { parseFrame } from "../../protocol/frame.ts";
import { BackOffice } from "../../simulator/back_office.ts";
import type { Ledger } from "../../simulator/ledger.ts";
import { createRawPeer, type RawPeer } from "../hal/raw_central_system.ts";
import { Sightings } from "../integration/sightings.ts";

export interface HostileCentralSystem extends AsyncDisposable {
  /** Without the charge point's id. */
  readonly url: string;
  readonly ledger: Ledger;
  /** What CALLs were answered, in the order in which it came. */
  readonly answers: Sightings<CallResult | CallError>;
  /** The actions of the charger's CALLs. */
  readonly calls: Sightings<string>;
  /** How many connections there were so far that were not attacked. */
  readonly accepted: () => number;
  /** Sends any text. False where nobody is connected. */
  readonly say: (text: string) => boolean;
  /** Whatever connects next is this peer's; resolves once that connection is over. The present one is cut. */
  readonly ambush: (script: (peer: RawPeer) => Promise<void>) => Promise<void>;
  /** From now on nothing passes on the present connection, in either direction, and neither end is told. */
  readonly goSilent: () => void;
}

const TERMS = { heartbeatIntervalS: 300, refusedIdTags: new Map(), centsPerKwh: 45 };

export async function startHostileCentralSystem(): Promise<HostileCentralSystem> {
  const office = new BackOffice(TERMS, () => {});
  const answers = new Sightings<CallResult | CallError>();
  const calls = new Sightings<string>();
  const behind = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => offered.has("ocpp1.6") && "ocpp1.6",
  });
  await new Promise((resolve) => behind.once("listening", resolve));
  const ambushes: ((socket: Socket) => void)[] = [];
  const sockets = new Set<Socket>();
  let current: WebSocket | null = null;
  let accepted = 0;
  let passing: { readonly near: Socket; readonly far: Socket } | null = null;

  behind.on("connection", (socket) => {
    current = socket;
    accepted += 1;
    socket.on("message", (data) => heard(socket, data.toString()));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (current === socket) current = null;
    });
  });

  function heard(socket: WebSocket, text: string): void {
    const parsed = parseFrame(text);
    const frame = parsed.kind === "frame" ? parsed.frame : refusal(text);
    if (frame === null) throw new Error(`the charger sent what is no frame: ${text}`);
    if (frame.kind !== "Call") return answers.note(frame);
    calls.note(frame.action);
    const answer = office.answer(frame.action, frame.payload, Date.now());
    socket.send(
      answer.kind === "result"
        ? formatCallResult({ kind: "CallResult", id: frame.id, payload: answer.payload })
        : formatCallError(callError(frame.id, answer.errorCode, answer.errorDescription)),
    );
  }

  const front = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    const ambush = ambushes.shift();
    if (ambush !== undefined) return ambush(socket);
    const { port } = behind.address() as AddressInfo;
    const far = connect({ host: "127.0.0.1", port, noDelay: true });
    passing = { near: socket, far };
    join(socket, far);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));

  return {
    url: `ws://127.0.0.1:${(front.address() as AddressInfo).port}/ocpp`,
    ledger: office.ledger,
    answers,
    calls,
    accepted: () => accepted,
    say: (text) => {
      current?.send(text);
      return current !== null;
    },
    ambush: (script) => {
      const over = new Promise<void>((resolve) => ambushes.push((socket) => attack(socket, script, resolve)));
      current?.terminate();
      return over;
    },
    goSilent: () => {
      passing?.near.pause();
      passing?.far.pause();
    },
    [Symbol.asyncDispose]: () => close(front, behind, sockets),
  };
}

/** Over when the charger has let go of the socket, whatever the script came to. */
function attack(socket: Socket, script: (peer: RawPeer) => Promise<void>, over: () => void): void {
  const peer = createRawPeer(socket);
  script(peer).catch(() => {}).then(peer.readAll).catch(() => {}).then(() => {
    socket.destroy();
    over();
  });
}

function join(near: Socket, far: Socket): void {
  far.on("error", () => {});
  near.pipe(far);
  far.pipe(near);
  near.on("close", () => far.destroy());
  far.on("close", () => near.destroy());
}

/** A CALLERROR that echoes an id which is none (spec/rpc.md §6). */
function refusal(text: string): CallError | null {
  const json = parseJson(text);
  if (json.kind !== "json" || !Array.isArray(json.value)) return null;
  const [type, id, errorCode, errorDescription] = json.value;
  return type === 4 && typeof id === "string" ? callError(id, errorCode, errorDescription) : null;
}

async function close(front: Server, behind: WebSocketServer, sockets: Iterable<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  for (const socket of behind.clients) socket.terminate();
  await new Promise((resolve) => front.close(resolve));
  await new Promise((resolve) => behind.close(resolve));
}
