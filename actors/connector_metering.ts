/**
 * What becomes of one connector's readings: a start, a stop, a sample, a value for the asking (OCPP 1.6 §4.7, §4.8, §4.10).
 *
 * Law: a reading that nobody waits for any more is dropped, since facts may have moved on meanwhile; what a reading leads to comes
 * back as an event, for `protocol/connector.ts` to judge.
 */
import type { BoardState } from "../hal/board.ts";
import type { Clock } from "../hal/clock.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { ConnectorEvent, Use } from "../protocol/connector_facts.ts";
import { holderOf } from "../protocol/connector_use.ts";
import { inTransaction } from "../protocol/connector_status.ts";
import { sameIdTag } from "../protocol/id_tag.ts";
import { alignedMs } from "../protocol/metering.ts";
import type { ConnectorMeasuring } from "./connector_measuring.ts";
import type { ConnectorMeter, MeterRead } from "./connector_meter.ts";
import type { ConnectorSamples, Moment } from "./connector_samples.ts";
import type { TimerMessage } from "./connector_timers.ts";
import type { ConnectorTransaction } from "./connector_transaction.ts";

/** The connector at the moment at which a reading arrives. */
export interface Circumstances {
  readonly use: Use;
  readonly board: BoardState;
  readonly settings: Settings;
}

export interface ConnectorMeteringParts {
  readonly clock: Clock;
  readonly meter: ConnectorMeter;
  readonly measuring: ConnectorMeasuring;
  readonly samples: ConnectorSamples;
  readonly transaction: ConnectorTransaction;
}

/** How far the transaction's own time may be from the clock's grid before the grid is another one: civil time was set. */
const gridToleranceMs = 5_000;

/** The timers at which the meter is read. */
type MeterTimer = Exclude<TimerMessage["kind"], "ConnectionTimeOutExpired" | "LockTimedOut" | "RoomDue">;

export class ConnectorMetering {
  readonly #clock: Clock;
  readonly #meter: ConnectorMeter;
  readonly #measuring: ConnectorMeasuring;
  readonly #samples: ConnectorSamples;
  readonly #transaction: ConnectorTransaction;

  constructor(parts: ConnectorMeteringParts) {
    this.#clock = parts.clock;
    this.#meter = parts.meter;
    this.#measuring = parts.measuring;
    this.#samples = parts.samples;
    this.#transaction = parts.transaction;
  }

  due(timer: MeterTimer, settings: Settings): void {
    switch (timer) {
      case "SampleDue":
        return this.#meter.ask({ kind: "sample" });
      case "AlignedDue": {
        const atMs = alignedMs(settings.ClockAlignedDataInterval, this.#clock.wallMs());
        return this.#meter.ask({ kind: "aligned", atMs });
      }
      case "EnergyDue":
        return this.#meter.ask({ kind: "energy" });
      case "MeterDue":
        return this.#meter.ask({ kind: "recovery" });
      case "CheckpointDue":
        return this.#meter.ask({ kind: "checkpoint" });
    }
  }

  async read(message: MeterRead, circumstances: Circumstances): Promise<ConnectorEvent | null> {
    const event = await this.#became(message, circumstances);
    const { use, board } = circumstances;
    const isUnmeasured = use.kind === "transaction" && board.contactorClosed &&
      this.#measuring.isTooLong();
    return event ?? (isUnmeasured ? { kind: "MeterFailed" } : null);
  }

  async #became(message: MeterRead, { use, board, settings }: Circumstances): Promise<ConnectorEvent | null> {
    const { purpose } = message;
    const read = this.#meter.take(message);
    const reading = read !== null && inTransaction(use) ? this.#transaction.counted(read) : read;
    const moment: Moment | null = reading === null
      ? null
      : { reading, board, settings, atMs: this.#transaction.nowMs() };
    switch (purpose.kind) {
      case "start": {
        if (use.kind !== "starting" || !sameIdTag(use.idTag, purpose.idTag)) return null;
        const data = moment === null ? null : this.#samples.edge(moment, "Transaction.Begin");
        const { reservationId } = purpose;
        const starter = {
          ...holderOf(use.idTag, use.parentIdTag),
          ...(reservationId === undefined ? {} : { reservationId }),
        };
        return await this.#transaction.begin(starter, reading, data);
      }
      case "stop": {
        if (use.kind !== "stopping") return null;
        const data = moment === null ? null : this.#samples.edge(moment, "Transaction.End");
        return await this.#transaction.end(purpose, reading, data);
      }
      case "sample":
        // After a stop has been decided a sample would come behind StopTransaction's own reading.
        if (use.kind === "transaction" && moment !== null) {
          await this.#transaction.sample(this.#samples.periodic(moment), moment.atMs);
        }
        return null;
      case "aligned":
        if (moment !== null) await this.#aligned(moment, purpose.atMs, use);
        return null;
      case "trigger":
        if (moment !== null) this.#triggered(moment, use);
        return null;
      case "energy":
        // Unmeasured there would be no end to it.
        return { kind: "EnergyMeasured", energyWh: reading?.energyWh ?? Infinity };
      case "recovery":
        return reading === null ? null : { kind: "MeterRecovered" };
      case "checkpoint":
        if (use.kind === "transaction") await this.#transaction.checkpoint();
        return null;
      case "resumption":
        // A question that hung may come back when its transaction has ended and another one runs.
        return use.kind === "transaction" && use.transaction.interrupted === true
          ? await this.#transaction.resume(purpose, read)
          : null;
    }
  }

  /** In a transaction that runs it is the reading's own moment where civil time was set, and the grid with it. */
  async #aligned(moment: Moment, gridMs: number, use: Use): Promise<void> {
    if (isRunning(use)) {
      const isNear = Math.abs(moment.atMs - gridMs) < gridToleranceMs;
      const atMs = isNear ? this.#transaction.notBefore(gridMs) : moment.atMs;
      return await this.#transaction.sample(this.#samples.aligned({ ...moment, atMs }), atMs);
    }
    if (!inTransaction(use)) this.#samples.sendAligned({ ...moment, atMs: gridMs });
  }

  /** It tells what is now, whatever a transaction waits for that does not run (spec/behaviour.md §15). */
  #triggered(moment: Moment, use: Use): void {
    if (isRunning(use)) this.#samples.sendTriggered(moment, use.transaction.transactionId);
    else this.#samples.sendTriggered({ ...moment, atMs: this.#clock.wallMs() }, undefined);
  }
}

/** Of one that waits to go on after a power cut, or for its bill, the time stands still: nothing is taken of it (decision D-aligned). */
function isRunning(use: Use): use is Extract<Use, { kind: "transaction" }> {
  return use.kind === "transaction" && use.transaction.interrupted !== true;
}
