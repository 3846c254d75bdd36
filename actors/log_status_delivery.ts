/**
 * LogStatusNotification: what became of an upload is told in the order in which it happened, one at a time (security white paper N01).
 *
 * Law: a lost link loses none of them; what the central system has answered, or left unanswered, is told.
 */
import type { CallOutcome } from "../protocol/answer.ts";
import type {
  LogStatusNotificationRequest,
  LogStatusNotificationResponse,
} from "../protocol/messages/security.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

export interface TellLogStatusDue extends Message {
  readonly kind: "TellLogStatusDue";
}

export interface LogStatusConcluded extends Message {
  readonly kind: "LogStatusConcluded";
  /** Null: it was triggered, and nothing follows. */
  readonly outcome: Outcome<CallOutcome<LogStatusNotificationResponse>> | null;
}

type Own = Pick<Self<TellLogStatusDue | LogStatusConcluded>, "ask" | "after">;

/** Of a few uploads; beyond it the oldest is of no use to anybody. */
const untoldMax = 10;
const tryAgainMs = 10_000;

export class LogStatusDelivery {
  readonly #self: Own;
  readonly #outbox: Address<OutboxMessage>;
  #untold: readonly LogStatusNotificationRequest[] = [];
  /** One is on its way, or waits for its next try. */
  #isBusy = false;

  constructor(self: Own, outbox: Address<OutboxMessage>) {
    this.#self = self;
    this.#outbox = outbox;
  }

  untold(): readonly LogStatusNotificationRequest[] {
    return this.#untold;
  }

  tell(notification: LogStatusNotificationRequest): void {
    this.#untold = [...this.#untold, notification].slice(-untoldMax);
    if (!this.#isBusy) this.due();
  }

  /** Now or never. */
  trigger(notification: LogStatusNotificationRequest): void {
    this.#send(notification, "triggered", () => null);
  }

  due(): void {
    const [next] = this.#untold;
    this.#isBusy = next !== undefined;
    if (next !== undefined) this.#send(next, "ordinary", (outcome) => outcome);
  }

  concluded(outcome: LogStatusConcluded["outcome"]): void {
    if (outcome === null) return;
    if (outcome.kind !== "reply" || outcome.value.kind === "offline") {
      return void this.#self.after(tryAgainMs, { kind: "TellLogStatusDue" });
    }
    this.#untold = this.#untold.slice(1);
    this.due();
  }

  #send(
    notification: LogStatusNotificationRequest,
    callClass: CallClass,
    concluded: (
      outcome: Outcome<CallOutcome<LogStatusNotificationResponse>>,
    ) => LogStatusConcluded["outcome"],
  ): void {
    this.#self.ask(
      this.#outbox,
      (reply: Reply<CallOutcome<LogStatusNotificationResponse>>) =>
        sendCall("LogStatusNotification", notification, callClass, reply),
      callTimeoutMs,
      (outcome) => ({ kind: "LogStatusConcluded", outcome: concluded(outcome) }),
    );
  }
}
