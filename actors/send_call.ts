/**
 * A CALL of our own, as it is handed to the outbox.
 *
 * Law: action, payload and outcome belong together; whoever asks gets an outcome, also when there is no link.
 */
import type { ChargePointAction, RequestOf, ResponseOf } from "../protocol/actions.ts";
import type { CallOutcome } from "../protocol/answer.ts";
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

export function sendCall<A extends ChargePointAction>(
  action: A,
  payload: RequestOf<A>,
  callClass: CallClass,
  reply: Reply<CallOutcome<ResponseOf<A>>>,
): SendCall {
  // The one cast: the outbox hands back only what `checkedResponse` has found to be this action's response.
  return { kind: "SendCall", action, payload, callClass, reply: reply as Reply<CallOutcome<unknown>> };
}
