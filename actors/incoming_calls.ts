/**
 * The CALLs of the central system that are being answered.
 *
 * Law: each is answered once, with its own id, on the connection that asked; one that comes twice is refused while the first
 * is being handled (OCPP-J 1.6 §4.1.4, §4.2.3).
 */
import type { Answer } from "../protocol/answer.ts";
import type { Call } from "../protocol/frame.ts";
import type { RpcErrorCode } from "../protocol/frame.ts";
import { callError, formatCallError, formatCallResult } from "../protocol/frame.ts";
import type { Message, Outcome, Self } from "./otp/actor.ts";
import { RecentIds } from "./recent_ids.ts";
import type { Route } from "./routes.ts";

/** What comes back to the actor that asks on behalf of the central system. */
export interface CallAnswered extends Message {
  readonly kind: "CallAnswered";
  readonly id: string;
  /** Which of all questions: another connection may use an id again. */
  readonly question: number;
  readonly outcome: Outcome<Answer>;
}

/** Questions that are being answered at a time; a well-behaved central system has one. */
const answeringMax = 100;
/** An actor that has not answered by then never will; the lab's limit for an answer is 30 s. */
const answerTimeoutMs = 20_000;
/** What a request gets that breaks its schema. */
const invalidCodes: ReadonlySet<RpcErrorCode> = new Set([
  "FormationViolation",
  "OccurenceConstraintViolation",
  "PropertyConstraintViolation",
  "ProtocolError",
  "TypeConstraintViolation",
]);

export interface IncomingParts {
  readonly route: Route;
  /** `thenReconnect`: with this the connection is over. */
  readonly send: (text: string, thenReconnect: boolean) => void;
  /** Tells the security log. */
  readonly raise: (type: "InvalidMessages" | "AttemptedReplayAttacks", techInfo: string) => void;
}

export class IncomingCalls {
  readonly #self: Self<CallAnswered>;
  readonly #parts: IncomingParts;
  /** Message id to question. */
  readonly #answering = new Map<string, number>();
  readonly #heard = new RecentIds();
  #questions = 0;

  constructor(self: Self<CallAnswered>, parts: IncomingParts) {
    this.#self = self;
    this.#parts = parts;
  }

  asked(call: Call): void {
    const { id, action } = call;
    if (this.#heard.has(id)) {
      this.#parts.raise(
        "AttemptedReplayAttacks",
        "a CALL under a message id that was used on this connection",
      );
    }
    this.#heard.add(id);
    if (this.#answering.has(id)) return this.#refuse(id, `message id ${id} is being handled`);
    if (this.#answering.size >= answeringMax) {
      return this.#refuse(id, `${answeringMax} CALLs are being handled`);
    }
    const routed = this.#parts.route(call);
    if (routed.kind === "answer") {
      const { answer } = routed;
      if (answer.kind === "error" && invalidCodes.has(answer.errorCode)) {
        this.#parts.raise("InvalidMessages", `${action}: ${answer.errorDescription}`);
      }
      return this.#answer(id, answer);
    }
    const question = ++this.#questions;
    this.#answering.set(id, question);
    routed.ask(this.#self, answerTimeoutMs, (outcome) => ({ kind: "CallAnswered", id, question, outcome }));
  }

  answered({ id, question, outcome }: CallAnswered): void {
    // A question of a connection that is gone has no one to answer to.
    if (this.#answering.get(id) !== question) return;
    this.#answering.delete(id);
    const failed: Answer = {
      kind: "error",
      errorCode: "InternalError",
      errorDescription: `the actor that answers: ${outcome.kind}`,
    };
    this.#answer(id, outcome.kind === "reply" ? outcome.value : failed);
  }

  /** Until the last of them is answered, which is within the time-out of an answer. */
  underWay(): boolean {
    return this.#answering.size > 0;
  }

  /** The connection is gone, and its questions with it. */
  forget(): void {
    this.#answering.clear();
    this.#heard.forget();
  }

  #refuse(id: string, errorDescription: string): void {
    this.#answer(id, { kind: "error", errorCode: "GenericError", errorDescription });
  }

  #answer(id: string, answer: Answer): void {
    this.#parts.send(
      answer.kind === "error"
        ? formatCallError(callError(id, answer.errorCode, answer.errorDescription))
        : formatCallResult({ kind: "CallResult", id, payload: answer.payload }),
      answer.kind === "result" && answer.thenReconnect === true,
    );
  }
}
