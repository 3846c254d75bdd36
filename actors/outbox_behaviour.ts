/**
 * What the outbox does with each message: what goes next over the wire, and what becomes of it.
 *
 * Law: a transaction message leaves the store in the same commit that records its answer, and not before (house rule 1).
 * What the central system asks is handed to the actor that answers it (`routes.ts`); its answer goes out in the order it came.
 */
import type { Cancel } from "../hal/clock.ts";
import type { Concluded } from "../protocol/answer.ts";
import { callOutcome } from "../protocol/answer.ts";
import type { Next } from "../protocol/call_queue.ts";
import { next } from "../protocol/call_queue.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { Call, CallError, CallResult } from "../protocol/frame.ts";
import { formatCallError, parseFrame } from "../protocol/frame.ts";
import type { BootNotificationResponse } from "../protocol/messages/core.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import { mayAnswer, maySend } from "../protocol/registration.ts";
import type { ParkedOutcome } from "./archive.ts";
import { callOf, Flight } from "./flight.ts";
import { IncomingCalls } from "./incoming_calls.ts";
import { Online } from "./online.ts";
import type { Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import { RecentIds } from "./recent_ids.ts";
import type { SendCall } from "./send_call.ts";
import { sendCall, waitingMax } from "./send_call.ts";
import type { OnItsWay } from "./transaction_delivery.ts";
import { TransactionDelivery } from "./transaction_delivery.ts";
import type { TransactionMessages } from "./transaction_messages.ts";
import { isTidy, tidyOn } from "./transaction_messages.ts";
import type { OutboxParts } from "./outbox.ts";

/** Between the pages of a backlog that is counted, or is over: all of them at once would hold up what lives. */
const tidyPauseMs = 100;
/** So soon it is told of a bill that was cut short while the charger runs. */
export const searchAgainMs = 600_000;

export class OutboxBehaviour implements Behaviour<OutboxMessage> {
  readonly #self: Self<OutboxMessage>;
  readonly #parts: OutboxParts;
  readonly #messages: TransactionMessages;
  readonly #delivery: TransactionDelivery;
  readonly #flight: Flight;
  readonly #waiting: SendCall[] = [];
  readonly #incoming: IncomingCalls;
  readonly #online: Online;
  readonly #answered = new RecentIds();
  readonly #draining: Reply<null>[] = [];
  #settings: Settings;
  /** The peer has answered a CALL on this connection, or was asked for that in vain. */
  #isPeerTried = false;
  /** The last CALL that has ended was no transaction message, and was left unanswered. */
  #wasUnanswered = false;
  /** Since when a CALL has been held back for the answer to a question. */
  #heldSinceMs: number | null = null;
  #cancelWake: Cancel = () => {};

  constructor(
    self: Self<OutboxMessage>,
    parts: OutboxParts,
    settings: Settings,
    messages: TransactionMessages,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#settings = settings;
    this.#online = new Online(self, parts);
    this.#messages = messages;
    this.#delivery = new TransactionDelivery({ ...messages, clock: parts.clock, trace: self.trace });
    this.#flight = new Flight(self, {
      entropy: parts.entropy,
      send: (text) => this.#send(text),
      timeoutMs: () => this.#settings.MessageTimeout * 1_000,
    });
    this.#incoming = new IncomingCalls(self, {
      route: parts.route,
      send: (text, thenReconnect) => {
        this.#send(text);
        if (thenReconnect) self.send(parts.link, { kind: "Reconnect", why: "security settings changed" });
      },
      raise: (type, techInfo) => this.#raise(type, techInfo),
    });
  }

  receive(message: OutboxMessage): void | Promise<void> {
    switch (message.kind) {
      case "LinkUp":
        return this.#linkOpened(message.socket, message.securityProfile);
      case "LinkDown":
        return this.#linkLost(message.atOwnWish);
      case "AnnounceLink":
        return this.#online.announce();
      case "FrameReceived":
        return this.#received(message.text);
      case "RegistrationChanged":
        // No pump: each connector's report comes next, and before the transaction messages that wait (spec/behaviour.md §1).
        return this.#online.registrationChanged(message.registered);
      case "SendCall":
        return this.#enqueue(message);
      case "TransactionMessageQueued":
        return this.#queued();
      case "CallAnswered":
        this.#incoming.answered(message);
        return this.#pump();
      case "AnswerDue":
        if (this.#flight.id() !== message.id) return;
        this.#self.send(this.#parts.link, { kind: "AnswerOverdue", id: message.id });
        return;
      case "CallTimedOut":
        return this.#flight.id() === message.id ? this.#finish({ kind: "timeout" }) : undefined;
      case "SendDue":
        return this.#pump();
      case "TidyDue":
        return this.#tidyOn();
      case "TellOnline":
        return this.#online.ask(message.reply);
      case "Drain":
        this.#draining.push(message.reply);
        this.#delivery.hurry();
        return this.#pump();
      case "ParkedExported":
        return this.#self.trace("ParkedExported", { localId: message.localId });
      case "ResendParked":
        return this.#resend(message.localId, message.reply);
      case "DiscardParked":
        return this.#discard(message.localId, message.reason, message.reply);
      case "SettingsChanged":
        this.#settings = message.settings;
        // An interval that was lowered may be over.
        return this.#pump();
    }
  }

  inspect(): unknown {
    const { queue, archive, resends } = this.#messages;
    return {
      linkUp: this.#online.isLinkUp(),
      registration: this.#online.registration(),
      inFlight: this.#flight.id(),
      waiting: this.#waiting.length,
      transactionMessages: queue.length(),
      parked: archive.count().refused(),
      parkedTransactions: archive.count().transactions(),
      resending: resends.length(),
    };
  }

  #enqueue(call: SendCall): void | Promise<void> {
    if (!this.#maySay(call) || this.#waiting.length >= waitingMax) return call.reply({ kind: "offline" });
    this.#waiting.push(call);
    return this.#pump();
  }

  /** What may not be said now is not said later either: by then it may not be true (spec/behaviour.md §1, §2). */
  #maySay({ callClass }: SendCall): boolean {
    return this.#online.isLinkUp() && maySend(this.#online.registration(), callClass);
  }

  /**
   * What waits and may not be said any more is refused. A station that has failed since it asked has asked again: of two the second
   * would come before its interval (§4.2).
   */
  #heardOfBoot(outcome: Concluded): void {
    for (const call of this.#waiting.splice(0)) {
      if (call.action === "BootNotification") call.reply(outcome);
      else if (this.#maySay(call)) this.#waiting.push(call);
      else call.reply({ kind: "offline" });
    }
  }

  async #queued(): Promise<void> {
    await this.#messages.queue.added();
    await this.#pump();
  }

  /** A page a turn: between each two, what has come meanwhile has its own. */
  async #tidyOn(): Promise<void> {
    if (isTidy(this.#messages)) this.#messages.archive.count().searchAgain();
    await tidyOn(this.#messages);
    const pauseMs = isTidy(this.#messages) ? searchAgainMs : tidyPauseMs;
    this.#self.after(pauseMs, { kind: "TidyDue" });
  }

  async #resend(localId: number, reply: Reply<ParkedOutcome>): Promise<void> {
    reply(await this.#messages.resends.begin(localId));
    await this.#pump();
  }

  async #discard(localId: number, reason: string, reply: Reply<ParkedOutcome>): Promise<void> {
    reply(await this.#messages.archive.discard(localId, reason));
  }

  async #linkOpened(socket: number, securityProfile: SecurityProfile): Promise<void> {
    // A link that crashed, or one that an incarnation before this has heard of, was told to nobody as lost.
    if (this.#online.isLinkUp()) await this.#linkLost(true);
    this.#isPeerTried = false;
    this.#online.linkOpened(socket, securityProfile);
    return this.#pump();
  }

  async #linkLost(atOwnWish: boolean): Promise<void> {
    this.#heldSinceMs = null;
    this.#online.linkLost(atOwnWish);
    this.#incoming.forget();
    this.#answered.forget();
    const cargo = this.#flight.end();
    if (cargo?.kind === "delivery") this.#delivery.linkLost(cargo.delivery, this.#settings);
    const unsent = cargo?.kind === "call" ? [cargo.call] : [];
    for (const call of [...unsent, ...this.#waiting.splice(0)]) call.reply({ kind: "offline" });
    await this.#pump();
  }

  /** Sends what may go now. Awaits the store only when a transaction message is next. */
  #pump(): void | Promise<void> {
    const choice = this.#choose();
    switch (choice.kind) {
      case "call":
        return this.#sendWaiting(choice.index);
      case "transactionMessage":
        return this.#sendTransactionMessage();
      case "held":
        this.#heldSinceMs = choice.sinceMs;
        return this.#wakeAt(choice.untilMs);
      case "nothing":
        this.#wakeAt(choice.wakeMs);
        return this.#drained();
    }
  }

  #choose(): Next {
    const wire = {
      linkUp: this.#online.isLinkUp(),
      inFlight: this.#flight.id() !== null,
      answering: this.#incoming.underWay(),
      heldSinceMs: this.#heldSinceMs,
      registration: this.#online.registration(),
      waiting: this.#waiting.map((call) => call.callClass),
      transactionMessageDueMs: this.#delivery.dueMs(this.#settings),
      wasUnanswered: this.#wasUnanswered,
    };
    return next(wire, this.#parts.clock.monotonicMs());
  }

  #wakeAt(atMs: number | null): void {
    this.#cancelWake();
    if (atMs === null) return;
    this.#cancelWake = this.#self.after(atMs - this.#parts.clock.monotonicMs(), { kind: "SendDue" });
  }

  #drained(): void {
    if (this.#online.isLinkUp() && this.#messages.queue.length() > 0) return;
    for (const reply of this.#draining.splice(0)) reply(null);
  }

  #sendWaiting(index: number): void {
    const [call] = this.#waiting.splice(index, 1);
    if (call === undefined) return;
    this.#heldSinceMs = null;
    this.#flight.begin({ kind: "call", call });
  }

  async #sendTransactionMessage(): Promise<void> {
    if (this.#delivery.isDoubted() && !this.#isPeerTried) return this.#tryPeer();
    const delivery = await this.#delivery.next();
    if (delivery === null) return this.#pump();
    this.#heldSinceMs = null;
    this.#flight.begin({ kind: "delivery", delivery });
  }

  /** A Heartbeat: a peer that hangs up on that as well hangs up on everything. */
  #tryPeer(): void {
    this.#isPeerTried = true;
    this.#heldSinceMs = null;
    this.#flight.begin({ kind: "call", call: sendCall("Heartbeat", {}, "ordinary", () => {}) });
  }

  #send(text: string): void {
    const socket = this.#online.socket();
    if (socket !== null) this.#self.send(this.#parts.link, { kind: "SendFrame", text, socket });
  }

  #received(text: string): void | Promise<void> {
    const parsed = parseFrame(text);
    switch (parsed.kind) {
      case "ignored":
        if (parsed.invalid) this.#raise("InvalidMessages", parsed.why);
        return this.#self.trace("IgnoreFrame", { why: parsed.why });
      case "refused":
        this.#raise("InvalidMessages", parsed.why);
        return this.#mayAnswer() ? this.#send(formatCallError(parsed.answer)) : undefined;
      case "frame":
        return parsed.frame.kind === "Call" ? this.#asked(parsed.frame) : this.#concluded(parsed.frame);
    }
  }

  #asked(call: Call): void {
    if (this.#mayAnswer()) this.#incoming.asked(call);
  }

  #mayAnswer(): boolean {
    const may = mayAnswer(this.#online.registration());
    if (!may) this.#self.trace("IgnoreFrame", { why: "registration is Rejected" });
    return may;
  }

  #concluded(frame: CallResult | CallError): void | Promise<void> {
    const cargo = this.#flight.cargo(frame.id);
    // Of an earlier connection, answered twice, or after its time-out: nobody waits for it any more.
    if (cargo === null) {
      // One that comes late is the network's; a second one is not.
      if (this.#answered.has(frame.id)) {
        this.#raise("AttemptedReplayAttacks", "a second answer to the same CALL on this connection");
      }
      return this.#self.trace("IgnoreFrame", { why: `nobody waits for answer ${frame.id}` });
    }
    this.#answered.add(frame.id);
    this.#isPeerTried = true;
    const { action } = callOf(cargo);
    const outcome = callOutcome(action, frame);
    if (frame.kind === "CallResult" && outcome.kind === "error") {
      this.#raise("InvalidMessages", `the answer to ${action}: ${outcome.errorDescription}`);
    }
    if (action === "BootNotification" && outcome.kind === "result") {
      this.#online.bootAnswered((outcome.payload as BootNotificationResponse).status);
      this.#heardOfBoot(outcome);
    }
    return this.#finish(outcome);
  }

  #raise(type: "InvalidMessages" | "AttemptedReplayAttacks", techInfo: string): void {
    this.#self.send(this.#parts.securityLog, { kind: "SecurityEventRaised", type, techInfo });
  }

  /** The end of what is in flight, one way or another; then the next. */
  #finish(outcome: Concluded): void | Promise<void> {
    const cargo = this.#flight.end();
    if (cargo === null) return;
    this.#wasUnanswered = cargo.kind === "call" && outcome.kind === "timeout";
    if (cargo.kind === "delivery") return this.#delivered(cargo.delivery, outcome);
    cargo.call.reply(outcome);
    return this.#pump();
  }

  async #delivered(delivery: OnItsWay, outcome: Concluded): Promise<void> {
    await this.#delivery.concluded(delivery, outcome, this.#settings);
    await this.#pump();
  }
}
