/**
 * Heartbeat: sent each HeartbeatInterval while the charge point is accepted, and for a trigger (OCPP 1.6 §4.6).
 *
 * Law: the interval counts from when it was set or last fired; of those that are due at most one waits for its answer, so that a
 * slow wire does not fill with them. What the answer says of the time is the station's to use.
 */
import type { Cancel } from "../hal/clock.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { HeartbeatResponse } from "../protocol/messages/core.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

export interface HeartbeatDue extends Message {
  readonly kind: "HeartbeatDue";
}

export interface HeartbeatConcluded extends Message {
  readonly kind: "HeartbeatConcluded";
  readonly outcome: Outcome<CallOutcome<HeartbeatResponse>>;
}

type Own = Pick<Self<HeartbeatDue | HeartbeatConcluded>, "ask" | "after">;

export class Heartbeating {
  readonly #self: Own;
  readonly #outbox: Address<OutboxMessage>;
  #cancel: Cancel = () => {};
  #last: string | null = null;
  /** Sent, or waiting to be sent, and not concluded. */
  #underWay = 0;

  constructor(self: Own, outbox: Address<OutboxMessage>) {
    this.#self = self;
    this.#outbox = outbox;
  }

  arm(intervalS: number): void {
    this.#cancel();
    this.#cancel = this.#self.after(intervalS * 1_000, { kind: "HeartbeatDue" });
  }

  /** The interval is over: one that waits for its answer is as good a sign of life. */
  sendDue(): void {
    if (this.#underWay === 0) this.send("ordinary");
  }

  send(callClass: CallClass): void {
    this.#underWay += 1;
    this.#self.ask(
      this.#outbox,
      (reply: Reply<CallOutcome<HeartbeatResponse>>) => sendCall("Heartbeat", {}, callClass, reply),
      callTimeoutMs,
      (outcome) => ({ kind: "HeartbeatConcluded", outcome }),
    );
  }

  /** The central system's time; null when it did not answer. */
  concluded({ outcome }: HeartbeatConcluded): string | null {
    this.#underWay -= 1;
    const call = outcome.kind === "reply" ? outcome.value : null;
    if (call?.kind !== "result") return null;
    this.#last = call.payload.currentTime;
    return this.#last;
  }

  /** The time in the last answer. */
  last(): string | null {
    return this.#last;
  }
}
