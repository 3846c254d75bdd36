/**
 * The station actor owns the charge point as a whole: its registration, heartbeat, reset and connector 0. It lives as long as
 * the connection's branch, and resumes its registration from the store when it is restarted.
 *
 * Law: BootNotification once a boot until it is accepted, and nothing else before that (OCPP 1.6 §4.2).
 */
import type { Board } from "../hal/board.ts";
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Host, RestartKind } from "../hal/host.ts";
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import { remoteStartConnector } from "../protocol/authorization.ts";
import { backoffMs } from "../protocol/backoff.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { Fault } from "../protocol/connector.ts";
import type {
  BootNotificationRequest,
  BootNotificationResponse,
  HeartbeatResponse,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ResetRequest,
} from "../protocol/messages/core.ts";
import type { TriggerMessageRequest } from "../protocol/messages/remote_trigger.ts";
import type { CallClass, Registration, RegistrationLimits } from "../protocol/registration.ts";
import { answeredBoot } from "../protocol/registration.ts";
import type { Triggered } from "../protocol/remote_trigger.ts";
import { trigger } from "../protocol/remote_trigger.ts";
import {
  answerKey,
  AnswerRecord,
  keys,
  readRecord,
  RegistrationRecord,
  TransactionRecord,
} from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { ConfigurationMessage, SettingsChanged } from "./configuration.ts";
import { readSettings } from "./configuration.ts";
import type { ConnectorChanged, ConnectorMessage } from "./connector.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import { sendCall } from "./outbox.ts";
import type { StatusDelivered, StatusReport } from "./status_reporter.ts";
import { StatusReporter } from "./status_reporter.ts";

export type StationMessage =
  | { readonly kind: "LinkChanged"; readonly up: boolean }
  | { readonly kind: "BootDue" }
  | { readonly kind: "BootConcluded"; readonly outcome: Outcome<CallOutcome<BootNotificationResponse>> }
  | { readonly kind: "HeartbeatDue" }
  | { readonly kind: "HeartbeatConcluded"; readonly outcome: Outcome<CallOutcome<HeartbeatResponse>> }
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null }
  | ConnectorChanged
  | StatusDelivered
  | {
    readonly kind: "RemoteStart";
    readonly request: RemoteStartTransactionRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "RemoteStop";
    readonly request: RemoteStopTransactionRequest;
    readonly reply: Reply<Answer>;
  }
  /** A connector has said whether it accepts; nobody there, or no word from it, counts as a refusal. */
  | { readonly kind: "ConnectorAnswered"; readonly outcome: Outcome<boolean>; readonly reply: Reply<Answer> }
  | {
    readonly kind: "TriggerMessage";
    readonly request: TriggerMessageRequest;
    readonly reply: Reply<Answer>;
  }
  | { readonly kind: "Reset"; readonly request: ResetRequest; readonly reply: Reply<Answer> }
  | { readonly kind: "ConnectorStopped"; readonly then: RestartKind }
  | { readonly kind: "Drained"; readonly then: RestartKind }
  | SettingsChanged;

export interface StationParts {
  readonly address: Address<StationMessage>;
  readonly identity: BootNotificationRequest;
  readonly boot: number;
  readonly limits: RegistrationLimits;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly store: Store;
  readonly table: KeyTable;
  readonly board: Board;
  readonly host: Host;
  readonly configuration: Address<ConfigurationMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

/** When BootNotification got no answer, or an error. */
const bootRetry = { initialMs: 10_000, maxMs: 300_000 };
const callTimeoutMs = 60_000;
const connectorTimeoutMs = 15_000;
/** A reset waits no longer for StopTransaction.conf: the message stays in the store (OCPP 1.6 §4.10). */
const drainTimeoutMs = 10_000;

export function stationActor(parts: StationParts): ActorSpec<StationMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const entry = await store.get(keys.registration);
      const record = entry === null ? null : readRecord(RegistrationRecord, entry);
      const registration = record?.boot === parts.boot ? record.registration : "Unregistered";
      return new StationBehaviour(self, store, parts, settings, registration);
    },
  };
}

class StationBehaviour implements Behaviour<StationMessage> {
  readonly #self: Self<StationMessage>;
  readonly #store: Store;
  readonly #parts: StationParts;
  readonly #candidates = new Map<number, Candidate>();
  readonly #reporter: StatusReporter;
  #settings: Settings;
  #registration: Registration;
  #linkUp = false;
  #booting = false;
  #bootFailures = 0;
  #bootDueMs = 0;
  #fault: Fault | null;
  #cancelHeartbeat: Cancel = () => {};
  #lastHeartbeat: string | null = null;
  /** Connectors that a reset still waits for. */
  #stopping = 0;

  constructor(
    self: Self<StationMessage>,
    store: Store,
    parts: StationParts,
    settings: Settings,
    registration: Registration,
  ) {
    this.#self = self;
    this.#store = store;
    this.#parts = parts;
    this.#settings = settings;
    this.#registration = registration;
    this.#fault = parts.board.stationFault();
    this.#reporter = new StatusReporter(self, parts.clock, parts.outbox);
    self.send(parts.outbox, { kind: "RegistrationChanged", registration });
    self.send(parts.outbox, { kind: "AnnounceLink" });
    for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
    if (registration === "Accepted") this.#armHeartbeat();
  }

  receive(message: StationMessage): void | Promise<void> {
    switch (message.kind) {
      case "LinkChanged":
        return this.#linkChanged(message.up);
      case "BootDue":
        return this.#bootWhenDue();
      case "BootConcluded":
        return this.#booted(message.outcome);
      case "HeartbeatDue":
        this.#armHeartbeat();
        return this.#heartbeat("ordinary");
      case "HeartbeatConcluded":
        if (message.outcome.kind === "reply" && message.outcome.value.kind === "result") {
          this.#lastHeartbeat = message.outcome.value.payload.currentTime;
        }
        return;
      case "StationFaultChanged":
        this.#fault = message.fault;
        return this.#reporter.changed(this.#report());
      case "ConnectorChanged":
        this.#candidates.set(message.candidate.connectorId, message.candidate);
        return;
      case "StatusDelivered":
        return this.#reporter.concluded(message);
      case "RemoteStart":
        return this.#remoteStart(message.request, message.reply);
      case "RemoteStop":
        return this.#remoteStop(message.request.transactionId, message.reply);
      case "ConnectorAnswered": {
        const accepted = message.outcome.kind === "reply" && message.outcome.value;
        return message.reply(result(accepted ? "Accepted" : "Rejected"));
      }
      case "TriggerMessage":
        return this.#trigger(message.request, message.reply);
      case "Reset":
        message.reply(result("Accepted"));
        return this.#stopConnectors(message.request.type);
      case "ConnectorStopped":
        this.#stopping -= 1;
        return this.#stopping === 0 ? this.#drain(message.then) : undefined;
      case "Drained":
        this.#self.trace("Restart", { kind: message.then });
        return this.#parts.host.restart(message.then);
      case "SettingsChanged":
        return this.#settingsChanged(message.settings);
    }
  }

  inspect(): unknown {
    return {
      registration: this.#registration,
      linkUp: this.#linkUp,
      heartbeatIntervalS: this.#settings.HeartbeatInterval,
      lastHeartbeat: this.#lastHeartbeat,
      fault: this.#fault,
    };
  }

  #linkChanged(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    if (!up) return;
    if (this.#registration === "Accepted") this.#reportAll(false);
    else this.#bootWhenDue();
  }

  #bootWhenDue(): void {
    const early = this.#parts.clock.monotonicMs() < this.#bootDueMs;
    if (this.#registration === "Accepted" || !this.#linkUp || this.#booting || early) return;
    this.#sendBoot();
  }

  #sendBoot(): void {
    this.#booting = true;
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<BootNotificationResponse>>) =>
        sendCall("BootNotification", this.#parts.identity, "boot", reply),
      callTimeoutMs,
      (outcome) => ({ kind: "BootConcluded", outcome }),
    );
  }

  async #booted(outcome: Outcome<CallOutcome<BootNotificationResponse>>): Promise<void> {
    this.#booting = false;
    const call = outcome.kind === "reply" ? outcome.value : null;
    if (call?.kind !== "result") {
      this.#bootFailures += 1;
      return this.#bootAgain(backoffMs(bootRetry, this.#bootFailures, this.#parts.entropy.fraction("boot")));
    }
    this.#bootFailures = 0;
    const answer = { status: call.payload.status, intervalS: call.payload.interval };
    const next = answeredBoot(answer, this.#parts.limits);
    const accepted = next.registration === "Accepted" && this.#registration !== "Accepted";
    await this.#register(next.registration);
    if (next.bootAgainAfterMs !== undefined) this.#bootAgain(next.bootAgainAfterMs);
    if (!accepted) return;
    if (next.heartbeatIntervalS !== undefined) {
      this.#settings = { ...this.#settings, HeartbeatInterval: next.heartbeatIntervalS };
      this.#self.send(this.#parts.configuration, {
        kind: "AdoptHeartbeatInterval",
        intervalS: next.heartbeatIntervalS,
      });
    }
    this.#armHeartbeat();
    this.#reportAll(true);
  }

  async #register(registration: Exclude<Registration, "Unregistered">): Promise<void> {
    this.#registration = registration;
    const record: RegistrationRecord = { boot: this.#parts.boot, registration };
    // Not durable it costs one BootNotification more after a crash of this actor, and nothing else.
    await this.#store.commit({ sets: [{ key: keys.registration, value: record }] });
    this.#self.send(this.#parts.outbox, { kind: "RegistrationChanged", registration });
  }

  #bootAgain(afterMs: number): void {
    this.#bootDueMs = this.#parts.clock.monotonicMs() + afterMs;
    this.#self.after(afterMs, { kind: "BootDue" });
  }

  #heartbeat(callClass: CallClass): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<HeartbeatResponse>>) => sendCall("Heartbeat", {}, callClass, reply),
      callTimeoutMs,
      (outcome) => ({ kind: "HeartbeatConcluded", outcome }),
    );
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat();
    const intervalMs = this.#settings.HeartbeatInterval * 1_000;
    this.#cancelHeartbeat = this.#self.after(intervalMs, { kind: "HeartbeatDue" });
  }

  #settingsChanged(settings: Settings): void {
    const rearm = settings.HeartbeatInterval !== this.#settings.HeartbeatInterval;
    this.#settings = settings;
    if (rearm && this.#registration === "Accepted") this.#armHeartbeat();
  }

  #reportAll(always: boolean): void {
    if (always) this.#reporter.again(this.#report(), "ordinary");
    else this.#reporter.changed(this.#report());
    for (const connector of this.#parts.connectors.values()) {
      this.#self.send(connector, { kind: "ReportStatus", always, callClass: "ordinary" });
    }
  }

  #report(): StatusReport {
    return this.#fault === null
      ? { connectorId: 0, status: "Available", errorCode: "NoError" }
      : { connectorId: 0, status: "Faulted", ...this.#fault };
  }

  #remoteStart(request: RemoteStartTransactionRequest, reply: Reply<Answer>): void {
    const connectorId = request.connectorId ?? remoteStartConnector([...this.#candidates.values()]);
    // spec/behaviour.md §1: while Pending a remote start is not allowed.
    const connector = connectorId === null || this.#registration !== "Accepted"
      ? undefined
      : this.#parts.connectors.get(connectorId);
    if (connector === undefined) return reply(result("Rejected"));
    this.#self.ask(
      connector,
      (answered: Reply<boolean>) => ({ kind: "RemoteStart", idTag: request.idTag, reply: answered }),
      connectorTimeoutMs,
      (outcome) => ({ kind: "ConnectorAnswered", outcome, reply }),
    );
  }

  /** The store knows which open transaction has this id; a view of our own might not have heard of it yet. */
  async #remoteStop(transactionId: number, reply: Reply<Answer>): Promise<void> {
    if (this.#registration !== "Accepted") return reply(result("Rejected"));
    for (const entry of await this.#store.list(keys.transactions)) {
      const { localId } = readRecord(TransactionRecord, entry);
      const answer = await this.#store.get(answerKey(localId));
      const connector = this.#parts.connectors.get(Number(entry.key[1]));
      if (answer === null || connector === undefined) continue;
      if (readRecord(AnswerRecord, answer).transactionId !== transactionId) continue;
      return this.#self.ask(
        connector,
        (answered: Reply<boolean>) => ({ kind: "RemoteStop", localId, reply: answered }),
        connectorTimeoutMs,
        (outcome) => ({ kind: "ConnectorAnswered", outcome, reply }),
      );
    }
    reply(result("Rejected"));
  }

  #trigger(request: TriggerMessageRequest, reply: Reply<Answer>): void {
    const answer = trigger(request, this.#registration, this.#parts.connectors.size);
    reply(result(answer.status));
    if (answer.triggered !== undefined) this.#sendTriggered(answer.triggered);
  }

  #sendTriggered(triggered: Triggered): void {
    switch (triggered.kind) {
      case "BootNotification":
        return this.#booting ? undefined : this.#sendBoot();
      case "Heartbeat":
        return this.#heartbeat("triggered");
      case "StatusNotification":
        for (const connectorId of triggered.connectorIds) {
          const connector = this.#parts.connectors.get(connectorId);
          if (connector === undefined) this.#reporter.again(this.#report(), "triggered");
          else this.#self.send(connector, { kind: "ReportStatus", always: true, callClass: "triggered" });
        }
        return;
      case "MeterValues":
        for (const connectorId of triggered.connectorIds) {
          const connector = this.#parts.connectors.get(connectorId);
          if (connector !== undefined) this.#self.send(connector, { kind: "TriggerMeterValues" });
        }
    }
  }

  /** §5.14: transactions are stopped and reported before the restart, as far as the link allows. */
  #stopConnectors(kind: RestartKind): void {
    if (this.#stopping > 0) return;
    const reason = kind === "Soft" ? "SoftReset" : "HardReset";
    this.#stopping = this.#parts.connectors.size;
    for (const connector of this.#parts.connectors.values()) {
      this.#self.ask(
        connector,
        (reply: Reply<null>) => ({ kind: "StopTransaction", reason, reply }),
        connectorTimeoutMs,
        () => ({ kind: "ConnectorStopped", then: kind }),
      );
    }
  }

  #drain(kind: RestartKind): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<null>) => ({ kind: "Drain", reply }),
      drainTimeoutMs,
      () => ({ kind: "Drained", then: kind }),
    );
  }
}

function result(status: string): Answer {
  return { kind: "result", payload: { status } };
}
