/**
 * The station actor owns the charge point as a whole: its registration, heartbeat, reset and connector 0. It lives as long as
 * the connection's branch, and resumes its registration from the store when it is restarted.
 *
 * Law: BootNotification once a boot until it is accepted, and nothing else before that (OCPP 1.6 §4.2).
 */
import type { Board } from "../hal/board.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Host } from "../hal/host.ts";
import type { Answer, CallOutcome } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import { backoffMs } from "../protocol/backoff.ts";
import { clockToSet } from "../protocol/clock_setting.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { Fault } from "../protocol/connector_facts.ts";
import type {
  BootNotificationRequest,
  BootNotificationResponse,
  ChangeAvailabilityRequest,
  HeartbeatResponse,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ResetRequest,
  UnlockConnectorRequest,
} from "../protocol/messages/core.ts";
import type { TriggerMessageRequest } from "../protocol/messages/remote_trigger.ts";
import type { CallClass, Registration, RegistrationLimits } from "../protocol/registration.ts";
import { answeredBoot } from "../protocol/registration.ts";
import type { Triggered } from "../protocol/remote_trigger.ts";
import { trigger } from "../protocol/remote_trigger.ts";
import type { ClockRecord } from "../storage/records.ts";
import { keptRecord, keys, RegistrationRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { ConfigurationMessage, SettingsChanged } from "./configuration.ts";
import { readSettings } from "./settings.ts";
import type { AvailabilityBook } from "./availability.ts";
import { openAvailability } from "./availability.ts";
import type { ConnectorChanged, ConnectorMessage, UnlockAnswer } from "./connector_message.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ConnectorAnswered, ProfileOffered } from "./remote_transactions.ts";
import { RemoteTransactions } from "./remote_transactions.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { RestartBook } from "./restart_book.ts";
import { openRestartBook } from "./restart_book.ts";
import type { RestartStep } from "./restarting.ts";
import { Restarting } from "./restarting.ts";
import { sendCall } from "./send_call.ts";
import type { AvailabilityAnswered } from "./station_availability.ts";
import { StationAvailability } from "./station_availability.ts";
import type { StatusStable } from "./stable_status.ts";
import { StableStatus } from "./stable_status.ts";
import type { StatusDelivered, StatusReport } from "./status_reporter.ts";

export type StationMessage =
  | { readonly kind: "LinkChanged"; readonly up: boolean }
  | { readonly kind: "BootDue" }
  | { readonly kind: "BootConcluded"; readonly outcome: Outcome<CallOutcome<BootNotificationResponse>> }
  | { readonly kind: "HeartbeatDue" }
  | { readonly kind: "HeartbeatConcluded"; readonly outcome: Outcome<CallOutcome<HeartbeatResponse>> }
  | { readonly kind: "TransferStatusTold" }
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null }
  /** The central system has said another thing of an idTag than its list (§3.5.2). */
  | { readonly kind: "LocalListConflict" }
  | ConnectorChanged
  | StatusDelivered
  | StatusStable
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
  | ProfileOffered
  | ConnectorAnswered
  | {
    readonly kind: "TriggerMessage";
    readonly request: TriggerMessageRequest;
    readonly reply: Reply<Answer>;
  }
  | { readonly kind: "Reset"; readonly request: ResetRequest; readonly reply: Reply<Answer> }
  | RestartStep
  | {
    readonly kind: "ChangeAvailability";
    readonly request: ChangeAvailabilityRequest;
    readonly reply: Reply<Answer>;
  }
  | AvailabilityAnswered
  | {
    readonly kind: "UnlockConnector";
    readonly request: UnlockConnectorRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "UnlockConcluded";
    readonly outcome: Outcome<UnlockAnswer>;
    readonly reply: Reply<Answer>;
  }
  | SettingsChanged;

export interface StationParts {
  readonly address: Address<StationMessage>;
  readonly identity: BootNotificationRequest;
  readonly boot: number;
  readonly limits: RegistrationLimits;
  readonly clock: Clock;
  readonly civilTime: CivilTime;
  readonly entropy: Entropy;
  readonly store: Store;
  readonly table: KeyTable;
  readonly board: Board;
  readonly host: Host;
  readonly configuration: Address<ConfigurationMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  /** The feature profile is on. */
  readonly smartCharging: boolean;
}

/** When BootNotification got no answer, or an error. */
const bootRetry = { initialMs: 10_000, maxMs: 300_000 };
const callTimeoutMs = 60_000;
const connectorTimeoutMs = 15_000;

export function stationActor(parts: StationParts): ActorSpec<StationMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const damaged = tracingDamaged(self);
      const record = await keptRecord(store, keys.registration, RegistrationRecord, damaged);
      const resumed = record?.boot === parts.boot ? record : null;
      const availability = await openAvailability(store, 0, damaged);
      const restart = await openRestartBook(store, parts.boot, damaged);
      return new StationBehaviour(self, store, parts, { settings, resumed, availability, restart });
    },
  };
}

/** What an incarnation reads from the store at its start. */
interface Kept {
  readonly settings: Settings;
  /** Of this boot; null before its first answer. */
  readonly resumed: RegistrationRecord | null;
  readonly availability: AvailabilityBook;
  readonly restart: RestartBook;
}

class StationBehaviour implements Behaviour<StationMessage> {
  readonly #self: Self<StationMessage>;
  readonly #store: Store;
  readonly #parts: StationParts;
  readonly #candidates = new Map<number, Candidate>();
  readonly #reporter: StableStatus;
  readonly #remote: RemoteTransactions;
  readonly #restarting: Restarting;
  readonly #availability: StationAvailability;
  #settings: Settings;
  #registration: Registration;
  #linkUp = false;
  #booting = false;
  #bootFailures = 0;
  #bootDueMs = 0;
  #fault: Fault | null;
  #cancelHeartbeat: Cancel = () => {};
  #lastHeartbeat: string | null = null;

  constructor(
    self: Self<StationMessage>,
    store: Store,
    parts: StationParts,
    { settings, resumed, availability, restart }: Kept,
  ) {
    this.#self = self;
    this.#store = store;
    this.#parts = parts;
    this.#settings = settings;
    this.#registration = resumed?.registration ?? "Unregistered";
    this.#fault = parts.board.stationFault();
    this.#reporter = new StableStatus(self, {
      ...parts,
      minimumS: () => this.#settings.MinimumStatusDuration,
    });
    this.#remote = new RemoteTransactions(self, { ...parts, store });
    this.#restarting = new Restarting(self, { ...parts, book: restart });
    this.#availability = new StationAvailability(self, { ...parts, book: availability });
    self.send(parts.outbox, { kind: "RegistrationChanged", registration: this.#registration });
    self.send(parts.outbox, { kind: "AnnounceLink" });
    for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
    if (this.#registration === "Accepted") this.#armHeartbeat();
    if (resumed?.bootDueMonotonicMs !== undefined) this.#bootAgainAt(resumed.bootDueMonotonicMs);
    this.#restarting.begin();
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
        // Reports that a slow peer has not answered: only they are sent again.
        this.#reportAll(false);
        return this.#heartbeat("ordinary");
      case "HeartbeatConcluded": {
        const call = message.outcome.kind === "reply" ? message.outcome.value : null;
        if (call?.kind !== "result") return;
        this.#lastHeartbeat = call.payload.currentTime;
        return this.#setClock(call.payload.currentTime);
      }
      case "TransferStatusTold":
        return;
      case "StationFaultChanged":
        this.#fault = message.fault;
        return this.#reporter.changed(this.#report());
      case "LocalListConflict":
        return this.#reporter.again({ ...this.#report(), errorCode: "LocalListConflict" }, "ordinary");
      case "ConnectorChanged":
        this.#candidates.set(message.candidate.connectorId, message.candidate);
        return;
      case "StatusDelivered":
        return this.#reporter.concluded(message);
      case "StatusStable":
        return this.#reporter.stable(message);
      case "RemoteStart":
        // spec/behaviour.md §1: not while Pending.
        return this.#registration === "Accepted"
          ? this.#remote.start(message.request, [...this.#candidates.values()], message.reply)
          : message.reply(statusAnswer("Rejected"));
      case "RemoteStop":
        return this.#registration === "Accepted"
          ? this.#remote.stop(message.request.transactionId, message.reply)
          : message.reply(statusAnswer("Rejected"));
      case "ProfileOffered":
        return this.#remote.profileOffered(message);
      case "ConnectorAnswered":
        return this.#remote.answered(message);
      case "TriggerMessage":
        return this.#trigger(message.request, message.reply);
      case "ChangeAvailability":
        return this.#availability.change(message.request, message.reply);
      case "AvailabilityAnswered":
        this.#availability.answered(message);
        return this.#reporter.changed(this.#report());
      case "UnlockConnector":
        return this.#unlock(message.request.connectorId, message.reply);
      case "UnlockConcluded":
        return message.reply(
          statusAnswer(message.outcome.kind === "reply" ? message.outcome.value : "UnlockFailed"),
        );
      case "Reset":
        return this.#reset(message.request, message.reply);
      case "ConnectorStopped":
      case "Drained":
      case "RestartOverdue":
        return this.#restartStep(() => this.#restarting.step(message, this.#settings.ResetRetries));
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
      const waitMs = backoffMs(bootRetry, this.#bootFailures, this.#parts.entropy.fraction("boot"));
      return this.#bootAgainAt(this.#parts.clock.monotonicMs() + waitMs);
    }
    this.#bootFailures = 0;
    await this.#setClock(call.payload.currentTime);
    const answer = { status: call.payload.status, intervalS: call.payload.interval };
    const next = answeredBoot(answer, this.#parts.limits);
    const accepted = next.registration === "Accepted" && this.#registration !== "Accepted";
    if (accepted && next.heartbeatIntervalS !== undefined) this.#adopt(next.heartbeatIntervalS);
    const bootDueMs = next.bootAgainAfterMs === undefined
      ? null
      : this.#parts.clock.monotonicMs() + next.bootAgainAfterMs;
    await this.#register(next.registration, bootDueMs);
    if (bootDueMs !== null) this.#bootAgainAt(bootDueMs);
    if (!accepted) return;
    this.#armHeartbeat();
    this.#reportAll(true);
  }

  /** Before the registration is stored: a crash between the two boots again, and hears of the interval again. */
  #adopt(intervalS: number): void {
    this.#settings = { ...this.#settings, HeartbeatInterval: intervalS };
    this.#self.send(this.#parts.configuration, { kind: "AdoptHeartbeatInterval", intervalS });
  }

  async #register(
    registration: Exclude<Registration, "Unregistered">,
    bootDueMs: number | null,
  ): Promise<void> {
    this.#registration = registration;
    const record: RegistrationRecord = {
      boot: this.#parts.boot,
      registration,
      ...(bootDueMs === null ? {} : { bootDueMonotonicMs: bootDueMs }),
    };
    // Not durable it costs one BootNotification more after a crash of this actor, and nothing else.
    await this.#store.commit({ sets: [{ key: keys.registration, value: record }] });
    this.#self.send(this.#parts.outbox, { kind: "RegistrationChanged", registration });
  }

  #bootAgainAt(dueMs: number): void {
    this.#bootDueMs = dueMs;
    this.#self.after(dueMs - this.#parts.clock.monotonicMs(), { kind: "BootDue" });
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
    this.#reporter.minimumChanged();
  }

  /** Connector 0 tells of a reset that has failed, until another is asked for. */
  async #restartStep(step: () => void | Promise<void>): Promise<void> {
    const before = this.#restarting.hasFailed();
    await step();
    if (this.#restarting.hasFailed() !== before) this.#reporter.changed(this.#report());
  }

  #reset({ type }: ResetRequest, reply: Reply<Answer>): Promise<void> {
    return this.#restartStep(async () => {
      await this.#restarting.accept(type);
      reply(statusAnswer("Accepted"));
      this.#restarting.begin();
    });
  }

  #reportAll(always: boolean): void {
    if (always) this.#reporter.again(this.#report(), "ordinary");
    else this.#reporter.changed(this.#report());
    for (const connector of this.#parts.connectors.values()) {
      this.#self.send(connector, { kind: "ReportStatus", always, callClass: "ordinary" });
    }
  }

  #report(): StatusReport {
    if (this.#fault !== null) return { connectorId: 0, status: "Faulted", ...this.#fault };
    const status = this.#availability.now() === "Inoperative" ? "Unavailable" : "Available";
    return { connectorId: 0, status, errorCode: this.#restarting.hasFailed() ? "ResetFailure" : "NoError" };
  }

  /** A connector that does not exist is NotSupported too (TC_031). */
  #unlock(connectorId: number, reply: Reply<Answer>): void {
    const connector = this.#parts.connectors.get(connectorId);
    if (connector === undefined) return reply(statusAnswer("NotSupported"));
    this.#self.ask(
      connector,
      (answered: Reply<UnlockAnswer>) => ({ kind: "UnlockConnector", reply: answered }),
      connectorTimeoutMs,
      (outcome) => ({ kind: "UnlockConcluded", outcome, reply }),
    );
  }

  /** The clock is set while a session runs, too: a transaction has its own time (spec/behaviour.md §17). */
  async #setClock(currentTime: string): Promise<void> {
    const { clock, civilTime, connectors, reservations, profileScheduler } = this.#parts;
    const setMs = clockToSet(currentTime, clock.wallMs());
    if (setMs !== null) {
      this.#self.trace("SetClock", { fromMs: clock.wallMs(), toMs: setMs });
      civilTime.set(setMs);
      for (const connector of connectors.values()) this.#self.send(connector, { kind: "ClockStepped" });
      this.#self.send(reservations, { kind: "ClockStepped" });
      this.#self.send(profileScheduler, { kind: "ClockStepped" });
    }
    const record: ClockRecord = { knownMs: clock.wallMs() };
    await this.#store.commit({ sets: [{ key: keys.clock, value: record }] });
  }

  #trigger(request: TriggerMessageRequest, reply: Reply<Answer>): void {
    const answer = trigger(request, this.#registration, this.#parts.connectors.size);
    reply(statusAnswer(answer.status));
    if (answer.triggered !== undefined) this.#sendTriggered(answer.triggered);
  }

  /** Nothing is uploaded or installed here: no file transfer is built. */
  #tellIdle(action: "DiagnosticsStatusNotification" | "FirmwareStatusNotification"): void {
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<unknown>>) => sendCall(action, { status: "Idle" }, "triggered", reply),
      callTimeoutMs,
      () => ({ kind: "TransferStatusTold" }),
    );
  }

  #sendTriggered(triggered: Triggered): void {
    switch (triggered.kind) {
      case "BootNotification":
        return this.#booting ? undefined : this.#sendBoot();
      case "Heartbeat":
        return this.#heartbeat("triggered");
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
        return this.#tellIdle(triggered.kind);
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
}
