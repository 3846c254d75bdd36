/**
 * One connector's timers: the waits for the plug, the lock and the contactor, the next sample, the next point of the clock's grid.
 *
 * Law: whether a timer runs is derived from the facts at each step; nothing arms or disarms one by hand.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { ConnectorFacts } from "../protocol/connector_facts.ts";
import { storageRefuses } from "../protocol/connector_facts.ts";
import { nextAlignedInMs, nextEnergyReadingInMs, nextSampleInMs } from "../protocol/metering.ts";
import type { TransactionRecord } from "../storage/records.ts";
import type { Message, Self } from "./otp/actor.ts";

export interface TimerMessage extends Message {
  readonly kind:
    | "ConnectionTimeOutExpired"
    | "LockTimedOut"
    | "ContactorDue"
    | "SampleDue"
    | "AlignedDue"
    | "EnergyDue"
    | "CheckpointDue"
    | "RoomDue"
    | "MeterDue";
}

/** Longer than any lock's motor runs; then it is a fault (TC_024). */
const lockTimeoutMs = 3_000;
/** A driver waits for the room; a commit each so often wears no disk out. */
const roomIntervalMs = 10_000;
/** Between two looks at a meter that has failed a start: longer than a meter may take to answer. */
const meterIntervalMs = 10_000;

export interface ConnectorTimersParts {
  readonly clock: Clock;
  /** Between two checkpoints of a transaction. */
  readonly checkpointIntervalMs: number;
  /** Watt: the most that can flow here. */
  readonly powerMaxW: number;
  /** Until the contactor is to be looked at; null while it obeys. */
  readonly contactorDueInMs: () => number | null;
}

/** What the book knows of the transaction that runs. */
export interface Progress {
  readonly record: TransactionRecord;
  /** Its register, as far as it has been read. */
  readonly energyWh: number;
}

export class ConnectorTimers {
  readonly #self: Pick<Self<TimerMessage>, "after">;
  readonly #parts: ConnectorTimersParts;
  readonly #running = new Map<TimerMessage["kind"], Cancel>();

  constructor(self: Pick<Self<TimerMessage>, "after">, parts: ConnectorTimersParts) {
    this.#self = self;
    this.#parts = parts;
  }

  /** Starts what should run and does not, and stops what should not. */
  keepAll({ use, warning }: ConnectorFacts, progress: Progress | null, settings: Settings): void {
    const { ConnectionTimeOut, MeterValueSampleInterval, ClockAlignedDataInterval } = settings;
    const { clock, checkpointIntervalMs, powerMaxW, contactorDueInMs } = this.#parts;
    const contactorInMs = contactorDueInMs();
    const transaction = use.kind === "transaction" ? use.transaction : null;
    const isSampled = transaction !== null && transaction.interrupted !== true && progress !== null;
    const startedMs = progress?.record.startedMonotonicMs ?? 0;
    const limitWh = isSampled && transaction.mayCharge ? transaction.energyLimitWh : undefined;
    this.#keep("ConnectionTimeOutExpired", use.kind === "authorized", () => ConnectionTimeOut * 1_000);
    this.#keep("LockTimedOut", use.kind === "locking", () => lockTimeoutMs);
    this.#keep("ContactorDue", contactorInMs !== null, () => contactorInMs);
    this.#keep(
      "SampleDue",
      isSampled,
      () => nextSampleInMs(startedMs, MeterValueSampleInterval, clock.monotonicMs()),
    );
    this.#keep("AlignedDue", true, () => nextAlignedInMs(ClockAlignedDataInterval, clock.wallMs()));
    this.#keep(
      "EnergyDue",
      limitWh !== undefined,
      () => nextEnergyReadingInMs((limitWh ?? 0) - (progress?.energyWh ?? 0), powerMaxW),
    );
    this.#keep("CheckpointDue", isSampled, () => checkpointIntervalMs);
    this.#keep("RoomDue", warning?.vendorErrorCode === storageRefuses, () => roomIntervalMs);
    this.#keep("MeterDue", warning?.errorCode === "PowerMeterFailure", () => meterIntervalMs);
  }

  /** It has fired, or what it counts has changed: the next `keepAll` starts it anew. */
  restart(kind: TimerMessage["kind"]): void {
    this.#running.get(kind)?.();
    this.#running.delete(kind);
  }

  #keep(kind: TimerMessage["kind"], runs: boolean, inMs: () => number | null): void {
    if (!runs) return this.restart(kind);
    if (this.#running.has(kind)) return;
    const delayMs = inMs();
    if (delayMs !== null) this.#running.set(kind, this.#self.after(delayMs, { kind }));
  }
}
