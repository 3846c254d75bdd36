/**
 * The connector actor owns one connector's electronics and its transaction: a crash here stops this connector, and no other.
 *
 * Law: the contactor closes only after StartTransaction is durable, and a stop is durable before anyone is told (house rules 1, 9).
 * It decides nothing: `protocol/connector.ts` does, and this file performs what it decided.
 */
import type { Board, BoardState } from "../hal/board.ts";
import type { Clock } from "../hal/clock.ts";
import type { Authorization } from "../protocol/authorization.ts";
import { candidateOf } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import { step } from "../protocol/connector.ts";
import type {
  ConnectorEffect,
  ConnectorEvent,
  ConnectorFacts,
  Electronics,
  Fault,
} from "../protocol/connector_facts.ts";
import {
  inTransaction,
  mayRemoteStart,
  status,
  trouble,
  wantsContactor,
  wantsLock,
} from "../protocol/connector_status.ts";
import type { StopReason } from "../protocol/messages/types.ts";
import { alignedMs } from "../protocol/metering.ts";
import type { Reserved } from "../protocol/reservation.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { Availability, AvailabilityBook } from "./availability.ts";
import { openAvailability } from "./availability.ts";
import type { AvailabilityAnswer, ConnectorMessage, UnlockAnswer } from "./connector_message.ts";
import type { MeterRead, Purpose } from "./connector_meter.ts";
import { ConnectorMeter } from "./connector_meter.ts";
import { ConnectorMetering } from "./connector_metering.ts";
import { ConnectorSamples } from "./connector_samples.ts";
import type { TimerMessage } from "./connector_timers.ts";
import { ConnectorTimers } from "./connector_timers.ts";
import { ConnectorTransaction } from "./connector_transaction.ts";
import { ConnectorUnlocking } from "./connector_unlocking.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { MeterMessage } from "./meter.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ReservationsMessage } from "./reservations.ts";
import { reservedAtStart } from "./reservations.ts";
import { readSettings } from "./settings.ts";
import type { StationMessage } from "./station.ts";
import { StableStatus } from "./stable_status.ts";
import type { StatusReport } from "./status_reporter.ts";
import type { TransactionBook } from "./transaction_book.ts";
import { openTransactionBook, runningTransaction } from "./transaction_book.ts";

export interface ConnectorParts {
  readonly address: Address<ConnectorMessage>;
  readonly connectorId: number;
  /** Ampere: what the station can give here. */
  readonly currentMaxA: number;
  /** A detachable cable that the station can hold. */
  readonly hasLock: boolean;
  /** This boot's number. */
  readonly boot: number;
  readonly board: Board;
  readonly clock: Clock;
  readonly store: Store;
  readonly table: KeyTable;
  readonly meter: Address<MeterMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly outbox: Address<OutboxMessage>;
  readonly station: Address<StationMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
}

const authorizeTimeoutMs = 35_000;

export function connectorActor(parts: ConnectorParts): ActorSpec<ConnectorMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const damaged = tracingDamaged(self);
      const book = await openTransactionBook(store, parts.connectorId, parts.boot, damaged);
      const availability = await openAvailability(store, parts.connectorId, damaged);
      const reserved = await reservedAtStart(store, parts.connectorId, parts.clock.wallMs(), damaged);
      const behaviour = new ConnectorBehaviour(self, parts, { book, availability, reserved, settings });
      await behaviour.resume();
      // What a predecessor has made durable, and could tell nobody any more.
      if (self.incarnation > 0) self.send(parts.outbox, { kind: "TransactionMessageQueued" });
      return behaviour;
    },
    terminate: () => parts.board.setContactor(parts.connectorId, false),
  };
}

/** What an incarnation reads from the store at its start. */
interface Kept {
  readonly book: TransactionBook;
  readonly availability: AvailabilityBook;
  readonly reserved: Reserved;
  readonly settings: Settings;
}

class ConnectorBehaviour implements Behaviour<ConnectorMessage> {
  readonly #self: Self<ConnectorMessage>;
  readonly #parts: ConnectorParts;
  readonly #board: Board;
  readonly #book: TransactionBook;
  readonly #availability: AvailabilityBook;
  readonly #reporter: StableStatus;
  readonly #meter: ConnectorMeter;
  readonly #metering: ConnectorMetering;
  readonly #timers: ConnectorTimers;
  readonly #transaction: ConnectorTransaction;
  readonly #unlocking: ConnectorUnlocking;
  #settings: Settings;
  #boardState: BoardState;
  #stationFault: Fault | null;
  #facts: ConnectorFacts;
  #commanded: { readonly contactor: boolean; readonly lock: boolean } | null = null;
  #described = "";
  #drawingTold = "";
  readonly #stopWaiters: Reply<null>[] = [];

  constructor(
    self: Self<ConnectorMessage>,
    parts: ConnectorParts,
    { book, availability, reserved, settings }: Kept,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#board = self.fence(parts.board);
    this.#book = book;
    this.#availability = availability;
    this.#settings = settings;
    this.#reporter = new StableStatus(self, {
      ...parts,
      minimumS: () => this.#settings.MinimumStatusDuration,
    });
    this.#meter = new ConnectorMeter(self, { ...parts, offeredA: () => this.#facts.offeredA });
    this.#timers = new ConnectorTimers(self, parts.clock);
    this.#transaction = new ConnectorTransaction(self, { ...parts, book, meter: this.#meter });
    const samples = new ConnectorSamples(self, parts, this.#meter);
    this.#metering = new ConnectorMetering(this.#meter, samples, this.#transaction);
    this.#unlocking = new ConnectorUnlocking(self);
    this.#boardState = this.#board.state(parts.connectorId);
    this.#stationFault = this.#board.stationFault();
    const record = book.open();
    this.#facts = {
      electronics: this.#electronics(),
      use: record === null
        ? { kind: "none" }
        : { kind: "transaction", transaction: runningTransaction(record) },
      availability: availability.now(),
      reserved,
      // What a predecessor has said; where it could not, a connector that comes back says what is true.
      saysReserved: reserved.held && record === null && availability.now() === "Operative",
      // Until the profile scheduler says what it has told the board.
      offeredA: parts.currentMaxA,
      lockFault: null,
      warning: null,
    };
  }

  /** Takes up what the store says was going on: a decided stop, an interrupted transaction, or one that goes on. */
  async resume(): Promise<void> {
    const record = this.#book.open();
    const answer = await this.#book.answer();
    // A stop first: what follows must not close the contactor for a moment.
    if (record?.stop !== undefined) await this.#apply({ kind: "StopRequested", stop: record.stop });
    // Found by a later boot, it was cut off (OCPP 1.6 §7.36, PowerLoss); by the same boot, only this actor was.
    else if (record !== null && record.boot !== this.#parts.boot) {
      await this.#apply({ kind: "StopRequested", stop: { reason: "PowerLoss" } });
    }
    if (answer !== null && record !== null) {
      const energyWh = record.meterStartWh;
      await this.#apply({ kind: "StartAnswered", localId: record.localId, energyWh, ...answer });
    }
    await this.#apply({ kind: "ElectronicsChanged", electronics: this.#electronics() });
  }

  receive(message: ConnectorMessage): void | Promise<void> {
    switch (message.kind) {
      case "BoardChanged":
        return this.#boardChanged(message.state);
      case "StationFaultChanged":
        this.#stationFault = message.fault;
        return this.#apply({ kind: "ElectronicsChanged", electronics: this.#electronics() });
      case "Presented":
        return this.#apply(message);
      case "AuthorizationConcluded":
        return this.#apply({
          kind: "AuthorizationAnswered",
          idTag: message.idTag,
          ...concluded(message.outcome),
        });
      case "RemoteStart":
        return this.#remoteStart(message.idTag, message.reply);
      case "RemoteStop":
        return this.#remoteStop(message.localId, message.reply);
      case "StopTransaction":
        return this.#stopTransaction(message.reason, message.reply ?? (() => {}));
      case "ChangeAvailability":
        return this.#changeAvailability(message.availability, message.reply);
      case "ReservationChanged":
        return this.#apply(message);
      case "UnlockConnector":
        return this.#unlock(message.reply);
      case "UnlockTimedOut":
        return this.#unlocking.concluded("UnlockFailed");
      case "MeterRead":
        return this.#meterRead(message);
      case "ConnectionTimeOutExpired":
      case "LockTimedOut":
      case "SampleDue":
      case "AlignedDue":
      case "EnergyDue":
        return this.#timerFired(message.kind);
      case "CurrentOffered":
        return this.#apply(message);
      case "StopDue":
        return this.#meter.ask(message.purpose);
      case "StartAnswered":
        return this.#apply({
          ...message,
          energyWh: this.#meter.highestWh() ?? this.#book.open()?.meterStartWh ?? 0,
        });
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
        return;
      case "Describe":
        this.#described = "";
        this.#drawingTold = "";
        return this.#describe();
      case "ClockStepped":
        this.#timers.restart("AlignedDue");
        return this.#keepTimers();
      case "SettingsChanged":
        return this.#settingsChanged(message.settings);
    }
  }

  inspect(): unknown {
    const { electronics, use, warning, availability } = this.#facts;
    return {
      status: status(this.#facts),
      errorCode: trouble(this.#facts).errorCode,
      plug: electronics.plug,
      contactorClosed: this.#boardState.contactorClosed,
      availability,
      use: use.kind,
      warning,
      transaction: use.kind === "transaction" || use.kind === "stopping" ? use.transaction : null,
      lastEnergyWh: this.#meter.highestWh(),
    };
  }

  /** One event: decide, bring the hardware in line, say what changed, then do what takes time. */
  #apply(event: ConnectorEvent): void | Promise<void> {
    const { next, effects } = step(this.#facts, event, {
      stopOnInvalidId: this.#settings.StopTransactionOnInvalidId,
      stopOnEvSideDisconnect: this.#settings.StopTransactionOnEVSideDisconnect,
      unlockOnEvSideDisconnect: this.#settings.UnlockConnectorOnEVSideDisconnect,
      maxEnergyOnInvalidIdWh: this.#settings.MaxEnergyOnInvalidId,
    });
    this.#facts = next;
    this.#commandHardware();
    this.#keepTimers();
    this.#reporter.changed(this.#report());
    this.#describe();
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
        case "CommitStop":
          return this.#transaction.decideStop(effect.stop);
      }
    }
  }

  /** A lock closes before its contactor and opens after it: never under load. */
  #commandHardware(): void {
    const { connectorId } = this.#parts;
    const wanted = { contactor: wantsContactor(this.#facts), lock: wantsLock(this.#facts) };
    const before = this.#commanded;
    this.#commanded = wanted;
    const lock = () => before?.lock === wanted.lock || this.#board.setLock(connectorId, wanted.lock);
    if (wanted.contactor) lock();
    if (before?.contactor !== wanted.contactor) this.#board.setContactor(connectorId, wanted.contactor);
    if (!wanted.contactor) lock();
  }

  #boardChanged(state: BoardState): void | Promise<void> {
    this.#boardState = state;
    if (isOpen(state)) this.#unlocking.concluded("Unlocked");
    return this.#apply({ kind: "ElectronicsChanged", electronics: this.#electronics() });
  }

  #remoteStart(idTag: string, reply: Reply<boolean>): void | Promise<void> {
    const accepted = mayRemoteStart(this.#facts, idTag);
    reply(accepted);
    if (!accepted) return;
    return this.#apply({
      kind: "RemoteStartAccepted",
      idTag,
      authorize: this.#settings.AuthorizeRemoteTxRequests,
    });
  }

  async #remoteStop(localId: number, reply: Reply<boolean>): Promise<void> {
    const use = this.#facts.use;
    const accepted = use.kind === "transaction" && use.transaction.localId === localId;
    // The contactor opens at once; that the conf goes before what follows from it is the outbox's to keep.
    if (accepted) await this.#apply({ kind: "StopRequested", stop: { reason: "Remote" } });
    reply(accepted);
  }

  #stopTransaction(reason: StopReason, reply: Reply<null>): void | Promise<void> {
    const done = this.#apply({ kind: "StopRequested", stop: { reason } });
    if (this.#facts.use.kind === "stopping") this.#stopWaiters.push(reply);
    else reply(null);
    return done;
  }

  async #changeAvailability(availability: Availability, reply: Reply<AvailabilityAnswer>): Promise<void> {
    const changed = await this.#availability.set(availability);
    const isScheduled = availability === "Inoperative" && inTransaction(this.#facts.use);
    reply(!changed ? "Rejected" : isScheduled ? "Scheduled" : "Accepted");
    return changed ? this.#apply({ kind: "AvailabilityChanged", availability }) : undefined;
  }

  /** §5.18: without a lock of its own there is nothing to unlock, and a transaction goes on (TC_017_2, TC_018_2). */
  async #unlock(reply: Reply<UnlockAnswer>): Promise<void> {
    const { connectorId, hasLock } = this.#parts;
    if (!hasLock) return reply("NotSupported");
    await this.#apply({ kind: "UnlockRequested" });
    // Even where the lock should be open already: the command is what was asked for, and its answer is the lock's.
    this.#board.setLock(connectorId, false);
    this.#unlocking.begin(reply, isOpen(this.#board.state(connectorId)));
  }

  #timerFired(kind: TimerMessage["kind"]): void | Promise<void> {
    this.#timers.restart(kind);
    switch (kind) {
      case "ConnectionTimeOutExpired":
        return this.#apply({ kind: "ConnectionTimedOut" });
      case "LockTimedOut":
        return this.#apply({ kind: "LockTimedOut" });
      case "SampleDue":
        this.#meter.ask({ kind: "sample" });
        return this.#keepTimers();
      case "AlignedDue":
        this.#meter.ask({
          kind: "aligned",
          atMs: alignedMs(this.#settings.ClockAlignedDataInterval, this.#parts.clock.wallMs()),
        });
        return this.#keepTimers();
      case "EnergyDue":
        this.#meter.ask({ kind: "energy" });
        return this.#keepTimers();
    }
  }

  async #meterRead(message: MeterRead): Promise<void> {
    const event = await this.#metering.read(message, {
      use: this.#facts.use,
      board: this.#boardState,
      settings: this.#settings,
    });
    if (event === null) return;
    await this.#apply(event);
    if (event.kind !== "StopCommitted") return;
    for (const reply of this.#stopWaiters.splice(0)) reply(null);
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
    this.#timers.keepAll(this.#facts.use, this.#book.open(), this.#settings);
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

  #describe(): void {
    this.#tellDrawing();
    const candidate = candidateOf(this.#parts.connectorId, this.#facts);
    const described = JSON.stringify(candidate);
    if (described === this.#described) return;
    this.#described = described;
    this.#self.send(this.#parts.authorizer, { kind: "ConnectorChanged", candidate });
    this.#self.send(this.#parts.station, { kind: "ConnectorChanged", candidate });
    this.#self.send(this.#parts.reservations, { kind: "ConnectorChanged", candidate });
  }

  #tellDrawing(): void {
    const drawing = this.#transaction.drawing(this.#facts.use);
    const told = JSON.stringify(drawing);
    if (told === this.#drawingTold) return;
    this.#drawingTold = told;
    const { connectorId, profileScheduler } = this.#parts;
    this.#self.send(profileScheduler, { kind: "DrawingChanged", connectorId, drawing });
  }

  #report(): StatusReport {
    return { connectorId: this.#parts.connectorId, status: status(this.#facts), ...trouble(this.#facts) };
  }

  #electronics(): Electronics {
    const { plug, evDemandsEnergy, fault, locked } = this.#boardState;
    const lock = !this.#parts.hasLock ? "absent" : locked ? "closed" : "open";
    return { plug, evDemandsEnergy, fault: fault ?? this.#stationFault, lock };
  }
}

function startPurpose({ idTag, reservationId }: Extract<ConnectorEffect, { kind: "CommitStart" }>): Purpose {
  return { kind: "start", idTag, ...(reservationId === undefined ? {} : { reservationId }) };
}

/** An authorizer that crashed or did not answer has authorised nothing. */
function concluded(outcome: Outcome<Authorization>): Authorization {
  return outcome.kind === "reply" ? outcome.value : { accepted: false };
}

/** A lock that says of itself that it does not obey is not known to be open, wherever it stands (TC_030). */
function isOpen(state: BoardState): boolean {
  return !state.locked && !state.lockFailed;
}
