/**
 * Holds back what may not last: a status is reported once it has been so for MinimumStatusDuration (OCPP 1.6 §4.9, §9.1.22).
 *
 * Law: a status that is over before that is not reported at all, whichever it is. What a boot or a trigger asks for is told at
 * once, and is what is true then.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Address, Message, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { StatusDelivered, StatusReport } from "./status_reporter.ts";
import { StatusReporter } from "./status_reporter.ts";

/** To oneself: the status has been so for long enough. */
export interface StatusStable extends Message {
  readonly kind: "StatusStable";
  readonly report: StatusReport;
}

export interface StableStatusParts {
  readonly clock: Clock;
  readonly outbox: Address<OutboxMessage>;
  /** MinimumStatusDuration as it is now; 0 holds nothing back. */
  readonly minimumS: () => number;
}

export class StableStatus {
  readonly #self: Pick<Self<StatusDelivered | StatusStable>, "ask" | "after">;
  readonly #parts: StableStatusParts;
  readonly #reporter: StatusReporter;
  /** What is true, as text, and since when. */
  #current: { readonly text: string; readonly sinceMs: number } | null = null;
  #waiting: { readonly report: StatusReport; readonly cancel: Cancel } | null = null;

  constructor(
    self: Pick<Self<StatusDelivered | StatusStable>, "ask" | "after">,
    parts: StableStatusParts,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#reporter = new StatusReporter(self, parts.clock, parts.outbox);
  }

  /** Reports `report` unless it has been reported, as soon as it may. */
  changed(report: StatusReport): void {
    const waitMs = this.#parts.minimumS() * 1_000 - this.#heldMs(report);
    if (waitMs <= 0) return this.#reporter.changed(report);
    this.#waiting = { report, cancel: this.#self.after(waitMs, { kind: "StatusStable", report }) };
  }

  /** Reports `report` at once, whether it has been reported or not. */
  again(report: StatusReport, callClass: CallClass): void {
    this.#heldMs(report);
    this.#reporter.again(report, callClass);
  }

  stable({ report }: StatusStable): void {
    this.#waiting = null;
    this.#reporter.changed(report);
  }

  /** MinimumStatusDuration is another: what waits, waits as long as that says. */
  minimumChanged(): void {
    if (this.#waiting !== null) this.changed(this.#waiting.report);
  }

  concluded(message: StatusDelivered): void {
    this.#reporter.concluded(message);
  }

  /** How long this has been true; what has waited until now waits no more. */
  #heldMs(report: StatusReport): number {
    this.#waiting?.cancel();
    this.#waiting = null;
    const text = JSON.stringify(report);
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#current?.text !== text) this.#current = { text, sinceMs: nowMs };
    return nowMs - this.#current.sinceMs;
  }
}
