/**
 * A central system as the specification would have it, for the simulated world: it accepts, answers, and keeps the ledger.
 * A script makes it depart from that, one CALL at a time.
 *
 * Law: it knows a retransmitted StartTransaction by its content (connectorId, idTag, timestamp, meterStart), as OCPP 1.6 §3.7
 * leaves it to do, so that a second transaction in its ledger is the charger's fault.
 */
import type { Clock } from "../../hal/clock.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import type { SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import type { Call, CallError, CallResult, RpcErrorCode } from "../../protocol/frame.ts";
import {
  callError,
  formatCall,
  formatCallError,
  formatCallResult,
  parseFrame,
  parseJson,
} from "../../protocol/frame.ts";
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";

export interface LedgerEntry {
  transactionId: number;
  readonly start: StartTransactionRequest;
  readonly meterValues: MeterValuesRequest[];
  stop: StopTransactionRequest | null;
}

/** What it does with one CALL. Only an `error` leaves the ledger as it was. */
export type Turn =
  /** `payload` in place of its own answer, `afterMs` in place of its own pace. */
  | { readonly kind: "answer"; readonly payload?: unknown; readonly afterMs?: number }
  | { readonly kind: "error"; readonly errorCode: RpcErrorCode }
  /**
   * These texts in place of its own answer, whatever they are; the ledger has the CALL all the same. `transactionId` is what a
   * StartTransaction is told in them, from then on the entry's own.
   */
  | {
    readonly kind: "texts";
    readonly texts: (id: string) => readonly string[];
    readonly transactionId?: number;
    readonly afterMs?: number;
  }
  | { readonly kind: "nothing" };

export interface CentralSystemModel {
  /** By a number of its own: a script may have told two transactions the same transactionId. */
  readonly ledger: ReadonlyMap<number, LedgerEntry>;
  /** The last status of each connector, 0 included, as reported. */
  readonly statuses: ReadonlyMap<number, string>;
  /** How often each action was received. */
  readonly received: ReadonlyMap<string, number>;
  /** What it was answered, in the order in which it came. */
  readonly answers: readonly (CallResult | CallError)[];
  /** What the charger did that it must not; the world's invariants are about the charger, these about the wire. */
  readonly breaches: readonly string[];
  /** Transactions whose RemoteStopTransaction was Accepted. */
  readonly stopsAccepted: ReadonlySet<number>;
  /** The moments at which a ping came. */
  readonly pings: readonly number[];
  /** What it does with the next CALLs of this action, one turn each; after them it follows the specification again. */
  readonly script: (action: string, ...turns: readonly Turn[]) => void;
  /** Sends a CALL on the present connection, nothing when there is none; returns its id. */
  readonly call: (action: string, payload: unknown) => string;
  /** Sends a text as it is, nothing when there is no connection. `asks` are the ids of the CALLs in it: each may be answered once. */
  readonly say: (text: string, asks?: readonly string[]) => void;
  /** Hangs up without a word. */
  readonly cut: () => void;
  readonly connected: () => boolean;
  /** How many connections there have been so far. */
  readonly accepted: () => number;
  /** Open ones; the last one counts. */
  readonly connections: () => number;
  /** Transactions that are open in the ledger. */
  readonly open: () => readonly LedgerEntry[];
}

export interface CentralSystemOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: SimulatedNetwork;
  readonly heartbeatIntervalS: number;
  readonly answerMs: () => number;
  /** What an idTag is worth; default Accepted. */
  readonly judge?: (idTag: string) => IdTagInfo;
  readonly heard?: (text: string, direction: "sent" | "received") => void;
}

export function createCentralSystemModel(options: CentralSystemOptions): CentralSystemModel {
  const { clock, entropy, network, heartbeatIntervalS } = options;
  const ledger = new Map<number, LedgerEntry>();
  const statuses = new Map<number, string>();
  const received = new Map<string, number>();
  const answers: (CallResult | CallError)[] = [];
  const scripts = new Map<string, Turn[]>();
  const breaches: string[] = [];
  const pings: number[] = [];
  /** Of the present connection. */
  const unanswered: string[] = [];
  /** RemoteStopTransaction.req by message id: which transaction each is about. */
  const stopsAsked = new Map<string, number>();
  const stopsAccepted = new Set<number>();
  let peer: SimulatedPeer | null = null;
  let connections = 0;
  let accepted = 0;

  network.accept((next) => {
    const mine = next;
    peer = next;
    connections += 1;
    accepted += 1;
    unanswered.length = 0;
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
    next.open("ocpp1.6");
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
    return type === 4 && unanswered.includes(id) ? callError(id, errorCode, errorDescription) : null;
  }

  function answered(frame: CallResult | CallError): void {
    answers.push(frame);
    const at = unanswered.indexOf(frame.id);
    if (at < 0) breaches.push(`an answer that nobody waits for: ${frame.id}`);
    else unanswered.splice(at, 1);
    const accepted = frame.kind === "CallResult" &&
      (frame.payload as { status?: string }).status === "Accepted";
    const stopped = stopsAsked.get(frame.id);
    if (stopped !== undefined && accepted) stopsAccepted.add(stopped);
  }

  function asked(from: SimulatedPeer, call: Call): void {
    received.set(call.action, (received.get(call.action) ?? 0) + 1);
    const turn = scripts.get(call.action)?.shift() ?? { kind: "answer" };
    const own = turn.kind === "error" ? null : answer(call);
    if (turn.kind === "nothing") return;
    if (turn.kind === "texts" && turn.transactionId !== undefined) rename(call, turn.transactionId);
    const afterMs = turn.kind === "error" ? undefined : turn.afterMs;
    clock.after(afterMs ?? options.answerMs(), () => {
      if (from !== peer) return;
      for (const text of textsOf(call.id, turn, own)) say(text);
    });
  }

  function say(text: string, asks: readonly string[] = []): void {
    if (peer === null) return;
    unanswered.push(...asks);
    options.heard?.(text, "sent");
    peer.send(text);
  }

  function answer(call: Call): unknown {
    switch (call.action) {
      case "BootNotification":
        return {
          status: "Accepted",
          currentTime: formatDateTime(clock.wallMs()),
          interval: heartbeatIntervalS,
        };
      case "Heartbeat":
        return { currentTime: formatDateTime(clock.wallMs()) };
      case "Authorize":
        return { idTagInfo: worth((call.payload as { idTag: string }).idTag) };
      case "StatusNotification": {
        const { connectorId, status } = call.payload as { connectorId: number; status: string };
        statuses.set(connectorId, status);
        return {};
      }
      case "StartTransaction":
        return started(call.payload as StartTransactionRequest);
      case "MeterValues":
        metered(call.payload as MeterValuesRequest);
        return {};
      case "StopTransaction":
        return stopped(call.payload as StopTransactionRequest);
      default:
        return {};
    }
  }

  function worth(idTag: string): IdTagInfo {
    return options.judge?.(idTag) ?? { status: "Accepted" };
  }

  function started(start: StartTransactionRequest): unknown {
    const same = startedBy(start);
    const transactionId = same?.transactionId ?? ledger.size + 1;
    if (same === undefined) {
      ledger.set(ledger.size + 1, { transactionId, start, meterValues: [], stop: null });
    }
    return { transactionId, idTagInfo: worth(start.idTag) };
  }

  function startedBy(start: unknown): LedgerEntry | undefined {
    return [...ledger.values()].find((entry) => JSON.stringify(entry.start) === JSON.stringify(start));
  }

  /** Of two with the same id the younger one: the older one was over. */
  function entryOf(transactionId: number): LedgerEntry | undefined {
    return [...ledger.values()].findLast((entry) => entry.transactionId === transactionId);
  }

  function rename(call: Call, transactionId: number): void {
    const entry = startedBy(call.payload);
    if (call.action === "StartTransaction" && entry !== undefined) entry.transactionId = transactionId;
  }

  function metered(request: MeterValuesRequest): void {
    if (request.transactionId === undefined) return;
    const entry = entryOf(request.transactionId);
    if (entry === undefined) breaches.push(`MeterValues of unknown transaction ${request.transactionId}`);
    else if (entry.stop !== null) {
      breaches.push(`MeterValues after StopTransaction of ${request.transactionId}`);
    } else entry.meterValues.push(request);
  }

  function stopped(stop: StopTransactionRequest): unknown {
    const entry = entryOf(stop.transactionId);
    if (entry === undefined) breaches.push(`StopTransaction of unknown transaction ${stop.transactionId}`);
    else if (entry.stop !== null && JSON.stringify(entry.stop) !== JSON.stringify(stop)) {
      breaches.push(`a second, different StopTransaction of ${stop.transactionId}`);
    } else entry.stop = stop;
    return {};
  }

  return {
    ledger,
    statuses,
    received,
    answers,
    breaches,
    pings,
    stopsAccepted,
    script: (action, ...turns) => void scripts.set(action, [...scripts.get(action) ?? [], ...turns]),
    call: (action, payload) => {
      const id = entropy.uuid("csms-id");
      if (action === "RemoteStopTransaction") {
        stopsAsked.set(id, (payload as { transactionId: number }).transactionId);
      }
      say(formatCall({ kind: "Call", id, action, payload }), [id]);
      return id;
    },
    say,
    cut: () => {
      peer?.cut();
      peer = null;
    },
    connected: () => peer !== null,
    connections: () => connections,
    accepted: () => accepted,
    open: () => [...ledger.values()].filter((entry) => entry.stop === null),
  };
}

function textsOf(id: string, turn: Exclude<Turn, { kind: "nothing" }>, own: unknown): readonly string[] {
  switch (turn.kind) {
    case "answer":
      return [formatCallResult({ kind: "CallResult", id, payload: turn.payload ?? own })];
    case "error":
      return [formatCallError(callError(id, turn.errorCode, "scripted"))];
    case "texts":
      return turn.texts(id);
  }
}
