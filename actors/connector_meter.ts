/**
 * One connector's readings: asks the meter actor, and makes MeterValues of a reading.
 *
 * Law: a reading is what the meter says. What of it counts for a transaction is the transaction's to judge
 * (`connector_transaction.ts`).
 */
import type { BoardState } from "../hal/board.ts";
import type { MeterOutcome, Reading } from "../hal/meter.ts";
import type { Stop } from "../protocol/connector_facts.ts";
import type { MeasurandItem } from "../protocol/measurand_item.ts";
import type { MeterValue, ReadingContext } from "../protocol/messages/types.ts";
import { meterValue } from "../protocol/metering.ts";
import type { MeterMessage } from "./meter.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";

/** What a reading is for. */
export type Purpose =
  | { readonly kind: "start"; readonly idTag: string; readonly reservationId?: number }
  /** `decidedMs`: when the stop was decided, on the monotonic clock. */
  | { readonly kind: "stop"; readonly stop: Stop; readonly decidedMs: number }
  | { readonly kind: "sample" }
  /** For a point of the clock's grid. */
  | { readonly kind: "aligned"; readonly atMs: number }
  /** Is the energy of MaxEnergyOnInvalidId used up? */
  | { readonly kind: "energy" }
  /** Does a meter that has failed a start answer again? */
  | { readonly kind: "recovery" }
  /** A sign of life of the transaction. */
  | { readonly kind: "checkpoint" }
  /** May an interrupted transaction go on? */
  | { readonly kind: "resumption" }
  | { readonly kind: "trigger" };

/** What comes back to the connector. */
export interface MeterRead extends Message {
  readonly kind: "MeterRead";
  readonly purpose: Purpose;
  readonly outcome: Outcome<MeterOutcome>;
}

export interface ConnectorMeterParts {
  readonly connectorId: number;
  readonly meter: Address<MeterMessage>;
  /** Ampere: the most that the car may draw now. */
  readonly offeredA: () => number;
}

/** The meter actor answers within 3 s. */
const meterTimeoutMs = 5_000;

export class ConnectorMeter {
  readonly #self: Pick<Self<MeterRead>, "ask" | "trace">;
  readonly #parts: ConnectorMeterParts;
  #lastWh: number | null = null;

  constructor(self: Pick<Self<MeterRead>, "ask" | "trace">, parts: ConnectorMeterParts) {
    this.#self = self;
    this.#parts = parts;
  }

  ask(purpose: Purpose): void {
    const { connectorId, meter } = this.#parts;
    this.#self.ask(
      meter,
      (reply: Reply<MeterOutcome>) => ({ kind: "ReadMeter", connectorId, reply }),
      meterTimeoutMs,
      (outcome) => ({ kind: "MeterRead", purpose, outcome }),
    );
  }

  /** The reading in an outcome, or null when there was none. */
  take(message: MeterRead): Reading | null {
    const { outcome, purpose } = message;
    if (outcome.kind !== "reply" || outcome.value.kind === "failed") {
      const error = outcome.kind === "reply" && outcome.value.kind === "failed"
        ? outcome.value.error
        : outcome.kind;
      this.#self.trace("MeterFailed", { purpose: purpose.kind, error });
      return null;
    }
    const { reading } = outcome.value;
    this.#lastWh = reading.energyWh;
    return reading;
  }

  /** The register as it was last read; null before. */
  lastWh(): number | null {
    return this.#lastWh;
  }

  /** Null when the meter measured nothing of what is asked. */
  value(
    reading: Reading,
    board: BoardState,
    items: readonly MeasurandItem[],
    context: ReadingContext,
    atMs: number,
  ): MeterValue | null {
    const measured = {
      ...reading,
      offeredA: board.contactorClosed ? this.#parts.offeredA() : 0,
      ...(board.evSocPercent === undefined ? {} : { socPercent: board.evSocPercent }),
    };
    return meterValue(measured, items, context, atMs);
  }
}
