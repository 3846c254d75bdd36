/**
 * The station actor owns the charge point as a whole: its registration, heartbeat, reset and connector 0. It lives as long as
 * the connection's branch, and resumes its registration from the store when it is restarted.
 *
 * Law: what a restarted station must know of this boot (registration, an accepted Reset) is in the store; the rest is told again.
 */
import type { Board } from "../hal/board.ts";
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { Host } from "../hal/host.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { Fault } from "../protocol/connector_facts.ts";
import type { BootNotificationRequest, ResetRequest } from "../protocol/messages/core.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import type { RegistrationLimits } from "../protocol/registration.ts";
import { keys } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { RegistrationRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { AvailabilityBook } from "./availability.ts";
import { openAvailability } from "./availability.ts";
import { CivilClock } from "./civil_clock.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { DiagnosticsMessage } from "./diagnostics.ts";
import type { ConfigurationMessage } from "./configuration.ts";
import type { ConnectorMessage, UnlockAnswer } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import { Heartbeating } from "./heartbeating.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { BootConcluded } from "./registering.ts";
import { Registering } from "./registering.ts";
import { RemoteTransactions } from "./remote_transactions.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { SecurityEventRaised } from "./security_log.ts";
import type { RestartBook } from "./restart_book.ts";
import { openRestartBook } from "./restart_book.ts";
import { Restarting } from "./restarting.ts";
import { readSettings } from "./settings.ts";
import { StableStatus } from "./stable_status.ts";
import { StationAvailability } from "./station_availability.ts";
import type { StationMessage } from "./station_message.ts";
import type { StatusReport } from "./status_reporter.ts";
import { Triggering } from "./triggering.ts";

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
  readonly certStore: Address<CertStoreMessage>;
  readonly diagnostics: Address<DiagnosticsMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
  /** The feature profile is on. */
  readonly smartCharging: boolean;
}

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
      const availability = await openAvailability(store, 0, damaged, [...parts.connectors.keys()]);
      const restart = await openRestartBook(store, parts.boot, damaged);
      if (self.incarnation > 0) {
        // What a predecessor has stored for them, and could tell nobody any more.
        for (const connector of parts.connectors.values()) {
          self.send(connector, { kind: "AvailabilityStored", reply: () => {} });
        }
      }
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
  readonly #parts: StationParts;
  readonly #candidates = new Map<number, Candidate>();
  readonly #reporter: StableStatus;
  readonly #remote: RemoteTransactions;
  readonly #restarting: Restarting;
  readonly #registering: Registering;
  readonly #heartbeating: Heartbeating;
  readonly #triggering: Triggering;
  readonly #civilClock: CivilClock;
  readonly #availability: StationAvailability;
  #settings: Settings;
  /** The security profile of the connection; null while there is none. */
  #link: SecurityProfile | null = null;
  #fault: Fault | null;
  #warning: Fault | null;

  constructor(
    self: Self<StationMessage>,
    store: Store,
    parts: StationParts,
    { settings, resumed, availability, restart }: Kept,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#settings = settings;
    this.#fault = parts.board.stationFault();
    this.#warning = parts.board.stationWarning();
    this.#reporter = new StableStatus(self, {
      ...parts,
      minimumS: () => this.#settings.MinimumStatusDuration,
    });
    this.#remote = new RemoteTransactions(self, { ...parts, store });
    this.#restarting = new Restarting(self, { ...parts, book: restart });
    this.#availability = new StationAvailability(self, { ...parts, book: availability });
    this.#civilClock = new CivilClock(self, { ...parts, store });
    this.#registering = new Registering(self, {
      ...parts,
      store,
      resumed,
      setClock: (currentTime) => this.#civilClock.set(currentTime),
      adoptHeartbeatInterval: (intervalS) => this.#adopt(intervalS),
    });
    this.#heartbeating = new Heartbeating(self, parts.outbox);
    this.#triggering = new Triggering(self, {
      ...parts,
      registration: () => this.#registering.registration(),
      sendBootNotification: () => this.#registering.send(),
      sendHeartbeat: () => this.#heartbeating.send("triggered"),
      sendStatus: () => this.#reporter.again(this.#report(), "triggered"),
    });
    self.send(parts.outbox, { kind: "AnnounceLink" });
    for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
    if (this.#isAccepted()) this.#armHeartbeat();
    this.#restarting.begin();
  }

  receive(message: StationMessage): void | Promise<void> {
    switch (message.kind) {
      case "LinkChanged":
        return this.#linkChanged(message.securityProfile);
      case "BootDue":
        return this.#link !== null ? this.#registering.whenDue() : undefined;
      case "BootConcluded":
        return this.#booted(message);
      case "HeartbeatDue":
        this.#armHeartbeat();
        // Reports that a slow peer has not answered: only they are sent again.
        this.#reportAll(false);
        return this.#heartbeating.sendDue();
      case "HeartbeatConcluded": {
        const currentTime = this.#heartbeating.concluded(message);
        return currentTime === null ? undefined : this.#civilClock.set(currentTime);
      }
      case "TransferStatusTold":
        return;
      case "StationFaultChanged":
        this.#fault = message.fault;
        this.#warning = message.warning;
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
        return this.#isAccepted()
          ? this.#remote.start(message.request, [...this.#candidates.values()], message.reply)
          : message.reply(statusAnswer("Rejected"));
      case "RemoteStop":
        return this.#isAccepted()
          ? this.#remote.stop(message.request.transactionId, message.reply)
          : message.reply(statusAnswer("Rejected"));
      case "ProfileOffered":
        return this.#remote.profileOffered(message);
      case "ConnectorAnswered":
        return this.#remote.answered(message);
      case "TriggerMessage":
        return this.#triggering.asked(message.request, message.reply);
      case "ExtendedTriggerMessage":
        return this.#triggering.askedMore(message.request, this.#settings.CpoName, message.reply);
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
      registration: this.#registering.registration(),
      linkUp: this.#link !== null,
      heartbeatIntervalS: this.#settings.HeartbeatInterval,
      lastHeartbeat: this.#heartbeating.last(),
      fault: this.#fault,
      warning: this.#warning,
    };
  }

  async #linkChanged(securityProfile: SecurityProfile | null): Promise<void> {
    if (securityProfile === this.#link) return;
    this.#link = securityProfile;
    if (securityProfile === null) return;
    await this.#registering.linkOpened(securityProfile);
    if (this.#isAccepted()) this.#reportAll(false);
  }

  async #booted(message: BootConcluded): Promise<void> {
    if (!await this.#registering.concluded(message)) return;
    this.#armHeartbeat();
    this.#reportAll(true);
  }

  #adopt(intervalS: number): void {
    this.#settings = { ...this.#settings, HeartbeatInterval: intervalS };
    this.#self.send(this.#parts.configuration, { kind: "AdoptHeartbeatInterval", intervalS });
  }

  #isAccepted(): boolean {
    return this.#registering.registration() === "Accepted";
  }

  #armHeartbeat(): void {
    this.#heartbeating.arm(this.#settings.HeartbeatInterval);
  }

  #settingsChanged(settings: Settings): void {
    const rearm = settings.HeartbeatInterval !== this.#settings.HeartbeatInterval;
    this.#settings = settings;
    if (rearm && this.#isAccepted()) this.#armHeartbeat();
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
    if (this.#restarting.hasFailed()) return { connectorId: 0, status, errorCode: "ResetFailure" };
    return { connectorId: 0, status, ...(this.#warning ?? { errorCode: "NoError" }) };
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
}
