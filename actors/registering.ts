/**
 * The charge point's registration: BootNotification until it is accepted, and what its answers mean (OCPP 1.6 §4.2).
 *
 * Law: once a boot, and nothing else before it is accepted. The registration of this boot is in the store: a successor resumes it.
 */
import type { Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import { backoffMs } from "../protocol/backoff.ts";
import type { BootNotificationRequest, BootNotificationResponse } from "../protocol/messages/core.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import type { Registered, Registration, RegistrationLimits } from "../protocol/registration.ts";
import { answeredBoot, registrationOn } from "../protocol/registration.ts";
import type { RegistrationRecord } from "../storage/records.ts";
import { keys } from "../storage/record_keys.ts";
import type { Store } from "../storage/store.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { callTimeoutMs, sendCall } from "./send_call.ts";

export interface BootDue extends Message {
  readonly kind: "BootDue";
}

export interface BootConcluded extends Message {
  readonly kind: "BootConcluded";
  readonly outcome: Outcome<CallOutcome<BootNotificationResponse>>;
}

export interface RegisteringParts {
  readonly identity: BootNotificationRequest;
  readonly boot: number;
  readonly limits: RegistrationLimits;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Fenced. */
  readonly store: Store;
  readonly outbox: Address<OutboxMessage>;
  /** Of this boot; null before its first answer. */
  readonly resumed: RegistrationRecord | null;
  readonly setClock: (currentTime: string) => Promise<void>;
  readonly adoptHeartbeatInterval: (intervalS: number) => void;
}

type Own = Pick<Self<BootDue | BootConcluded>, "ask" | "after" | "send">;

/** When BootNotification got no answer, or an error. */
const bootRetry = { initialMs: 10_000, maxMs: 300_000 };

export class Registering {
  readonly #self: Own;
  readonly #parts: RegisteringParts;
  #registered: Registered;
  /** Of the last connection; before the first one, of the answer. */
  #securityProfile: SecurityProfile;
  #booting = false;
  #failures = 0;
  #dueMs = 0;

  constructor(self: Own, parts: RegisteringParts) {
    this.#self = self;
    this.#parts = parts;
    this.#registered = resumedRegistration(parts.resumed);
    this.#securityProfile = this.#registered.securityProfile;
    self.send(parts.outbox, { kind: "RegistrationChanged", registered: this.#registered });
    const dueMs = parts.resumed?.bootDueMonotonicMs;
    if (dueMs !== undefined) this.#againAt(dueMs);
  }

  registration(): Registration {
    return this.#registered.registration;
  }

  /** Sends BootNotification if one is missing and due, and on a higher security profile at once, but for the wait of Rejected (§4.2). */
  async linkOpened(securityProfile: SecurityProfile): Promise<void> {
    this.#securityProfile = securityProfile;
    const registration = registrationOn(securityProfile, this.#registered);
    if (registration === this.registration()) return this.whenDue();
    await this.#keepAsked();
    this.#registered = { registration, securityProfile };
    this.#self.send(this.#parts.outbox, { kind: "RegistrationChanged", registered: this.#registered });
    await this.send();
  }

  /** There is a link: sends BootNotification if one is missing and due. */
  async whenDue(): Promise<void> {
    const early = this.#parts.clock.monotonicMs() < this.#dueMs;
    if (this.registration() !== "Accepted" && !early) await this.send();
  }

  async send(): Promise<void> {
    if (this.#booting) return;
    this.#booting = true;
    await this.#keepAsked();
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<BootNotificationResponse>>) =>
        sendCall("BootNotification", this.#parts.identity, "boot", reply),
      callTimeoutMs,
      (outcome) => ({ kind: "BootConcluded", outcome }),
    );
  }

  /** Whether this answer has made the charge point an accepted one. */
  async concluded({ outcome }: BootConcluded): Promise<boolean> {
    const { clock, entropy, limits, setClock, adoptHeartbeatInterval } = this.#parts;
    this.#booting = false;
    const call = outcome.kind === "reply" ? outcome.value : null;
    if (call?.kind !== "result") {
      this.#failures += 1;
      const waitMs = backoffMs(bootRetry, this.#failures, entropy.fraction("boot"));
      this.#againAt(clock.monotonicMs() + waitMs);
      return false;
    }
    this.#failures = 0;
    await setClock(call.payload.currentTime);
    const next = answeredBoot({ status: call.payload.status, intervalS: call.payload.interval }, limits);
    const accepted = next.registration === "Accepted" && this.registration() !== "Accepted";
    // Before the registration is stored: a crash between the two boots again, and hears of the interval again.
    if (accepted && next.heartbeatIntervalS !== undefined) adoptHeartbeatInterval(next.heartbeatIntervalS);
    const dueMs = next.bootAgainAfterMs === undefined ? null : clock.monotonicMs() + next.bootAgainAfterMs;
    await this.#register(next.registration, dueMs);
    if (dueMs !== null) this.#againAt(dueMs);
    return accepted;
  }

  async #register(registration: RegistrationRecord["registration"], dueMs: number | null): Promise<void> {
    this.#registered = { registration, securityProfile: this.#securityProfile };
    // Not durable it costs one BootNotification more after a crash of this actor.
    await this.#keep(registration, dueMs);
    this.#self.send(this.#parts.outbox, { kind: "RegistrationChanged", registered: this.#registered });
  }

  /** The answer may be Rejected, and lost with this actor before it is kept: a successor asks again, and at once. */
  async #keepAsked(): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs();
    const registration = this.registration();
    if (registration === "Accepted" || (registration === "Pending" && nowMs < this.#dueMs)) {
      await this.#keep(registration, nowMs);
    }
  }

  async #keep(registration: RegistrationRecord["registration"], dueMs: number | null): Promise<void> {
    const record: RegistrationRecord = {
      boot: this.#parts.boot,
      registration,
      securityProfile: this.#registered.securityProfile,
      ...(dueMs === null ? {} : { bootDueMonotonicMs: dueMs }),
    };
    await this.#parts.store.commit({ sets: [{ key: keys.registration, value: record }] });
  }

  #againAt(dueMs: number): void {
    this.#dueMs = dueMs;
    this.#self.after(dueMs - this.#parts.clock.monotonicMs(), { kind: "BootDue" });
  }
}

/** One that was accepted and asked again counts for nothing until it is answered. */
function resumedRegistration(record: RegistrationRecord | null): Registered {
  if (record === null) return { registration: "Unregistered", securityProfile: 0 };
  const { registration, securityProfile, bootDueMonotonicMs } = record;
  const isAskedAgain = registration === "Accepted" && bootDueMonotonicMs !== undefined;
  return { registration: isAskedAgain ? "Unregistered" : registration, securityProfile };
}
