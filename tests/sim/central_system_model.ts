/**
 * A central system as the specification would have it, for the simulated world: it accepts, answers, and keeps the ledger.
 *
 * Law: it knows a retransmitted StartTransaction by its content (connectorId, idTag, timestamp, meterStart), as OCPP 1.6 §3.7
 * leaves it to do, so that a second transaction in its ledger is the charger's fault.
 */
import type { Clock } from "../../hal/clock.ts";
import type { Entropy } from "../../hal/entropy.ts";
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import type { SimulatedNetwork } from "../../hal/drivers/simulated_websocket.ts";
import { formatDateTime } from "../../protocol/date_time.ts";
import type { Call } from "../../protocol/frame.ts";
import { formatCall, formatCallResult, parseFrame } from "../../protocol/frame.ts";
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";

export interface LedgerEntry {
  readonly transactionId: number;
  readonly start: StartTransactionRequest;
  readonly meterValues: MeterValuesRequest[];
  stop: StopTransactionRequest | null;
}

export interface CentralSystemModel {
  readonly ledger: ReadonlyMap<number, LedgerEntry>;
  /** The last status of each connector, 0 included, as reported. */
  readonly statuses: ReadonlyMap<number, string>;
  /** How often each action was received. */
  readonly received: ReadonlyMap<string, number>;
  /** What the charger did that it must not; the world's invariants are about the charger, these about the wire. */
  readonly breaches: readonly string[];
  /** Sends a CALL on the present connection; nothing when there is none. */
  readonly call: (action: string, payload: unknown) => void;
  /** Hangs up without a word. */
  readonly cut: () => void;
  readonly connected: () => boolean;
  /** Transactions that are open in the ledger. */
  readonly open: () => readonly LedgerEntry[];
}

export interface CentralSystemOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: SimulatedNetwork;
  readonly heartbeatIntervalS: number;
  /** What an idTag is worth; default Accepted. */
  readonly judge?: (idTag: string) => "Accepted" | "Invalid";
  readonly heard?: (text: string, direction: "sent" | "received") => void;
}

export function createCentralSystemModel(options: CentralSystemOptions): CentralSystemModel {
  const { clock, entropy, network, heartbeatIntervalS } = options;
  const ledger = new Map<number, LedgerEntry>();
  const statuses = new Map<number, string>();
  const received = new Map<string, number>();
  const breaches: string[] = [];
  let peer: SimulatedPeer | null = null;

  network.accept((next) => {
    const mine = next;
    peer = next;
    next.listen((event) => {
      if (mine !== peer) return;
      switch (event.kind) {
        case "Received":
          return heard(mine, event.text);
        case "Closed":
          peer = null;
          return;
        case "PingReceived":
          return;
      }
    });
    next.open("ocpp1.6");
  });

  function heard(from: SimulatedPeer, text: string): void {
    options.heard?.(text, "received");
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame") {
      breaches.push(`what is no frame: ${text}`);
      return;
    }
    if (parsed.frame.kind !== "Call") return;
    const call = parsed.frame;
    received.set(call.action, (received.get(call.action) ?? 0) + 1);
    const payload = answer(call);
    clock.after(entropy.fraction("csms") * 200, () => {
      if (from !== peer) return;
      send(formatCallResult({ kind: "CallResult", id: call.id, payload }));
    });
  }

  function send(text: string): void {
    options.heard?.(text, "sent");
    peer?.send(text);
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
        return { idTagInfo: { status: worth((call.payload as { idTag: string }).idTag) } };
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

  function worth(idTag: string): "Accepted" | "Invalid" {
    return options.judge?.(idTag) ?? "Accepted";
  }

  function started(start: StartTransactionRequest): unknown {
    const same = [...ledger.values()].find((entry) => JSON.stringify(entry.start) === JSON.stringify(start));
    const transactionId = same?.transactionId ?? ledger.size + 1;
    if (same === undefined) ledger.set(transactionId, { transactionId, start, meterValues: [], stop: null });
    return { transactionId, idTagInfo: { status: worth(start.idTag) } };
  }

  function metered(request: MeterValuesRequest): void {
    if (request.transactionId === undefined) return;
    const entry = ledger.get(request.transactionId);
    if (entry === undefined) breaches.push(`MeterValues of unknown transaction ${request.transactionId}`);
    else if (entry.stop !== null) {
      breaches.push(`MeterValues after StopTransaction of ${request.transactionId}`);
    } else entry.meterValues.push(request);
  }

  function stopped(stop: StopTransactionRequest): unknown {
    const entry = ledger.get(stop.transactionId);
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
    breaches,
    call: (action, payload) => {
      if (peer !== null) send(formatCall({ kind: "Call", id: entropy.uuid("csms-id"), action, payload }));
    },
    cut: () => {
      peer?.cut();
      peer = null;
    },
    connected: () => peer !== null,
    open: () => [...ledger.values()].filter((entry) => entry.stop === null),
  };
}
