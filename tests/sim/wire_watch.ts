/**
 * Watches the wire at the charger's end: never a second CALL in flight (OCPP-J 1.6 §4.1.1; invariant I7).
 *
 * Law: a CALL is in flight until it is answered, until MessageTimeout has passed, or until its connection is gone.
 */
import type { Trace } from "../../actors/otp/trace.ts";
import { parseFrame } from "../../protocol/frame.ts";

export interface WireWatch {
  readonly record: Trace;
  readonly breaches: readonly string[];
}

/** MessageTimeout, as the world leaves it, less the rounding of its clock. */
const messageTimeoutMs = 29_999;

export function createWireWatch(): WireWatch {
  const breaches: string[] = [];
  let inFlight: { readonly id: string; readonly action: string; readonly sentMs: number } | null = null;
  return {
    breaches,
    record: (event) => {
      if (event.kind === "started" && event.actor === "outbox") inFlight = null;
      if (event.kind !== "effect") return;
      if (event.effect === "LinkClosed") inFlight = null;
      if (event.effect !== "FrameSent" && event.effect !== "FrameReceived") return;
      const parsed = parseFrame(String(event.detail));
      if (parsed.kind !== "frame") return;
      const { frame } = parsed;
      if (event.effect === "FrameReceived") {
        if (frame.kind !== "Call" && frame.id === inFlight?.id) inFlight = null;
        return;
      }
      if (frame.kind !== "Call") return;
      if (inFlight !== null && event.atMs - inFlight.sentMs < messageTimeoutMs) {
        breaches.push(`${frame.action} was sent while ${inFlight.action} was in flight`);
      }
      inFlight = { id: frame.id, action: frame.action, sentMs: event.atMs };
    },
  };
}
