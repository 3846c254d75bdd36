/**
 * The simulated network: charger and central system in one process, on a clock that is turned by hand.
 *
 * Law: a function of its seed. Every event comes by the clock, every latency from the entropy.
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import {
  type CloseReason,
  hungUp,
  type WebSocketConnection,
  type WebSocketDriver,
  type WebSocketEvent,
  type WebSocketTarget,
} from "../websocket.ts";
import { createSimulatedPeer, type SimulatedPeer, type SimulatedPeerEnd } from "./simulated_peer.ts";
import { createSimulatedWire, type Frame, textFrame, type Wire } from "./simulated_wire.ts";

export interface SimulatedNetworkOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** One way, drawn evenly for each frame. */
  readonly latencyMs: { readonly min: number; readonly max: number };
}

export type LinkState = "up" | "down" | "silent" | "deaf";

export interface SimulatedNetwork {
  readonly driver: WebSocketDriver;
  /** Who answers when the charger knocks; the last one set wins. With nobody there, connections are refused. */
  readonly accept: (handler: (peer: SimulatedPeer) => void) => void;
  /**
   * `down` resets every connection, loses what is on its way and refuses the next. `silent` gives no sign in either
   * direction, `deaf` none to the peer, which the charger still hears; when it is `up` again, both ends get what they still wait for, as
   * TCP would have it.
   */
  readonly setLink: (state: LinkState) => void;
  /** Every connection that there is dies without a sign: neither end hears the other again. New ones are as good as ever. */
  readonly lose: () => void;
}

interface Connection {
  readonly near: Near;
  readonly far: SimulatedPeerEnd;
  readonly up: Wire;
  readonly down: Wire;
  lost: boolean;
}

const networkDown: CloseReason = { kind: "failed", layer: "tcp", error: "network is down" };

export function createSimulatedNetwork(options: SimulatedNetworkOptions): SimulatedNetwork {
  const connections = new Set<Connection>();
  let state: LinkState = "up";
  let handler = (peer: SimulatedPeer) => peer.cut();

  function connect(target: WebSocketTarget, listener: (event: WebSocketEvent) => void): WebSocketConnection {
    forgetClosed();
    const speaks = () => state !== "silent" && !connection.lost;
    const hears = () => state !== "deaf" && speaks();
    const up = createSimulatedWire({ ...options, passes: hears }, (frame) => far.receive(frame));
    const down = createSimulatedWire({ ...options, passes: speaks }, (frame) => near.receive(frame));
    const near = createNear(options.clock, target, listener, up);
    const far = createSimulatedPeer(target, down, (peer) => handler(peer));
    const connection: Connection = { near, far, up, down, lost: false };
    connections.add(connection);
    up.send({ kind: "Knock" });
    if (state === "down") reset(connection);
    return near.connection;
  }

  function forgetClosed(): void {
    for (const connection of connections) {
      const isOver = connection.near.closed() && (connection.far.closed() || connection.lost);
      if (isOver) connections.delete(connection);
    }
  }

  /** Both ends are closed before anything else arrives, which loses what is on its way. */
  function reset(connection: Connection): void {
    options.clock.soon(() => {
      connection.near.receive({ kind: "Reset", why: networkDown });
      connection.far.receive({ kind: "Reset", why: networkDown });
    });
  }

  function setLink(next: LinkState): void {
    state = next;
    if (next === "silent") return;
    for (const connection of connections) {
      if (next === "down") reset(connection);
      else {
        connection.up.flush();
        connection.down.flush();
      }
    }
  }

  return {
    driver: { connect },
    accept: (next) => {
      handler = next;
    },
    setLink,
    lose: () => {
      for (const connection of connections) connection.lost = true;
    },
  };
}

/** The charger's end. */
interface Near {
  readonly connection: WebSocketConnection;
  readonly receive: (frame: Frame) => void;
  readonly closed: () => boolean;
}

function createNear(
  clock: Clock,
  target: WebSocketTarget,
  listener: (event: WebSocketEvent) => void,
  out: Wire,
): Near {
  let phase: "connecting" | "open" | "closing" | "closed" = "connecting";
  let cancel = clock.after(target.handshakeTimeoutMs, () => cut({ kind: "timeout", phase: "handshake" }));

  function end(why: CloseReason): void {
    if (phase === "closed") return;
    const opened = phase !== "connecting";
    phase = "closed";
    cancel();
    listener({ kind: "Closed", opened, why });
  }

  /** Ends, and lets the peer know as far as the network carries it. */
  function cut(why: CloseReason): void {
    if (phase !== "closed") out.send({ kind: "Reset", why: hungUp });
    end(why);
  }

  function accepted(subprotocol: string, peerChain: readonly string[]): void {
    if (!target.subprotocols.includes(subprotocol)) {
      return cut({
        kind: "subprotocolRefused",
        offered: target.subprotocols.join(", "),
        answered: subprotocol,
      });
    }
    cancel();
    phase = "open";
    const [cipherSuite] = target.tls?.cipherSuites ?? [];
    const tls = cipherSuite === undefined
      ? {}
      : { tls: { version: "TLSv1.3", cipherSuite, peerChain } as const };
    listener({ kind: "Opened", subprotocol, ...tls });
  }

  function received(text: string, bytes: number): void {
    if (bytes <= target.payloadBytesMax) return listener({ kind: "Received", text });
    out.send({ kind: "Close", code: 1009, reason: "" });
    end({
      kind: "failed",
      layer: "websocket",
      error: `a message of more than ${target.payloadBytesMax} bytes`,
    });
  }

  function receive(frame: Frame): void {
    if (phase === "closed") return;
    switch (frame.kind) {
      case "Accepted":
        return accepted(frame.subprotocol, frame.peerChain);
      case "Refused":
        return end({ kind: "handshakeRefused", httpStatus: frame.httpStatus });
      case "Text":
        return received(frame.text, frame.bytes);
      case "Pong":
        return listener({ kind: "PongReceived" });
      case "Close":
        if (phase === "open") out.send(frame);
        return end({ kind: "closed", code: frame.code, reason: frame.reason });
      case "Reset":
        return end(frame.why);
      case "Knock":
      case "Ping":
        return;
    }
  }

  const connection: WebSocketConnection = {
    send: (text) => {
      if (phase !== "open") return 0;
      out.send(textFrame(text));
      return out.waitingBytes();
    },
    ping: () => {
      if (phase === "open") out.send({ kind: "Ping" });
    },
    close: (code, reason) => {
      if (phase === "connecting") return clock.soon(() => cut(hungUp));
      if (phase !== "open") return;
      phase = "closing";
      out.send({ kind: "Close", code, reason });
      cancel = clock.after(target.closeTimeoutMs, () => cut({ kind: "timeout", phase: "close" }));
    },
    terminate: () => clock.soon(() => cut(hungUp)),
  };
  return { connection, receive, closed: () => phase === "closed" };
}
