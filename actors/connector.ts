/**
 * The connector actor owns one connector's electronics and its transaction: a crash here stops this connector, and no other.
 *
 * Law: the contactor closes only after StartTransaction is durable, and a stop is durable before anyone is told (house rules 1, 9).
 * It decides nothing: `protocol/connector.ts` does, and this file performs what it decided.
 */
import type { Board, BoardState } from "../hal/board.ts";
import type { Clock } from "../hal/clock.ts";
import type { Reading } from "../hal/meter.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { Authorization } from "../protocol/authorization.ts";
import { candidateOf } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { ConnectorEffect, ConnectorEvent, ConnectorFacts, Fault } from "../protocol/connector_facts.ts";
import { step } from "../protocol/connector.ts";
import { mayRemoteStart, status, trouble, wantsContactor, wantsLock } from "../protocol/connector_status.ts";
import type { MeterValuesResponse } from "../protocol/messages/core.ts";
import type { MeterValue, ReadingContext, StopReason } from "../protocol/messages/types.ts";
import { sameIdTag } from "../protocol/id_tag.ts";
import { nextSampleInMs } from "../protocol/metering.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { readSettings } from "./settings.ts";
import type { MeterRead } from "./connector_meter.ts";
import { ConnectorMeter } from "./connector_meter.ts";
import { ConnectorTransaction } from "./connector_transaction.ts";
import { ConnectorTimers } from "./connector_timers.ts";
import type { MeterMessage } from "./meter.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import { sendCall } from "./send_call.ts";
import type { StationMessage } from "./station.ts";
import type { StatusReport } from "./status_reporter.ts";
import { StatusReporter } from "./status_reporter.ts";
import type { TransactionBook } from "./transaction_book.ts";
import { openTransactionBook, runningTransaction } from "./transaction_book.ts";

export interface ConnectorParts {
  readonly address: Address<ConnectorMessage>;
  readonly connectorId: number;
  /** Ampere: what the station can give here. */
  readonly currentMaxA: number;
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
}

const authorizeTimeoutMs = 35_000;
const triggeredTimeoutMs = 60_000;
export function connectorActor(parts: ConnectorParts): ActorSpec<ConnectorMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const book = await openTransactionBook(store, parts.connectorId, parts.boot);
      const behaviour = new ConnectorBehaviour(self, parts, book, settings);
      await behaviour.resume();
      // What a predecessor has made durable, and could tell nobody any more.
      if (self.incarnation > 0) self.send(parts.outbox, { kind: "TransactionMessageQueued" });
      return behaviour;
    },
    terminate: () => parts.board.setContactor(parts.connectorId, false),
  };
}

class ConnectorBehaviour implements Behaviour<ConnectorMessage> {
  readonly #self: Self<ConnectorMessage>;
  readonly #parts: ConnectorParts;
  readonly #board: Board;
  readonly #book: TransactionBook;
  readonly #reporter: StatusReporter;
  readonly #meter: ConnectorMeter;
  readonly #timers: ConnectorTimers;
  readonly #transaction: ConnectorTransaction;
  #settings: Settings;
  #boardState: BoardState;
  #stationFault: Fault | null;
  #facts: ConnectorFacts;
  #commanded: { readonly contactor: boolean; readonly lock: boolean } | null = null;
  #described = "";
  readonly #stopWaiters: Reply<null>[] = [];

  constructor(
    self: Self<ConnectorMessage>,
    parts: ConnectorParts,
    book: TransactionBook,
    settings: Settings,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#board = self.fence(parts.board);
    this.#book = book;
    this.#settings = settings;
    this.#reporter = new StatusReporter(self, parts.clock, parts.outbox);
    const record = book.open();
    this.#meter = new ConnectorMeter(self, {
      ...parts,
      toldWh: record === null ? null : record.sampledWh ?? record.meterStartWh,
    });
    this.#timers = new ConnectorTimers(self);
    this.#transaction = new ConnectorTransaction(self, { ...parts, book, meter: this.#meter });
    this.#boardState = this.#board.state(parts.connectorId);
    this.#stationFault = this.#board.stationFault();
    this.#facts = {
      electronics: this.#electronics(),
      use: record === null
        ? { kind: "none" }
        : { kind: "transaction", transaction: runningTransaction(record) },
      warning: null,
    };
  }

  /** Takes up what the store says was going on: a decided stop, an interrupted transaction, or one that goes on. */
  async resume(): Promise<void> {
    this.#board.setCurrentLimit(this.#parts.connectorId, this.#parts.currentMaxA);
    const record = this.#book.open();
    const answer = await this.#book.answer();
    // A stop first: what follows must not close the contactor for a moment.
    if (record?.stop !== undefined) await this.#apply({ kind: "StopRequested", stop: record.stop });
    // Found by a later boot, it was cut off (OCPP 1.6 §7.36, PowerLoss); by the same boot, only this actor was.
    else if (record !== null && record.boot !== this.#parts.boot) {
      await this.#apply({ kind: "StopRequested", stop: { reason: "PowerLoss" } });
    }
    if (answer !== null && record !== null) {
      await this.#apply({ kind: "StartAnswered", localId: record.localId, ...answer });
    }
    await this.#apply({ kind: "ElectronicsChanged", electronics: this.#electronics() });
  }

  receive(message: ConnectorMessage): void | Promise<void> {
    switch (message.kind) {
      case "BoardChanged":
        this.#boardState = message.state;
        return this.#apply({ kind: "ElectronicsChanged", electronics: this.#electronics() });
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
      case "MeterRead":
        return this.#meterRead(message);
      case "SampleDue":
        this.#timers.restart("SampleDue");
        if (this.#facts.use.kind === "transaction") this.#meter.ask({ kind: "sample" });
        return this.#keepTimers();
      case "ConnectionTimeOutExpired":
        this.#timers.restart("ConnectionTimeOutExpired");
        return this.#apply({ kind: "ConnectionTimedOut" });
      case "StopDue":
        return this.#meter.ask(message.purpose);
      case "StartAnswered":
        return this.#apply(message);
      case "ReportStatus":
        return message.always
          ? this.#reporter.again(this.#report(), message.callClass)
          : this.#reporter.changed(this.#report());
      case "StatusDelivered":
        return this.#reporter.concluded(message);
      case "TriggerMeterValues":
        return this.#meter.ask({ kind: "trigger" });
      case "Describe":
        this.#described = "";
        return this.#describe();
      case "SettingsChanged":
        return this.#settingsChanged(message.settings);
    }
  }

  inspect(): unknown {
    const { electronics, use, warning } = this.#facts;
    return {
      status: status(this.#facts),
      errorCode: trouble(this.#facts).errorCode,
      plug: electronics.plug,
      contactorClosed: this.#boardState.contactorClosed,
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
          this.#meter.ask({ kind: "start", idTag: effect.idTag });
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

  #remoteStart(idTag: string, reply: Reply<boolean>): void | Promise<void> {
    const accepted = mayRemoteStart(this.#facts);
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

  async #meterRead(message: MeterRead): Promise<void> {
    const { purpose } = message;
    const reading = this.#meter.take(message);
    // Meanwhile the facts may have moved on: a reading that nobody waits for any more is dropped.
    const { use } = this.#facts;
    switch (purpose.kind) {
      case "start": {
        const isStarting = use.kind === "starting" && sameIdTag(use.idTag, purpose.idTag);
        return isStarting ? await this.#apply(await this.#transaction.begin(use, reading)) : undefined;
      }
      case "stop": {
        const ended = use.kind === "stopping" ? await this.#transaction.end(purpose, reading) : null;
        return ended === null ? undefined : await this.#ended(ended);
      }
      case "sample": {
        const value = this.#measured(reading, "Sample.Periodic");
        // After a stop has been decided a sample would come behind StopTransaction's own reading.
        return use.kind === "transaction" && reading !== null && value !== null
          ? await this.#transaction.sample(value, reading.energyWh)
          : undefined;
      }
      case "trigger": {
        const value = this.#measured(reading, "Trigger");
        return value === null ? undefined : this.#sendTriggered(value);
      }
    }
  }

  async #ended(event: ConnectorEvent): Promise<void> {
    await this.#apply(event);
    for (const reply of this.#stopWaiters.splice(0)) reply(null);
  }

  #sendTriggered(value: MeterValue): void {
    const use = this.#facts.use;
    const transactionId = use.kind === "transaction" ? use.transaction.transactionId : undefined;
    const request = {
      connectorId: this.#parts.connectorId,
      meterValue: [value],
      ...(transactionId === undefined ? {} : { transactionId }),
    };
    this.#self.ask(
      this.#parts.outbox,
      (reply: Reply<CallOutcome<MeterValuesResponse>>) =>
        sendCall("MeterValues", request, "triggered", reply),
      triggeredTimeoutMs,
      () => ({ kind: "Describe" }),
    );
  }

  #measured(reading: Reading | null, context: ReadingContext): MeterValue | null {
    return reading === null
      ? null
      : this.#meter.value(reading, this.#boardState, this.#settings.MeterValuesSampledData, context);
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
    const { use } = this.#facts;
    const { ConnectionTimeOut, MeterValueSampleInterval } = this.#settings;
    const record = use.kind === "transaction" ? this.#book.open() : null;
    this.#timers.keep(
      "ConnectionTimeOutExpired",
      use.kind === "authorized" ? () => ConnectionTimeOut * 1_000 : null,
    );
    this.#timers.keep(
      "SampleDue",
      record === null ? null : () =>
        nextSampleInMs(
          record.startedMonotonicMs,
          MeterValueSampleInterval,
          this.#parts.clock.monotonicMs(),
        ),
    );
  }

  #settingsChanged(settings: Settings): void {
    const changed = settings.MeterValueSampleInterval !== this.#settings.MeterValueSampleInterval;
    this.#settings = settings;
    if (changed) this.#timers.restart("SampleDue");
    this.#keepTimers();
  }

  #describe(): void {
    const candidate = candidateOf(this.#parts.connectorId, this.#facts);
    const described = JSON.stringify(candidate);
    if (described === this.#described) return;
    this.#described = described;
    this.#self.send(this.#parts.authorizer, { kind: "ConnectorChanged", candidate });
    this.#self.send(this.#parts.station, { kind: "ConnectorChanged", candidate });
  }

  #report(): StatusReport {
    return { connectorId: this.#parts.connectorId, status: status(this.#facts), ...trouble(this.#facts) };
  }

  #electronics(): ConnectorFacts["electronics"] {
    const { plug, evDemandsEnergy, fault } = this.#boardState;
    return { plug, evDemandsEnergy, fault: fault ?? this.#stationFault };
  }
}

/** An authorizer that crashed or did not answer has authorised nothing. */
function concluded(outcome: Outcome<Authorization>): Authorization {
  return outcome.kind === "reply" ? outcome.value : { accepted: false };
}
