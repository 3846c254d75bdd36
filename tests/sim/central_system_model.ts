/**
 * A central system as the specification would have it, for the simulated world: it accepts, answers, and keeps the ledger.
 * A script makes it depart from that, one CALL at a time (`turn.ts`).
 *
 * Law: its clock is the right one, and it never tells a wrong time by mistake.
 */
import type { Clock } from "../../hal/clock.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import type { TlsFault } from "../../hal/stream.ts";
import type { SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import type { Call, CallError, CallResult } from "../../protocol/frame.ts";
import { callError, formatCall, parseFrame, parseJson } from "../../protocol/frame.ts";
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { CentralSystemLedger, LedgerEntry, Leniency } from "./central_system_ledger.ts";
import { createCentralSystemLedger, startText } from "./central_system_ledger.ts";
import { handshakePoints, turnPoint } from "./fault_points.ts";
import type { Handshake } from "./handshake.ts";
import { spoil } from "./handshake.ts";
import type { Turn } from "./turn.ts";
import { answerTexts } from "./turn.ts";

export interface CentralSystemModel {
  readonly ledger: CentralSystemLedger["entries"];
  readonly books: CentralSystemLedger;
  /** The last status of each connector, 0 included, as reported. */
  readonly statuses: ReadonlyMap<number, string>;
  /** How often each action was received. */
  readonly received: ReadonlyMap<string, number>;
  /** What it was answered, in the order in which it came. */
  readonly answers: readonly (CallResult | CallError)[];
  /** What the charger did that it must not; the world's invariants are about the charger, these about the wire. */
  readonly breaches: readonly string[];
  /** Transactions whose RemoteStopTransaction was Accepted, by their `startText`. */
  readonly stopsAccepted: ReadonlySet<string>;
  /** CALLs on the present connection that have not been answered, though they must be. */
  readonly unanswered: () => readonly string[];
  /** The charger had no room for a frame: of what has been asked so far, any may stay without an answer. */
  readonly overflowed: () => void;
  /** The moments at which a ping came. */
  readonly pings: readonly number[];
  /** What it does with the next CALLs of this action, one turn each; after them it follows the specification again. */
  readonly script: (action: string, ...turns: readonly Turn[]) => void;
  /** From now on it processes CALLs of this action and never answers them; or it does again. `heal` leaves it. */
  readonly mute: (action: string, always: boolean) => void;
  /** Whether it is mute to that action; without one, to any. */
  readonly mutes: (action?: string) => boolean;
  /** Sends a CALL on the present connection, nothing when there is none; returns its id. */
  readonly call: (action: string, payload: unknown) => string;
  /** Sends a text as it is, nothing when there is no connection. `asks` are the ids of the CALLs in it: each may be answered once. */
  readonly say: (text: string, asks?: readonly string[]) => void;
  /** Answers an action of which the specification leaves the answer to the operator. */
  readonly serve: (action: string, answer: (payload: unknown) => unknown) => void;
  /** Called with each answer of the charger; the last listener set wins. */
  readonly listen: (listener: (answer: CallResult | CallError) => void) => void;
  /** From now on it serves only whom `gate` lets in; the others are refused with what it says. */
  readonly guard: (gate: Gate) => void;
  /** Its certificates from the next connection on, where TLS is asked for: PEM, the leaf first. */
  readonly present: (peerChain: readonly string[]) => void;
  /** What becomes of the next knocks, one each. */
  readonly handshakes: (...handshakes: readonly Handshake[]) => void;
  /** Closes the connection in order, with this code. */
  readonly close: (code: number) => void;
  /** Hangs up without a word. */
  readonly cut: () => void;
  /** From now on it hangs up on every CALL, as a gateway does whose backend is dead; or no longer. */
  readonly hangUpOnCalls: (always: boolean) => void;
  /** From now on it follows the specification again. */
  readonly heal: () => void;
  readonly connected: () => boolean;
  /** How many connections there have been so far. */
  readonly accepted: () => number;
  /** Open ones; the last one counts. */
  readonly connections: () => number;
  /** Transactions that are open in the ledger. */
  readonly open: () => readonly LedgerEntry[];
}

/** Null lets in; a number is the HTTP status of the refusal, a word the fault of TLS. */
export type Gate = (request: SimulatedPeer["request"]) => number | TlsFault | null;

export interface CentralSystemOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: SimulatedNetwork;
  /** Default: that of the clock, which the charger may set. */
  readonly wallMs?: () => number;
  readonly heartbeatIntervalS: number;
  readonly answerMs: () => number;
  /** What an idTag is worth; default Accepted. */
  readonly judge?: (idTag: string) => IdTagInfo;
  readonly leniency: Leniency;
  readonly heard?: (text: string, direction: "sent" | "received") => void;
  /** Called with each fault of its own that has come to pass. */
  readonly reached: (point: string) => void;
}

export function createCentralSystemModel(options: CentralSystemOptions): CentralSystemModel {
  const { clock, entropy, network, heartbeatIntervalS, wallMs = clock.wallMs } = options;
  const breaches: string[] = [];
  const books = createCentralSystemLedger(breaches, options.leniency);
  const statuses = new Map<number, string>();
  const received = new Map<string, number>();
  const answers: (CallResult | CallError)[] = [];
  const scripts = new Map<string, Turn[]>();
  const muted = new Set<string>();
  const handshakes: Handshake[] = [];
  const pings: number[] = [];
  /** Of the present connection: how many answers may come under an id, and which ids are owed one. */
  const awaited = new Map<string, number>();
  const owed = new Set<string>();
  /** RemoteStopTransaction.req by message id: which transaction each is about. */
  const stopsAsked = new Map<string, LedgerEntry>();
  const stopsAccepted = new Set<string>();
  /** Registration as it was told last. While Rejected nothing need be answered (OCPP 1.6 §4.2). */
  let told = "Accepted";
  let gate: Gate = () => null;
  let listener: (answer: CallResult | CallError) => void = () => {};
  const served = new Map<string, (payload: unknown) => unknown>();
  let peerChain: readonly string[] = [];
  let peer: SimulatedPeer | null = null;
  let hangsUpOnCalls = false;
  let connections = 0;
  let accepted = 0;

  network.accept((next) => {
    const handshake = handshakes.shift();
    if (handshake !== undefined) {
      options.reached(handshakePoints[handshake]);
      return spoil(next, handshake);
    }
    const refused = gate(next.request);
    if (typeof refused === "number") return next.refuse(refused);
    if (refused !== null) return next.failTls(refused);
    const mine = next;
    // The one before it is held open and not listened to, as some do (notes/reliability.md C1): the charger has to notice.
    peer = next;
    connections += 1;
    accepted += 1;
    awaited.clear();
    owed.clear();
    next.listen((event) => {
      if (event.kind === "Closed") connections -= 1;
      if (mine !== peer) return;
      switch (event.kind) {
        case "Received":
          return heard(mine, event.text);
        case "Closed":
          peer = null;
          return;
        case "PingReceived":
          pings.push(clock.monotonicMs());
          return;
      }
    });
    next.open("ocpp1.6", peerChain);
  });

  function heard(from: SimulatedPeer, text: string): void {
    options.heard?.(text, "received");
    const parsed = parseFrame(text);
    const frame = parsed.kind === "frame" ? parsed.frame : refusal(text);
    if (frame === null) breaches.push(`what is no frame: ${text}`);
    else if (frame.kind === "Call") asked(from, frame);
    else answered(frame);
  }

  /** A CALLERROR that echoes an id which is none: too long, or not well-formed (spec/rpc.md §6). */
  function refusal(text: string): CallError | null {
    const json = parseJson(text);
    if (json.kind !== "json" || !Array.isArray(json.value)) return null;
    const [type, id, errorCode, errorDescription] = json.value;
    return type === 4 && awaited.has(id) ? callError(id, errorCode, errorDescription) : null;
  }

  function answered(frame: CallResult | CallError): void {
    answers.push(frame);
    const left = (awaited.get(frame.id) ?? 0) - 1;
    if (left < 0) breaches.push(`an answer that nobody waits for: ${frame.id}`);
    if (left > 0) awaited.set(frame.id, left);
    else awaited.delete(frame.id);
    owed.delete(frame.id);
    const accepted = frame.kind === "CallResult" &&
      (frame.payload as { status?: string }).status === "Accepted";
    const stopped = stopsAsked.get(frame.id);
    stopsAsked.delete(frame.id);
    if (stopped !== undefined && accepted) stopsAccepted.add(startText(stopped.start));
    listener(frame);
  }

  function asked(from: SimulatedPeer, call: Call): void {
    received.set(call.action, (received.get(call.action) ?? 0) + 1);
    if (hangsUpOnCalls) return cut();
    const scripted = scripts.get(call.action)?.shift() ?? { kind: "answer" };
    if (muted.has(call.action)) return void answer(call, { kind: "nothing" });
    take(from, call, scripted);
  }

  function take(from: SimulatedPeer, call: Call, turn: Turn): void {
    const point = turnPoint(call.action, turn);
    const reach = () => point === null || options.reached(point);
    const isProcessed = turn.kind === "error" || turn.kind === "cut" ? turn.processed === true : true;
    const own = isProcessed ? answer(call, turn) : null;
    if (turn.kind === "nothing" || turn.kind === "cut") {
      reach();
      return turn.kind === "cut" ? cut() : undefined;
    }
    const afterMs = turn.kind === "answer" || turn.kind === "texts" ? turn.afterMs : undefined;
    clock.after(afterMs ?? options.answerMs(), () => {
      if (from !== peer) return;
      reach();
      if (call.action === "BootNotification" && turn.kind !== "error") {
        told = (own as { readonly status: string }).status;
        if (told === "Rejected") owed.clear();
      }
      for (const text of answerTexts(call.id, turn, own, () => entropy.uuid("csms-id"))) say(text);
    });
  }

  function say(text: string, asks: readonly string[] = []): void {
    if (peer === null) return;
    for (const id of asks) awaited.set(id, (awaited.get(id) ?? 0) + 1);
    options.heard?.(text, "sent");
    peer.send(text);
  }

  function answer(call: Call, turn: Turn): unknown {
    switch (call.action) {
      case "BootNotification":
        return booted(turn);
      case "Heartbeat":
        return { currentTime: formatDateTime(wallMs()) };
      case "Authorize":
        return { idTagInfo: worth((call.payload as { idTag: string }).idTag, turn) };
      case "StatusNotification": {
        const { connectorId, status } = call.payload as { connectorId: number; status: string };
        statuses.set(connectorId, status);
        return {};
      }
      case "StartTransaction":
        return started(call.payload as StartTransactionRequest, turn);
      case "MeterValues":
        books.metered(call.payload as MeterValuesRequest);
        return {};
      case "StopTransaction":
        books.stopped(call.payload as StopTransactionRequest);
        return {};
      default:
        return served.get(call.action)?.(call.payload) ?? {};
    }
  }

  function booted(turn: Turn): unknown {
    const { status, intervalS } = turn.kind === "boot"
      ? turn
      : { status: "Accepted", intervalS: heartbeatIntervalS };
    return { status, currentTime: formatDateTime(wallMs()), interval: intervalS };
  }

  function worth(idTag: string, turn: Turn): IdTagInfo {
    if (turn.kind === "judged") return { status: turn.status };
    return options.judge?.(idTag) ?? { status: "Accepted" };
  }

  function started(start: StartTransactionRequest, turn: Turn): unknown {
    const entry = books.started(start);
    if (turn.kind === "texts" && turn.transactionId !== undefined) entry.transactionId = turn.transactionId;
    if (turn.kind === "numbered" && entry.stop === null) number(entry, turn.transactionId);
    return { transactionId: entry.transactionId, idTagInfo: worth(start.idTag, turn) };
  }

  /** Two that are open never share one: no central system could tell them apart. */
  function number(entry: LedgerEntry, transactionId: number | "reused"): void {
    const wanted = transactionId === "reused" ? books.reusableId() : transactionId;
    const isTaken = books.open().some((other) => other !== entry && other.transactionId === wanted);
    if (wanted !== undefined && !isTaken) entry.transactionId = wanted;
  }

  function cut(): void {
    peer?.cut();
    peer = null;
  }

  return {
    ledger: books.entries,
    books,
    statuses,
    received,
    answers,
    breaches,
    pings,
    stopsAccepted,
    unanswered: () => [...owed],
    overflowed: () => owed.clear(),
    script: (action, ...turns) => void scripts.set(action, [...scripts.get(action) ?? [], ...turns]),
    mute: (action, always) => void (always ? muted.add(action) : muted.delete(action)),
    mutes: (action) => action === undefined ? muted.size > 0 : muted.has(action),
    present: (next) => {
      peerChain = next;
    },
    serve: (action, answer) => void served.set(action, answer),
    listen: (next) => {
      listener = next;
    },
    guard: (next) => {
      gate = next;
    },
    handshakes: (...next) => void handshakes.push(...next),
    call: (action, payload) => {
      const id = entropy.uuid("csms-id");
      const stops = action === "RemoteStopTransaction"
        ? books.entryOf((payload as { transactionId: number }).transactionId)
        : undefined;
      if (stops !== undefined) stopsAsked.set(id, stops);
      say(formatCall({ kind: "Call", id, action, payload }), [id]);
      if (awaited.has(id) && told !== "Rejected") owed.add(id);
      return id;
    },
    say,
    close: (code) => peer?.close(code, ""),
    cut,
    hangUpOnCalls: (always) => {
      hangsUpOnCalls = always;
    },
    heal: () => {
      hangsUpOnCalls = false;
      scripts.clear();
      handshakes.length = 0;
    },
    connected: () => peer !== null,
    connections: () => connections,
    accepted: () => accepted,
    open: books.open,
  };
}
