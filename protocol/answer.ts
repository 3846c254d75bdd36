/**
 * How an actor answers a CALL of the central system, and how one's own CALL ends: the two shapes that cross between actors.
 *
 * Law: a negative result is a CALLRESULT; a CALLERROR says that the CALL itself could not be processed (OCPP-J 1.6 §4.2.3).
 */
import type { ChargePointAction } from "./actions.ts";
import { responseSchema } from "./actions.ts";
import type { CallError, CallResult, RpcErrorCode } from "./frame.ts";
import { parseAnswerPayload } from "./payload.ts";

/** What goes back for a CALL of the central system; `payload` is the action's response. */
export type Answer =
  /** `thenReconnect`: when it is on its way, the connection starts over (security white paper A05.FR.06). */
  | { readonly kind: "result"; readonly payload: unknown; readonly thenReconnect?: true }
  | { readonly kind: "error"; readonly errorCode: RpcErrorCode; readonly errorDescription: string };

/** How a CALL of our own ended; `payload` has been checked against the action's response schema. */
export type CallOutcome<Response> =
  | { readonly kind: "result"; readonly payload: Response }
  | { readonly kind: "error"; readonly errorCode: string; readonly errorDescription: string }
  | { readonly kind: "timeout" }
  /** There was no link, or it was lost before the answer. */
  | { readonly kind: "offline" };

/** How it ended on a link that lasts. */
export type Concluded = Exclude<CallOutcome<unknown>, { readonly kind: "offline" }>;

/** What an answer frame means for the CALL of `action` that it answers: a result that breaks its schema counts as an error (spec/rpc.md §6). */
export function callOutcome(action: ChargePointAction, frame: CallResult | CallError): Concluded {
  if (frame.kind === "CallError") {
    return { kind: "error", errorCode: frame.errorCode, errorDescription: frame.errorDescription };
  }
  const parsed = parseAnswerPayload(responseSchema(action), frame.payload);
  return parsed.kind === "valid"
    ? { kind: "result", payload: parsed.value }
    : { kind: "error", errorCode: parsed.errorCode, errorDescription: parsed.errorDescription };
}

/** The answer of the many actions whose response is a status and nothing else. */
export function statusAnswer(status: string): Answer {
  return { kind: "result", payload: { status } };
}
