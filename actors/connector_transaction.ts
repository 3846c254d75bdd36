/**
 * What a connector does for its transaction that takes time: read the meter, commit, try again.
 *
 * Law: it performs and reports back as events; what follows from them is `protocol/connector.ts`'s to decide. A start that is
 * not durable did not happen, and a stop is tried until it is durable (house rules 1, 9).
 */
import type { Clock } from "../hal/clock.ts";
import type { Reading } from "../hal/meter.ts";
import type { ConnectorEvent, Fault, Holder, Stop, Use } from "../protocol/connector_facts.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import { transactionTimeMs } from "../protocol/transaction.ts";
import type { Drawing } from "./connector_message.ts";
import type { ConnectorMeter, Purpose } from "./connector_meter.ts";
import type { Address, Message, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { Sampled, TransactionBook } from "./transaction_book.ts";

/** To oneself: time to try the stop again. */
export interface StopDue extends Message {
  readonly kind: "StopDue";
  readonly purpose: Extract<Purpose, { kind: "stop" }>;
}

export interface ConnectorTransactionParts {
  readonly clock: Clock;
  /** This boot's number. */
  readonly boot: number;
  readonly outbox: Address<OutboxMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly book: TransactionBook;
  readonly meter: ConnectorMeter;
}

/** A full disk may be relieved any moment; a stop must not wait for it longer than this. */
const stopAgainMs = 1_000;
/** A meter actor that crashes under a stop's question is asked again, but not beyond this: then the last reading stands in. */
const stopReadingMs = 2_000;
const readAgainMs = 200;
/** 2025-01-01: a clock that is before this software has never been set, and a bill needs a date (spec/behaviour.md §17). */
const leastCivilMs = 1_735_689_600_000;
const clockNeverSet: Fault = { errorCode: "InternalError", info: "the clock was never set" };

export class ConnectorTransaction {
  readonly #self: Pick<Self<StopDue>, "after" | "send" | "trace">;
  readonly #parts: ConnectorTransactionParts;
  /** The last sample: a point of the clock's grid may be a little off the moment of its reading. */
  #sampled = { localId: 0, atMs: 0 };

  constructor(self: Pick<Self<StopDue>, "after" | "send" | "trace">, parts: ConnectorTransactionParts) {
    this.#self = self;
    this.#parts = parts;
  }

  drawing(use: Use): Drawing {
    switch (use.kind) {
      case "none":
      case "stopping":
      case "ended":
        return { kind: "none" };
      case "asked":
      case "authorized":
      case "locking":
      case "starting":
        return { kind: "starting" };
      case "transaction": {
        const record = this.#parts.book.open();
        if (record === null) return { kind: "none" };
        return { kind: "running", localId: record.localId, startedMonotonicMs: record.startedMonotonicMs };
      }
    }
  }

  /** A moment on the running transaction's own clock; civil time where none runs in this boot. */
  nowMs(): number {
    const { book, boot, clock } = this.#parts;
    const record = book.open();
    return this.notBefore(
      record?.boot === boot ? transactionTimeMs(record, clock.monotonicMs()) : clock.wallMs(),
    );
  }

  /** Within a transaction time never falls: the moment, or that of what was told last. */
  notBefore(atMs: number): number {
    const record = this.#parts.book.open();
    if (record === null) return atMs;
    return Math.max(atMs, this.#sampled.localId === record.localId ? this.#sampled.atMs : record.startedMs);
  }

  /** Called only while the connector is still starting. `data` is what transactionData begins with. */
  async begin(
    starter: Holder & { readonly reservationId?: number },
    reading: Reading | null,
    data: MeterValue | null,
  ): Promise<ConnectorEvent> {
    const { book, clock } = this.#parts;
    const atMs = clock.wallMs();
    if (reading === null) return { kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } };
    if (atMs < leastCivilMs) return { kind: "StartFailed", warning: clockNeverSet };
    const begun = await book.begin({
      ...starter,
      energyWh: reading.energyWh,
      atMs,
      monotonicMs: clock.monotonicMs(),
      data,
    });
    if (begun === null) {
      const warning: Fault = { errorCode: "InternalError", info: "storage refuses a new transaction" };
      return { kind: "StartFailed", warning };
    }
    this.#queued();
    if (starter.reservationId !== undefined) {
      this.#self.send(this.#parts.reservations, { kind: "ReservationUsed" });
    }
    return { kind: "StartCommitted", localId: begun.localId };
  }

  /** Makes the decision durable and asks for the last reading. */
  async decideStop(stop: Stop): Promise<void> {
    const { book, clock, meter } = this.#parts;
    // Refused by a full disk, it is tried again with the StopTransaction itself, which waits for nothing else.
    await book.decideStop(stop, this.nowMs());
    meter.ask({ kind: "stop", stop, decidedMs: clock.monotonicMs() });
  }

  /** Null when it is to be tried again: `StopDue` will say so. `data` is what transactionData ends with. */
  async end(
    purpose: Extract<Purpose, { kind: "stop" }>,
    reading: Reading | null,
    data: MeterValue | null,
  ): Promise<ConnectorEvent | null> {
    const { book, clock, meter } = this.#parts;
    const record = book.open();
    if (record === null) return null;
    const mayWait = reading === null && clock.monotonicMs() - purpose.decidedMs < stopReadingMs;
    if (mayWait) return this.#again(purpose, readAgainMs);
    // A meter that does not answer must not hold up a bill: the last reading stands in (spec/behaviour.md §18).
    const energyWh = Math.max(meter.highestWh() ?? 0, record.lastEnergyWh ?? 0, record.meterStartWh);
    const ended = await book.end({ stop: purpose.stop, energyWh, atMs: this.nowMs(), data });
    if (!ended) return this.#again(purpose, stopAgainMs);
    this.#queued();
    return { kind: "StopCommitted" };
  }

  async sample(sampled: Sampled, atMs: number): Promise<void> {
    const record = this.#parts.book.open();
    if (record === null || (sampled.sent === null && sampled.data === null)) return;
    if (!await this.#parts.book.sample(sampled)) {
      return this.#self.trace("DropSample", { why: "storage refuses" });
    }
    this.#sampled = { localId: record.localId, atMs };
    this.#queued();
  }

  #again(purpose: Extract<Purpose, { kind: "stop" }>, afterMs: number): null {
    this.#self.after(afterMs, { kind: "StopDue", purpose });
    return null;
  }

  #queued(): void {
    this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
  }
}
