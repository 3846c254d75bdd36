/**
 * A CALL of our own, as it is handed to the outbox.
 *
 * Law: action, payload and outcome belong together; whoever asks gets an outcome, also when there is no link. Until then the CALL is
 * under way: who no longer waits for it and sends it anew sends it twice.
 */
import type { ChargePointAction, RequestOf, ResponseOf } from "../protocol/actions.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import { holdMaxMs } from "../protocol/call_queue.ts";
import { messageTimeoutMaxS } from "../protocol/configuration.ts";
import { probeMs } from "../protocol/liveness.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Reply } from "./otp/actor.ts";

/** A CALL of our own; made by `sendCall`, which keeps action, payload and outcome together. */
export interface SendCall {
  readonly kind: "SendCall";
  readonly action: ChargePointAction;
  readonly payload: unknown;
  readonly callClass: CallClass;
  readonly reply: Reply<CallOutcome<unknown>>;
}

/** CALLs of our own that wait in the outbox; beyond it the answer is `offline` at once, and the sender decides. */
export const waitingMax = 200;

/** Of one that is never answered: its place is the next one's then. */
const callMaxMs = holdMaxMs + messageTimeoutMaxS * 1_000 + probeMs;

/**
 * Whoever asks for a CALL waits this long: enough behind one in flight and all the CALLs that can wait, with a transaction message before
 * each of them (decision D-turns). It is not for one in the background, behind transaction messages without bound: that may be under way still.
 */
export const callTimeoutMs = (2 * waitingMax + 1) * callMaxMs;

export function sendCall<A extends ChargePointAction>(
  action: A,
  payload: RequestOf<A>,
  callClass: CallClass,
  reply: Reply<CallOutcome<ResponseOf<A>>>,
): SendCall {
  // The one cast: the outbox hands back only what `checkedResponse` has found to be this action's response.
  return { kind: "SendCall", action, payload, callClass, reply: reply as Reply<CallOutcome<unknown>> };
}
