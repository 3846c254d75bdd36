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
import type { Authorization, Candidate } from "../protocol/authorization.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import type { ConnectorEffect, ConnectorEvent, ConnectorFacts, Fault, Stop } from "../protocol/connector.ts";
import { mayRemoteStart, status, step, trouble, wantsContactor, wantsLock } from "../protocol/connector.ts";
import type { MeterValuesResponse } from "../protocol/messages/core.ts";
import type { MeterValue, ReadingContext, StopReason } from "../protocol/messages/types.ts";
import { nextSampleInMs } from "../protocol/metering.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Store } from "../storage/store.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { SettingsChanged } from "./configuration.ts";
import { readSettings } from "./configuration.ts";
import type { MeterRead, Purpose } from "./connector_meter.ts";
import { ConnectorMeter } from "./connector_meter.ts";
import type { TimerMessage } from "./connector_timers.ts";
import { ConnectorTimers } from "./connector_timers.ts";
import type { MeterMessage } from "./meter.ts";
import type { ActorSpec, Address, Behaviour, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import { sendCall } from "./outbox.ts";
import type { StationMessage } from "./station.ts";
import type { StatusDelivered, StatusReport } from "./status_reporter.ts";
import { StatusReporter } from "./status_reporter.ts";
import type { TransactionBook } from "./transaction_book.ts";
import { openTransactionBook, runningTransaction } from "./transaction_book.ts";

/** What others need to know to choose a connector. */
export interface ConnectorChanged extends Message {
  readonly kind: "ConnectorChanged";
  readonly candidate: Candidate;
}

export type ConnectorMessage =
  | { readonly kind: "BoardChanged"; readonly state: BoardState }
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null }
  | { readonly kind: "Presented"; readonly idTag: string }
  | {
    readonly kind: "AuthorizationConcluded";
    readonly idTag: string;
    readonly outcome: Outcome<Authorization>;
  }
  /** Replies whether it is accepted; the start itself comes after. */
  | { readonly kind: "RemoteStart"; readonly idTag: string; readonly reply: Reply<boolean> }
  /** Replies whether it is accepted: then the stop is durable. */
  | { readonly kind: "RemoteStop"; readonly localId: number; readonly reply: Reply<boolean> }
  /** Stops whatever runs here; replies once StopTransaction is durable, or at once when nothing runs. */
  | { readonly kind: "StopTransaction"; readonly reason: StopReason; readonly reply?: Reply<null> }
  | MeterRead
  | TimerMessage
  | { readonly kind: "StopDue"; readonly purpose: Extract<Purpose, { kind: "stop" }> }
  | {
    readonly kind: "StartAnswered";
    readonly localId: number;
    readonly transactionId: number;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
  }
  /** `always` after a registration and for a trigger; otherwise only what has not been delivered yet. */
  | { readonly kind: "ReportStatus"; readonly always: boolean; readonly callClass: CallClass }
  | StatusDelivered
  | { readonly kind: "TriggerMeterValues" }
  | { readonly kind: "Describe" }
  | SettingsChanged;

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
/** A full disk may be relieved any moment; a stop must not wait for it longer than this. */
const stopAgainMs = 1_000;
/** A meter actor that crashes under a stop's question is asked again, but not beyond this: then the last reading stands in. */
const stopReadingMs = 2_000;
const readAgainMs = 200;

export function connectorActor(parts: ConnectorParts): ActorSpec<ConnectorMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const book = await openTransactionBook(store, parts.connectorId, parts.boot);
      const behaviour = new ConnectorBehaviour(self, parts, book, settings);
      await behaviour.resume();
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
    this.#meter = new ConnectorMeter(self, parts);
    this.#timers = new ConnectorTimers(self);
    this.#boardState = this.#board.state(parts.connectorId);
    this.#stationFault = this.#board.stationFault();
    const record = book.open();
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
          this.#meter.ask({ kind: "start", effect });
          break;
        case "CommitStop":
          return this.#decideStop(effect.stop);
      }
    }
  }

  #commandHardware(): void {
    const contactor = wantsContactor(this.#facts);
    const lock = wantsLock(this.#facts);
    if (this.#commanded?.lock !== lock) this.#board.setLock(this.#parts.connectorId, lock);
    if (this.#commanded?.contactor !== contactor) {
      this.#board.setContactor(this.#parts.connectorId, contactor);
    }
    this.#commanded = { contactor, lock };
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
    if (accepted) await this.#apply({ kind: "StopRequested", stop: { reason: "Remote" } });
    reply(accepted);
  }

  #stopTransaction(reason: StopReason, reply: Reply<null>): void | Promise<void> {
    const done = this.#apply({ kind: "StopRequested", stop: { reason } });
    if (this.#facts.use.kind === "stopping") this.#stopWaiters.push(reply);
    else reply(null);
    return done;
  }

  async #decideStop(stop: Stop): Promise<void> {
    // Refused by a full disk, it is tried again with the StopTransaction itself, which waits for nothing else.
    await this.#book.decideStop(stop, this.#parts.clock.wallMs());
    this.#meter.ask({ kind: "stop", stop, decidedMs: this.#parts.clock.monotonicMs() });
  }

  #meterRead(message: MeterRead): void | Promise<void> {
    const { purpose } = message;
    const reading = this.#meter.take(message);
    switch (purpose.kind) {
      case "start":
        return this.#commitStart(purpose.effect, reading);
      case "stop": {
        const waits = reading === null && this.#parts.clock.monotonicMs() - purpose.decidedMs < stopReadingMs;
        return waits ? this.#stopAgain(purpose, readAgainMs) : this.#commitStop(purpose);
      }
      case "sample":
        return reading === null ? undefined : this.#commitSample(reading);
      case "trigger":
        return reading === null ? undefined : this.#sendTriggered(reading);
    }
  }

  #stopAgain(purpose: Extract<Purpose, { kind: "stop" }>, afterMs: number): void {
    this.#self.after(afterMs, { kind: "StopDue", purpose });
  }

  async #commitStart(
    effect: Extract<ConnectorEffect, { kind: "CommitStart" }>,
    reading: Reading | null,
  ): Promise<void> {
    // Meanwhile the cable may have gone, or another reading may have come first.
    if (this.#facts.use.kind !== "starting") return;
    if (reading === null) {
      return this.#apply({ kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } });
    }
    const { wallMs, monotonicMs } = this.#parts.clock;
    const started = await this.#book.begin({
      ...effect,
      energyWh: reading.energyWh,
      atMs: wallMs(),
      monotonicMs: monotonicMs(),
    });
    if (!started) {
      const warning: Fault = { errorCode: "InternalError", info: "storage refuses a new transaction" };
      return this.#apply({ kind: "StartFailed", warning });
    }
    this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
    const localId = this.#book.open()?.localId;
    return localId === undefined ? undefined : this.#apply({ kind: "StartCommitted", localId });
  }

  async #commitStop(purpose: Extract<Purpose, { kind: "stop" }>): Promise<void> {
    const record = this.#book.open();
    if (this.#facts.use.kind !== "stopping" || record === null) return;
    // A meter that does not answer must not hold up a bill: the last reading stands in (spec/behaviour.md §18).
    const energyWh = this.#meter.highestWh() ?? record.meterStartWh;
    const ended = await this.#book.end(purpose.stop, energyWh, this.#parts.clock.wallMs());
    if (!ended) return this.#stopAgain(purpose, stopAgainMs);
    this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
    await this.#apply({ kind: "StopCommitted" });
    for (const reply of this.#stopWaiters.splice(0)) reply(null);
  }

  async #commitSample(reading: Reading): Promise<void> {
    const value = this.#measured(reading, "Sample.Periodic");
    // After a stop has been decided a sample would come behind StopTransaction's own reading.
    if (this.#facts.use.kind !== "transaction" || value === null) return;
    if (await this.#book.sample(value)) {
      this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
    } else this.#self.trace("DropSample", { why: "storage refuses" });
  }

  #sendTriggered(reading: Reading): void {
    const value = this.#measured(reading, "Trigger");
    if (value === null) return;
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

  #measured(reading: Reading, context: ReadingContext): MeterValue | null {
    return this.#meter.value(reading, this.#boardState, this.#settings.MeterValuesSampledData, context);
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
    const { connectorId } = this.#parts;
    const { use, electronics } = this.#facts;
    const holder = use.kind === "transaction" ? use.transaction : use.kind === "authorized" ? use : null;
    const candidate: Candidate = {
      connectorId,
      free: mayRemoteStart(this.#facts),
      ended: use.kind === "ended" && electronics.fault === null,
      cableInStation: electronics.plug === "both" || electronics.plug === "station",
      grouped: use.kind === "transaction" && use.transaction.parentIdTag !== undefined,
      ...(holder === null ? {} : { idTag: holder.idTag }),
    };
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
