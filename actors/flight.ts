/**
 * The one CALL that is on its way: its message id, its time-out, and whose it is (OCPP-J 1.6 §4.1.1).
 *
 * Law: one at a time; a retry goes under a new id, so that an answer to the attempt before is nobody's.
 */
import type { Cancel } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import { formatCall } from "../protocol/frame.ts";
import type { Message, Self } from "./otp/actor.ts";
import type { SendCall } from "./send_call.ts";
import type { OnItsWay } from "./transaction_delivery.ts";

/** To oneself: the time for an answer is over. Whether the peer is there at all is the link's to judge. */
export interface AnswerDue extends Message {
  readonly kind: "AnswerDue";
  readonly id: string;
}

export type Cargo =
  | { readonly kind: "call"; readonly call: SendCall }
  | { readonly kind: "delivery"; readonly delivery: OnItsWay };

export interface FlightParts {
  readonly entropy: Entropy;
  readonly send: (text: string) => void;
  readonly timeoutMs: () => number;
}

export class Flight {
  readonly #self: Pick<Self<AnswerDue>, "after">;
  readonly #parts: FlightParts;
  #now: { readonly id: string; readonly cargo: Cargo; readonly cancel: Cancel } | null = null;

  constructor(self: Pick<Self<AnswerDue>, "after">, parts: FlightParts) {
    this.#self = self;
    this.#parts = parts;
  }

  begin(cargo: Cargo): void {
    const { entropy, send, timeoutMs } = this.#parts;
    const id = entropy.uuid("messageId");
    const { action, payload } = callOf(cargo);
    send(formatCall({ kind: "Call", id, action, payload }));
    const due: AnswerDue = { kind: "AnswerDue", id };
    this.#now = { id, cargo, cancel: this.#self.after(timeoutMs(), due) };
  }

  /** The message id of what is on its way; null when nothing is. */
  id(): string | null {
    return this.#now?.id ?? null;
  }

  /** What was on its way, and is no more. */
  end(): Cargo | null {
    const ended = this.#now;
    this.#now = null;
    ended?.cancel();
    return ended?.cargo ?? null;
  }

  /** What is on its way, if it has this id. */
  cargo(id: string): Cargo | null {
    return this.#now?.id === id ? this.#now.cargo : null;
  }
}

/** What a cargo says on the wire. */
export function callOf(cargo: Cargo): Pick<SendCall, "action" | "payload"> {
  return cargo.kind === "call" ? cargo.call : cargo.delivery.call;
}
