/**
 * One incarnation of a connector's actor: it holds the facts, and performs what was decided about them.
 *
 * Law: it decides nothing: `protocol/connector.ts` does.
 */
import type { RestartKind } from "../hal/host.ts";
import type { Authorization } from "../protocol/authorization.ts";
import type { Settings } from "../protocol/configuration.ts";
import { step } from "../protocol/connector.ts";
import type { ConnectorEffect, ConnectorEvent, ConnectorFacts } from "../protocol/connector_facts.ts";
import type { AvailabilityBook } from "./availability.ts";
import type { ConnectorParts } from "./connector.ts";
import { ConnectorDescription } from "./connector_description.ts";
import { ConnectorDrawing } from "./connector_drawing.ts";
import { ConnectorHardware, isUnlocked } from "./connector_hardware.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { ConnectorMeasuring } from "./connector_measuring.ts";
import type { MeterRead, Purpose } from "./connector_meter.ts";
import { ConnectorMeter } from "./connector_meter.ts";
import { ConnectorMetering } from "./connector_metering.ts";
import { ConnectorRequests } from "./connector_requests.ts";
import { ConnectorSamples } from "./connector_samples.ts";
import type { TimerMessage } from "./connector_timers.ts";
import { ConnectorTimers } from "./connector_timers.ts";
import { ConnectorTransaction } from "./connector_transaction.ts";
import { ConnectorUnlocking } from "./connector_unlocking.ts";
import type { Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { ReservedAtStart } from "./reservation_book.ts";
import { restartReasons } from "./restart_book.ts";
import { StableStatus } from "./stable_status.ts";
import type { StatusReport } from "./status_reporter.ts";
import type { TransactionBook } from "./transaction_book.ts";
import { runningTransaction } from "./transaction_book.ts";

/** The authorizer's two waits, and a margin. */
const authorizeTimeoutMs = 45_000;

/** What an incarnation reads from the store at its start. */
export interface Kept {
  readonly book: TransactionBook;
  readonly availability: AvailabilityBook;
  readonly reservedThen: ReservedAtStart;
  readonly settings: Settings;
}

export class ConnectorBehaviour implements Behaviour<ConnectorMessage> {
  readonly #self: Self<ConnectorMessage>;
  readonly #parts: ConnectorParts;
  readonly #book: TransactionBook;
  readonly #hardware: ConnectorHardware;
  readonly #description: ConnectorDescription;
  readonly #drawing: ConnectorDrawing;
  readonly #reporter: StableStatus;
  readonly #meter: ConnectorMeter;
  readonly #samples: ConnectorSamples;
  readonly #metering: ConnectorMetering;
  readonly #timers: ConnectorTimers;
  readonly #transaction: ConnectorTransaction;
  readonly #unlocking: ConnectorUnlocking;
  readonly #requests: ConnectorRequests;
  #settings: Settings;
  #facts: ConnectorFacts;

  constructor(self: Self<ConnectorMessage>, parts: ConnectorParts, kept: Kept) {
    const { book, availability, reservedThen } = kept;
    this.#self = self;
    this.#parts = parts;
    this.#book = book;
    this.#settings = kept.settings;
    this.#hardware = new ConnectorHardware({ ...parts, board: self.fence(parts.board) });
    this.#description = new ConnectorDescription(self, parts.connectorId, [
      parts.authorizer,
      parts.station,
      parts.reservations,
    ]);
    this.#reporter = new StableStatus(self, {
      ...parts,
      minimumS: () => this.#settings.MinimumStatusDuration,
    });
    this.#meter = new ConnectorMeter(self, { ...parts, offeredA: () => this.#facts.offeredA });
    this.#timers = new ConnectorTimers(self, {
      ...parts,
      contactorDueInMs: () => this.#hardware.contactorDueInMs(),
    });
    const measuring = new ConnectorMeasuring({ ...parts, book });
    this.#transaction = new ConnectorTransaction(self, { ...parts, book, measuring, meter: this.#meter });
    this.#drawing = new ConnectorDrawing(self, {
      ...parts,
      open: book.open,
      begunMonotonicMs: (record) => this.#transaction.begunMonotonicMs(record),
    });
    this.#samples = new ConnectorSamples(self, parts, this.#meter);
    this.#metering = new ConnectorMetering({
      ...parts,
      meter: this.#meter,
      measuring,
      samples: this.#samples,
      transaction: this.#transaction,
    });
    this.#unlocking = new ConnectorUnlocking(self);
    this.#requests = new ConnectorRequests({
      ...parts,
      availability,
      hardware: this.#hardware,
      unlocking: this.#unlocking,
      isStopKept: book.isStopKept,
      authorizesRemoteStart: () => this.#settings.AuthorizeRemoteTxRequests,
      facts: () => this.#facts,
      apply: (event) => this.#apply(event),
    });
    const record = book.open();
    this.#facts = {
      electronics: this.#hardware.electronics(),
      use: record === null
        ? { kind: "none" }
        : { kind: "transaction", transaction: runningTransaction(record, parts.boot) },
      availability: availability.now(),
      reserved: reservedThen.reserved,
      // What a predecessor has said; where it could not, a connector that comes back says what is true.
      saysReserved: reservedThen.itself && record === null && availability.now() === "Operative",
      restarting: false,
      // Until the profile scheduler says what it has told the board.
      offeredA: parts.currentMaxA,
      lockFault: null,
      warning: null,
    };
  }

  /**
   * Takes up what the store says was going on: a decided stop, an interrupted transaction, or one that goes on. `restart` is a
   * Reset that is under way.
   */
  async resume(restart: RestartKind | null): Promise<void> {
    const record = this.#book.open();
    const answer = await this.#book.answer();
    // What forbids energy goes first: what follows must not close the contactor for a moment.
    if (record?.stop !== undefined) await this.#apply({ kind: "StopRequested", stop: record.stop });
    if (restart !== null) await this.#apply({ kind: "RestartBegun", reason: restartReasons[restart] });
    if (record !== null && record.boot !== this.#parts.boot) await this.#apply({ kind: "FoundInterrupted" });
    if (answer !== null && record !== null) {
      const energyWh = record.meterStartWh;
      await this.#apply({ kind: "StartAnswered", localId: record.localId, energyWh, ...answer });
    }
    await this.#apply({ kind: "ElectronicsChanged", electronics: this.#hardware.electronics() });
  }

  receive(message: ConnectorMessage): void | Promise<void> {
    switch (message.kind) {
      case "BoardChanged":
        this.#hardware.boardChanged(message.state);
        if (isUnlocked(message.state)) this.#unlocking.concluded("Unlocked");
        return this.#apply({ kind: "ElectronicsChanged", electronics: this.#hardware.electronics() });
      case "StationFaultChanged":
        this.#hardware.stationFaultChanged(message.fault);
        return this.#apply({ kind: "ElectronicsChanged", electronics: this.#hardware.electronics() });
      case "Presented":
      case "RestartFailed":
      case "CurrentOffered":
        return this.#apply(message);
      case "AuthorizationConcluded":
        return this.#apply({
          kind: "AuthorizationAnswered",
          idTag: message.idTag,
          ...concluded(message.outcome),
        });
      case "RemoteStart":
      case "RemoteStop":
      case "RestartBegun":
      case "SupplyChanged":
      case "ChangeAvailability":
      case "AvailabilityStored":
      case "UnlockConnector":
      case "ReservationChanged":
        return this.#requests.asked(message);
      case "UnlockTimedOut":
        return this.#unlocking.concluded("UnlockFailed");
      case "MeterRead":
        return this.#meterRead(message);
      case "ConnectionTimeOutExpired":
      case "LockTimedOut":
      case "ContactorDue":
      case "SampleDue":
      case "AlignedDue":
      case "EnergyDue":
      case "CheckpointDue":
      case "RoomDue":
      case "MeterDue":
        return this.#timerFired(message.kind);
      case "ReadingDue":
        return this.#meter.ask(message.purpose);
      case "StartAnswered":
        return this.#apply({ ...message, energyWh: this.#transaction.energyWh() ?? 0 });
      case "ReportStatus":
        return message.always
          ? this.#reporter.again(this.#report(), message.callClass)
          : this.#reporter.changed(this.#report());
      case "StatusDelivered":
        return this.#reporter.concluded(message);
      case "StatusStable":
        return this.#reporter.stable(message);
      case "TriggerMeterValues":
        return this.#meter.ask({ kind: "trigger" });
      case "MeterValuesConcluded":
        return this.#samples.concluded(message);
      case "Describe":
        this.#drawing.again(this.#facts.use);
        return this.#description.again(this.#facts);
      case "ClockStepped":
        return this.#clockStepped();
      case "SettingsChanged":
        return this.#settingsChanged(message.settings);
    }
  }

  inspect(): unknown {
    return this.#description.snapshot(this.#facts, this.#hardware.state(), this.#meter.lastWh());
  }

  /** One event: decide, bring the hardware in line, say what changed, then do what takes time. */
  #apply(event: ConnectorEvent): void | Promise<void> {
    const { next, effects } = step(this.#facts, event, {
      stopOnInvalidId: this.#settings.StopTransactionOnInvalidId,
      stopOnEvSideDisconnect: this.#settings.StopTransactionOnEVSideDisconnect,
      unlockOnEvSideDisconnect: this.#settings.UnlockConnectorOnEVSideDisconnect,
      maxEnergyOnInvalidIdWh: this.#settings.MaxEnergyOnInvalidId,
      onPowerLoss: this.#parts.onPowerLoss,
    });
    this.#facts = next;
    this.#hardware.command(next);
    this.#keepTimers();
    this.#reporter.changed(this.#report());
    this.#description.changed(next);
    this.#drawing.changed(next.use);
    return this.#perform(effects);
  }

  #perform(effects: readonly ConnectorEffect[]): void | Promise<void> {
    for (const effect of effects) {
      this.#self.trace(effect.kind);
      switch (effect.kind) {
        case "AskAuthorization":
          this.#askAuthorization(effect.idTag);
          break;
        case "CommitStart":
          this.#meter.ask(startPurpose(effect));
          break;
        case "CommitCheckpoint":
          this.#meter.ask({ kind: "checkpoint" });
          break;
        case "CommitResumption":
          this.#meter.ask({ kind: "resumption" });
          break;
        case "CommitStop":
          return this.#transaction.decideStop(effect.stop);
      }
    }
  }

  #timerFired(kind: TimerMessage["kind"]): void | Promise<void> {
    // The energy is looked at again when this look has come to something: a slow meter is not asked twice.
    if (kind !== "EnergyDue") this.#timers.restart(kind);
    switch (kind) {
      case "ConnectionTimeOutExpired":
        return this.#apply({ kind: "ConnectionTimedOut" });
      case "LockTimedOut":
        return this.#apply({ kind: "LockTimedOut" });
      case "ContactorDue":
        this.#hardware.contactorDue();
        return this.#apply({ kind: "ElectronicsChanged", electronics: this.#hardware.electronics() });
      case "SampleDue":
      case "AlignedDue":
      case "EnergyDue":
      case "CheckpointDue":
      case "MeterDue":
        this.#metering.due(kind, this.#settings);
        return this.#keepTimers();
      case "RoomDue":
        return this.#lookForRoom();
    }
  }

  async #meterRead(message: MeterRead): Promise<void> {
    if (message.purpose.kind === "energy") this.#timers.restart("EnergyDue");
    const event = await this.#metering.read(message, {
      use: this.#facts.use,
      board: this.#hardware.state(),
      settings: this.#settings,
    });
    if (event === null) return;
    await this.#apply(event);
    if (event.kind === "StopCommitted") this.#requests.stopped();
  }

  async #lookForRoom(): Promise<void> {
    if (await this.#book.mayBegin()) await this.#apply({ kind: "StorageRecovered" });
    else this.#keepTimers();
  }

  async #clockStepped(): Promise<void> {
    await this.#transaction.catchUp();
    this.#timers.restart("AlignedDue");
    this.#timers.restart("SampleDue");
    await this.#apply({ kind: "ClockRecovered" });
  }

  #askAuthorization(idTag: string): void {
    this.#self.ask(
      this.#parts.authorizer,
      (reply: Reply<Authorization>) => ({ kind: "Authorize", idTag, reply }),
      authorizeTimeoutMs,
      (outcome) => ({ kind: "AuthorizationConcluded", idTag, outcome }),
    );
  }

  #keepTimers(): void {
    const record = this.#book.open();
    const progress = record === null
      ? null
      : { record, energyWh: this.#transaction.energyWh() ?? record.meterStartWh };
    this.#timers.keepAll(this.#facts, progress, this.#settings);
  }

  #settingsChanged(settings: Settings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (settings.MeterValueSampleInterval !== before.MeterValueSampleInterval) {
      this.#timers.restart("SampleDue");
    }
    if (settings.ClockAlignedDataInterval !== before.ClockAlignedDataInterval) {
      this.#timers.restart("AlignedDue");
    }
    this.#reporter.minimumChanged();
    this.#keepTimers();
  }

  #report(): StatusReport {
    return this.#description.report(this.#facts);
  }
}

function startPurpose({ idTag, reservationId }: Extract<ConnectorEffect, { kind: "CommitStart" }>): Purpose {
  return { kind: "start", idTag, ...(reservationId === undefined ? {} : { reservationId }) };
}

/** An authorizer that crashed or did not answer has authorised nothing. */
function concluded(outcome: Outcome<Authorization>): Authorization {
  return outcome.kind === "reply" ? outcome.value : { accepted: false };
}
