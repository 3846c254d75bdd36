/**
 * Reports one connector's status to the central system: every change once, and after an outage only what is true now.
 *
 * Law: what was reported last is true, or will be reported again (OCPP 1.6 §4.9; spec/behaviour.md §2: no replay of history).
 */
import type { Clock } from "../hal/clock.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { StatusNotificationRequest, StatusNotificationResponse } from "../protocol/messages/core.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

/** A StatusNotification without the moment of its sending. */
export type StatusReport = Omit<StatusNotificationRequest, "timestamp">;

/** What comes back to the actor that reports. */
export interface StatusDelivered extends Message {
  readonly kind: "StatusDelivered";
  readonly report: StatusReport;
  readonly delivered: boolean;
}

export class StatusReporter {
  readonly #self: Pick<Self<StatusDelivered>, "ask">;
  readonly #clock: Clock;
  readonly #outbox: Address<OutboxMessage>;
  /** The last one handed over and not known to have failed, as text. */
  #reported: string | null = null;

  constructor(self: Pick<Self<StatusDelivered>, "ask">, clock: Clock, outbox: Address<OutboxMessage>) {
    this.#self = self;
    this.#clock = clock;
    this.#outbox = outbox;
  }

  /** Reports `current` unless it has been reported. */
  changed(current: StatusReport): void {
    if (JSON.stringify(current) !== this.#reported) this.#send(current, "ordinary");
  }

  /** Reports `current` whether it has been reported or not. */
  again(current: StatusReport, callClass: CallClass): void {
    this.#send(current, callClass);
  }

  concluded(message: StatusDelivered): void {
    if (!message.delivered && JSON.stringify(message.report) === this.#reported) this.#reported = null;
  }

  #send(report: StatusReport, callClass: CallClass): void {
    this.#reported = JSON.stringify(report);
    const request = { ...report, timestamp: formatDateTime(this.#clock.wallMs()) };
    this.#self.ask(
      this.#outbox,
      (reply: Reply<CallOutcome<StatusNotificationResponse>>) =>
        sendCall("StatusNotification", request, callClass, reply),
      callTimeoutMs,
      (outcome) => ({ kind: "StatusDelivered", report, delivered: wasDelivered(outcome) }),
    );
  }
}

/** A CALLERROR came from a central system that has read it; only silence leaves the report open. */
function wasDelivered(outcome: Outcome<CallOutcome<StatusNotificationResponse>>): boolean {
  return outcome.kind === "reply" && (outcome.value.kind === "result" || outcome.value.kind === "error");
}
