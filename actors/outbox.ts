/**
 * The outbox actor owns the order of the wire: one CALL in flight, transaction messages from the store, time-outs, retries.
 *
 * Law: a transaction message leaves the store in the same commit that records its answer, and not before (house rule 1).
 * What the central system asks is handed to the actor that answers it (`routes.ts`); its answer goes out in the order it came.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { ChargePointAction } from "../protocol/actions.ts";
import type { Next } from "../protocol/call_queue.ts";
import { next, retry } from "../protocol/call_queue.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { Call, CallError, CallResult } from "../protocol/frame.ts";
import { formatCall, formatCallError, parseFrame } from "../protocol/frame.ts";
import type { Registration } from "../protocol/registration.ts";
import { mayAnswer, maySend } from "../protocol/registration.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import { callOutcome } from "../protocol/answer.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { SettingsChanged } from "./configuration.ts";
import { readSettings } from "./settings.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { CallAnswered } from "./incoming_calls.ts";
import { IncomingCalls } from "./incoming_calls.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LinkMessage } from "./link.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { Route } from "./routes.ts";
import type { SendCall } from "./send_call.ts";
import type { StationMessage } from "./station.ts";
import type { Delivery, QueueListener, TransactionQueue } from "./transaction_queue.ts";
import { openTransactionQueue, tellOpenAnswered } from "./transaction_queue.ts";
import type { Store } from "../storage/store.ts";
import type { ConnectorMessage } from "./connector_message.ts";

export type OutboxMessage =
  | { readonly kind: "LinkUp" }
  | { readonly kind: "LinkDown" }
  | { readonly kind: "AnnounceLink" }
  | { readonly kind: "FrameReceived"; readonly text: string }
  | { readonly kind: "RegistrationChanged"; readonly registration: Registration }
  | SendCall
  /** A hint: the store holds a transaction message more. */
  | { readonly kind: "TransactionMessageQueued" }
  | CallAnswered
  | { readonly kind: "AnswerDue"; readonly id: string; readonly sentMs: number }
  /** The link has heard the peer since, so it is there and has not answered. */
  | { readonly kind: "CallTimedOut"; readonly id: string }
  | { readonly kind: "RetryDue" }
  /** Replies whether the central system can be asked now: there is a link, and it has accepted this charge point. */
  | { readonly kind: "TellOnline"; readonly reply: Reply<boolean> }
  /** Replies when no transaction message waits any more, or when there is no link to send one on. */
  | { readonly kind: "Drain"; readonly reply: Reply<null> }
  | SettingsChanged;

export interface OutboxParts {
  readonly address: Address<OutboxMessage>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: Store;
  readonly table: KeyTable;
  readonly link: Address<LinkMessage>;
  readonly station: Address<StationMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  readonly route: Route;
}

/** CALLs of our own that wait; beyond it the oldest answer is `offline`, and its sender decides. */
const waitingMax = 200;

type InFlight =
  | { readonly id: string; readonly kind: "call"; readonly call: SendCall; readonly cancel: Cancel }
  | { readonly id: string; readonly kind: "delivery"; readonly delivery: Delivery; readonly cancel: Cancel };

export function outboxActor(parts: OutboxParts): ActorSpec<OutboxMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const listener: QueueListener = {
        startAnswered: (localId, connectorId, answer) => {
          const connector = parts.connectors.get(connectorId);
          if (connector !== undefined) self.send(connector, { kind: "StartAnswered", localId, ...answer });
        },
        idTagInfoReceived: (idTag, info) => {
          self.send(parts.authorizer, { kind: "IdTagInfoReceived", idTag, info });
        },
        damaged: tracingDamaged(self),
      };
      const queue = await openTransactionQueue(store, settings.StopTransactionMaxMeterValues, listener);
      if (self.incarnation > 0) {
        await tellOpenAnswered(store, listener);
        // Nobody remembers what the predecessor had in flight: both sides begin again on a fresh connection.
        self.send(parts.link, { kind: "Reconnect", why: "outbox restarted" });
      }
      return new OutboxBehaviour(self, parts, settings, queue);
    },
  };
}

class OutboxBehaviour implements Behaviour<OutboxMessage> {
  readonly #self: Self<OutboxMessage>;
  readonly #parts: OutboxParts;
  readonly #queue: TransactionQueue;
  readonly #waiting: SendCall[] = [];
  readonly #incoming: IncomingCalls;
  readonly #draining: Reply<null>[] = [];
  #settings: Settings;
  #linkUp = false;
  #registration: Registration = "Unregistered";
  #inFlight: InFlight | null = null;
  #retryAtMs = 0;
  #cancelRetry: Cancel = () => {};

  constructor(self: Self<OutboxMessage>, parts: OutboxParts, settings: Settings, queue: TransactionQueue) {
    this.#self = self;
    this.#parts = parts;
    this.#settings = settings;
    this.#queue = queue;
    this.#incoming = new IncomingCalls(self, parts.route, (text) => this.#send(text));
  }

  receive(message: OutboxMessage): void | Promise<void> {
    switch (message.kind) {
      case "LinkUp":
        this.#linkUp = true;
        this.#announceLink();
        return this.#pump();
      case "LinkDown":
        return this.#linkLost();
      case "AnnounceLink":
        return this.#announceLink();
      case "FrameReceived":
        return this.#received(message.text);
      case "RegistrationChanged":
        // No pump: each connector's report comes next, and before the transaction messages that wait (spec/behaviour.md §1).
        this.#registration = message.registration;
        return;
      case "SendCall":
        return this.#enqueue(message);
      case "TransactionMessageQueued":
        this.#queue.hint();
        return this.#pump();
      case "CallAnswered":
        this.#incoming.answered(message);
        return this.#pump();
      case "AnswerDue":
        if (this.#inFlight?.id !== message.id) return;
        this.#self.send(this.#parts.link, { kind: "AnswerOverdue", id: message.id, sentMs: message.sentMs });
        return;
      case "CallTimedOut":
        return this.#inFlight?.id === message.id ? this.#finish({ kind: "timeout" }) : undefined;
      case "RetryDue":
        return this.#pump();
      case "TellOnline":
        return message.reply(this.#linkUp && this.#registration === "Accepted");
      case "Drain":
        this.#draining.push(message.reply);
        return this.#pump();
      case "SettingsChanged":
        this.#settings = message.settings;
        return;
    }
  }

  inspect(): unknown {
    return {
      linkUp: this.#linkUp,
      registration: this.#registration,
      inFlight: this.#inFlight === null ? null : this.#inFlight.id,
      waiting: this.#waiting.length,
      transactionMessages: this.#queue.length(),
      parked: this.#queue.parked(),
    };
  }

  #enqueue(call: SendCall): void | Promise<void> {
    // What may not be said now is not said later either: by then it may not be true (spec/behaviour.md §1, §2).
    const may = this.#linkUp && maySend(this.#registration, call.callClass);
    if (!may || this.#waiting.length >= waitingMax) return call.reply({ kind: "offline" });
    this.#waiting.push(call);
    return this.#pump();
  }

  #announceLink(): void {
    const { station, profileScheduler } = this.#parts;
    this.#self.send(station, { kind: "LinkChanged", up: this.#linkUp });
    this.#self.send(profileScheduler, { kind: "LinkChanged", up: this.#linkUp });
  }

  async #linkLost(): Promise<void> {
    this.#linkUp = false;
    this.#announceLink();
    this.#incoming.forget();
    await this.#finish({ kind: "offline" });
    for (const call of this.#waiting.splice(0)) call.reply({ kind: "offline" });
    this.#drained();
  }

  /** Sends what may go now. Awaits the store only when a transaction message is next. */
  #pump(): void | Promise<void> {
    const choice = this.#choose();
    switch (choice.kind) {
      case "call":
        return this.#sendWaiting(choice.index);
      case "transactionMessage":
        return this.#sendTransactionMessage();
      case "nothing":
        this.#cancelRetry();
        if (choice.wakeMs !== null) {
          this.#cancelRetry = this.#self.after(choice.wakeMs - this.#parts.clock.monotonicMs(), {
            kind: "RetryDue",
          });
        }
        return this.#drained();
    }
  }

  #choose(): Next {
    const wire = {
      linkUp: this.#linkUp,
      // The conf of a question goes before what follows from it, whoever is quicker to be here (messages.md §3, TC_012).
      inFlight: this.#inFlight !== null || this.#incoming.underWay(),
      registration: this.#registration,
      waiting: this.#waiting.map((call) => call.callClass),
      transactionMessageDueMs: this.#queue.length() > 0 ? this.#retryAtMs : null,
    };
    return next(wire, this.#parts.clock.monotonicMs());
  }

  #drained(): void {
    if (this.#linkUp && this.#queue.length() > 0) return;
    for (const reply of this.#draining.splice(0)) reply(null);
  }

  #sendWaiting(index: number): void {
    const [call] = this.#waiting.splice(index, 1);
    if (call === undefined) return;
    const id = this.#sendFrame(call.action, call.payload);
    this.#inFlight = { id, kind: "call", call, cancel: this.#armTimeout(id) };
  }

  async #sendTransactionMessage(): Promise<void> {
    const delivery = await this.#queue.head();
    if (delivery === null) return this.#pump();
    const id = this.#sendFrame(delivery.call.action, delivery.call.payload);
    this.#inFlight = { id, kind: "delivery", delivery, cancel: this.#armTimeout(id) };
  }

  #sendFrame(action: ChargePointAction, payload: unknown): string {
    const id = this.#parts.entropy.uuid("messageId");
    this.#send(formatCall({ kind: "Call", id, action, payload }));
    return id;
  }

  #send(text: string): void {
    this.#self.send(this.#parts.link, { kind: "SendFrame", text });
  }

  #armTimeout(id: string): Cancel {
    const sentMs = this.#parts.clock.monotonicMs();
    return this.#self.after(this.#settings.MessageTimeout * 1_000, { kind: "AnswerDue", id, sentMs });
  }

  #received(text: string): void | Promise<void> {
    const parsed = parseFrame(text);
    switch (parsed.kind) {
      case "ignored":
        return this.#self.trace("IgnoreFrame", { why: parsed.why });
      case "refused":
        return this.#send(formatCallError(parsed.answer));
      case "frame":
        return parsed.frame.kind === "Call" ? this.#asked(parsed.frame) : this.#concluded(parsed.frame);
    }
  }

  #asked(call: Call): void {
    if (mayAnswer(this.#registration)) this.#incoming.asked(call);
    else this.#self.trace("IgnoreFrame", { why: "registration is Rejected" });
  }

  #concluded(frame: CallResult | CallError): void | Promise<void> {
    const inFlight = this.#inFlight;
    // Of an earlier connection, answered twice, or after its time-out: nobody waits for it any more.
    if (inFlight?.id !== frame.id) {
      return this.#self.trace("IgnoreFrame", { why: `nobody waits for answer ${frame.id}` });
    }
    const action = inFlight.kind === "call" ? inFlight.call.action : inFlight.delivery.call.action;
    return this.#finish(callOutcome(action, frame));
  }

  /** The end of what is in flight, one way or another; then the next. */
  #finish(outcome: CallOutcome<unknown>): void | Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = null;
    if (inFlight === null) return;
    inFlight.cancel();
    switch (inFlight.kind) {
      case "call":
        inFlight.call.reply(outcome);
        return this.#pump();
      case "delivery":
        return this.#delivered(inFlight.delivery, outcome);
    }
  }

  async #delivered(delivery: Delivery, outcome: CallOutcome<unknown>): Promise<void> {
    const settings = this.#settings;
    switch (outcome.kind) {
      case "offline":
        // A lost link is nobody's refusal: it is not counted (decision D-offline-attempts).
        return;
      case "result": {
        const settled = await this.#queue.answered(delivery, outcome.payload);
        // The medium refuses: the same message goes again later, and its content tells the central system that it is the same.
        this.#retryAtMs = settled
          ? 0
          : this.#parts.clock.monotonicMs() + settings.TransactionMessageRetryInterval * 1_000;
        break;
      }
      case "error":
      case "timeout": {
        const failures = delivery.failures + 1;
        const decision = retry(
          failures,
          settings.TransactionMessageAttempts,
          settings.TransactionMessageRetryInterval,
        );
        this.#self.trace("TransactionMessageFailed", {
          action: delivery.call.action,
          failures,
          decision,
          outcome,
        });
        const parked = decision.kind === "park" && await this.#queue.park(delivery);
        if (!parked) await this.#queue.failed(delivery, failures);
        const afterMs = decision.kind === "again"
          ? decision.afterMs
          : settings.TransactionMessageRetryInterval * 1_000;
        this.#retryAtMs = parked ? 0 : this.#parts.clock.monotonicMs() + afterMs;
        break;
      }
    }
    return this.#pump();
  }
}
