/**
 * One direction of one simulated connection: frames that travel for a while and arrive in order.
 *
 * Law: each frame is delivered once, after those that were sent before it.
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { CloseReason } from "../websocket.ts";

/** What travels, a WebSocket's frames and what goes before and after them. */
export type Frame =
  | { readonly kind: "Knock" | "Ping" | "Pong" }
  | { readonly kind: "Accepted"; readonly subprotocol: string; readonly peerChain: readonly string[] }
  | { readonly kind: "Refused"; readonly httpStatus: number }
  | { readonly kind: "Text"; readonly text: string; readonly bytes: number }
  | { readonly kind: "Close"; readonly code: number; readonly reason: string }
  /** The end without a close frame, and what the charger makes of it. */
  | { readonly kind: "Reset"; readonly why: CloseReason };

/** Measures the text once, as UTF-8. */
export function textFrame(text: string): Frame {
  const bytes = ascii.test(text) ? text.length : new TextEncoder().encode(text).length;
  return { kind: "Text", text, bytes };
}

/** Nearly all of OCPP, and quicker to see than to encode. */
// deno-lint-ignore no-control-regex
const ascii = /^[\x00-\x7f]*$/;

export interface Wire {
  readonly send: (frame: Frame) => void;
  /** Delivers what has arrived and was held. */
  readonly flush: () => void;
  /** The text that was sent and has not been delivered. */
  readonly waitingBytes: () => number;
}

export interface WireConditions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** One way, drawn evenly for each frame. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** False holds what arrives. */
  readonly passes: () => boolean;
}

export function createSimulatedWire(conditions: WireConditions, deliver: (frame: Frame) => void): Wire {
  const { clock, entropy, latencyMs, passes } = conditions;
  const frames: Frame[] = [];
  let arrived = 0;
  let waitingBytes = 0;

  function send(frame: Frame): void {
    frames.push(frame);
    waitingBytes += bytesOf(frame);
    const tookMs = latencyMs.min + entropy.fraction("network") * (latencyMs.max - latencyMs.min);
    // Whichever frame's time is up, it is the oldest that arrives: none overtakes another, and each keeps the bounds.
    clock.after(tookMs, () => {
      arrived += 1;
      flush();
    });
  }

  function flush(): void {
    while (arrived > 0 && passes()) {
      arrived -= 1;
      const frame = frames.shift();
      if (frame === undefined) return;
      waitingBytes -= bytesOf(frame);
      deliver(frame);
    }
  }

  return { send, flush, waitingBytes: () => waitingBytes };
}

function bytesOf(frame: Frame): number {
  return frame.kind === "Text" ? frame.bytes : 0;
}
