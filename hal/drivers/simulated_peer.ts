/**
 * The central system's end of a simulated connection, for whoever plays the central system.
 *
 * Law: it keeps RFC 6455 by itself (pings and close frames are answered); what it may break, it breaks on purpose.
 */
import type { TlsFault } from "../stream.ts";
import { type CloseReason, hungUp, type WebSocketTarget } from "../websocket.ts";
import { type Frame, textFrame, type Wire } from "./simulated_wire.ts";

/** One that neither opens nor refuses lets the handshake time out. */
export interface SimulatedPeer {
  readonly request: Pick<WebSocketTarget, "url" | "subprotocols" | "basicAuth" | "tls">;
  /** Answers the upgrade with this sub-protocol; `""` names none. `peerChain` are its certificates, where TLS is asked for. */
  readonly open: (subprotocol: string, peerChain?: readonly string[]) => void;
  readonly refuse: (httpStatus: number) => void;
  /** The TLS handshake fails before there is an upgrade to answer. */
  readonly failTls: (fault: TlsFault) => void;
  /** The last listener set wins. */
  readonly listen: (listener: (event: SimulatedPeerEvent) => void) => void;
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Hangs up without a close frame; before the upgrade is answered this is a refused connection. */
  readonly cut: () => void;
}

export type SimulatedPeerEvent =
  | { readonly kind: "Received"; readonly text: string }
  | { readonly kind: "PingReceived" }
  /** 1006 when no close frame came. */
  | { readonly kind: "Closed"; readonly code: number; readonly reason: string };

/** The end as the network sees it. */
export interface SimulatedPeerEnd {
  readonly peer: SimulatedPeer;
  readonly receive: (frame: Frame) => void;
  readonly closed: () => boolean;
}

const refused: CloseReason = { kind: "failed", layer: "tcp", error: "connection refused" };

/** `knocked` is called with the peer when the charger's request has arrived. */
export function createSimulatedPeer(
  request: SimulatedPeer["request"],
  out: Wire,
  knocked: (peer: SimulatedPeer) => void,
): SimulatedPeerEnd {
  let phase: "knocking" | "open" | "closing" | "closed" = "knocking";
  let listener: (event: SimulatedPeerEvent) => void = () => {};

  function end(code: number, reason: string): void {
    phase = "closed";
    listener({ kind: "Closed", code, reason });
  }

  function receive(frame: Frame): void {
    if (phase === "closed") return;
    switch (frame.kind) {
      case "Knock":
        return knocked(peer);
      case "Text":
        return listener({ kind: "Received", text: frame.text });
      case "Ping":
        out.send({ kind: "Pong" });
        return listener({ kind: "PingReceived" });
      case "Close":
        if (phase === "open") out.send(frame);
        return end(frame.code, frame.reason);
      case "Reset":
        return end(1006, "");
      case "Pong":
      case "Accepted":
      case "Refused":
        return;
    }
  }

  const peer: SimulatedPeer = {
    request,
    open: (subprotocol, peerChain = []) => {
      if (phase !== "knocking") return;
      phase = "open";
      out.send({ kind: "Accepted", subprotocol, peerChain });
    },
    refuse: (httpStatus) => {
      if (phase !== "knocking") return;
      phase = "closed";
      out.send({ kind: "Refused", httpStatus });
    },
    failTls: (fault) => {
      if (phase !== "knocking") return;
      phase = "closed";
      out.send({
        kind: "Reset",
        why: { kind: "failed", layer: "tls", fault, error: `TLS failed: ${fault}` },
      });
    },
    listen: (next) => {
      listener = next;
    },
    send: (text) => {
      if (phase === "open") out.send(textFrame(text));
    },
    close: (code, reason) => {
      if (phase !== "open") return;
      phase = "closing";
      out.send({ kind: "Close", code, reason });
    },
    cut: () => {
      if (phase === "closed") return;
      out.send({ kind: "Reset", why: phase === "knocking" ? refused : hungUp });
      end(1006, "");
    },
  };
  return { peer, receive, closed: () => phase === "closed" };
}
