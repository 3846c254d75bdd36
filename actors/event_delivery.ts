/**
 * SecurityEventNotification: what of the security log is to be sent goes to the central system, one at a time (A04.FR.01, A04.FR.02).
 *
 * Law: at least once and in order, over restarts and power cuts, and never before anything that is live: after a boot the states of the
 * connectors go first, and the messages of transactions always. A critical event is given up only where the central system does not
 * know the message; what it will not have stays in the log, and is counted.
 */
import type { Cancel } from "../hal/clock.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { SecurityEventNotificationResponse } from "../protocol/messages/security.ts";
import { isCritical } from "../protocol/security_event.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { SecurityBook } from "./security_book.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

/** Whether the central system can be told anything: there is a link, and it has accepted this charge point. */
export interface OnlineChanged extends Message {
  readonly kind: "OnlineChanged";
  readonly online: boolean;
}

export interface DeliveryDue extends Message {
  readonly kind: "DeliveryDue";
}

export interface EventConcluded extends Message {
  readonly kind: "EventConcluded";
  readonly number: number;
  readonly outcome: Outcome<CallOutcome<SecurityEventNotificationResponse>>;
}

type Own = Pick<Self<DeliveryDue | EventConcluded>, "ask" | "after" | "trace">;

/** By then a boot or a new link has told of every connector. */
const settleMs = 5_000;
/** After each failed attempt so much longer, */
const retryMs = 60_000;
/** up to this. */
const retryMsMax = 3_600_000;
/** Of one that is not critical. */
const attemptsMax = 5;

export class EventDelivery {
  readonly #self: Own;
  readonly #book: SecurityBook;
  readonly #outbox: Address<OutboxMessage>;
  #online = false;
  /** `waiting`: until `DeliveryDue`. */
  #state: "idle" | "waiting" | "underWay" = "idle";
  #failures = 0;
  #cancel: Cancel = () => {};

  constructor(self: Own, book: SecurityBook, outbox: Address<OutboxMessage>) {
    this.#self = self;
    this.#book = book;
    this.#outbox = outbox;
  }

  onlineChanged(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    // What is under way ends by itself, and is told as offline.
    if (this.#state !== "underWay" && online) this.#wait(settleMs);
  }

  due(): void {
    this.#state = "idle";
    this.proceed();
  }

  /** Sends the next one, unless one is under way or has to wait. */
  proceed(): void {
    const event = this.#book.next();
    if (event === null || !this.#online || this.#state !== "idle") return;
    this.#state = "underWay";
    const { number, timestamp, type, techInfo } = event;
    const request = { type, timestamp, ...(techInfo === "" ? {} : { techInfo }) };
    this.#self.ask(
      this.#outbox,
      (reply: Reply<CallOutcome<SecurityEventNotificationResponse>>) =>
        sendCall("SecurityEventNotification", request, "background", reply),
      callTimeoutMs,
      (outcome) => ({ kind: "EventConcluded", number, outcome }),
    );
  }

  async concluded({ number, outcome }: EventConcluded): Promise<void> {
    this.#state = "idle";
    const event = this.#book.next();
    const attempts = event?.number === number && isCritical(event.type) ? Infinity : attemptsMax;
    switch (verdict(outcome)) {
      case "delivered":
        this.#failures = 0;
        await this.#book.delivered(number, true);
        return this.proceed();
      case "unknown":
        return this.#giveUp(number, outcome);
      case "failed":
        this.#failures += 1;
        if (this.#failures >= attempts) return this.#giveUp(number, outcome);
        return this.#wait(Math.min(this.#failures * retryMs, retryMsMax));
      case "notSent":
        return this.#wait(settleMs);
    }
  }

  async #giveUp(number: number, outcome: EventConcluded["outcome"]): Promise<void> {
    this.#failures = 0;
    this.#self.trace("SecurityEventNotTaken", { number, outcome });
    await this.#book.delivered(number, false);
    this.proceed();
  }

  #wait(ms: number): void {
    this.#cancel();
    this.#state = "waiting";
    this.#cancel = this.#self.after(ms, { kind: "DeliveryDue" });
  }
}

type Verdict = "delivered" | "failed" | "notSent" | "unknown";

function verdict(outcome: EventConcluded["outcome"]): Verdict {
  if (outcome.kind !== "reply") return "notSent";
  switch (outcome.value.kind) {
    case "result":
      return "delivered";
    case "error":
      // A central system without the security extension will say so of each.
      return ["NotImplemented", "NotSupported"].includes(outcome.value.errorCode) ? "unknown" : "failed";
    case "timeout":
      return "failed";
    case "offline":
      return "notSent";
  }
}
