/**
 * What a connector does for its transaction that takes time: read the meter, commit, try again.
 *
 * Law: it performs and reports back as events; what follows from them is `protocol/connector.ts`'s to decide. A start that is
 * not durable did not happen, and a stop is tried until it is durable (house rules 1, 9).
 */
import type { Clock } from "../hal/clock.ts";
import type { Reading } from "../hal/meter.ts";
import type { ConnectorEvent, Fault, Stop } from "../protocol/connector_facts.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import type { ConnectorMeter, Purpose } from "./connector_meter.ts";
import type { Address, Message, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox.ts";
import type { TransactionBook } from "./transaction_book.ts";

/** To oneself: time to try the stop again. */
export interface StopDue extends Message {
  readonly kind: "StopDue";
  readonly purpose: Extract<Purpose, { kind: "stop" }>;
}

export interface ConnectorTransactionParts {
  readonly clock: Clock;
  readonly outbox: Address<OutboxMessage>;
  readonly book: TransactionBook;
  readonly meter: ConnectorMeter;
}

/** A full disk may be relieved any moment; a stop must not wait for it longer than this. */
const stopAgainMs = 1_000;
/** A meter actor that crashes under a stop's question is asked again, but not beyond this: then the last reading stands in. */
const stopReadingMs = 2_000;
const readAgainMs = 200;

export class ConnectorTransaction {
  readonly #self: Pick<Self<StopDue>, "after" | "send" | "trace">;
  readonly #parts: ConnectorTransactionParts;

  constructor(self: Pick<Self<StopDue>, "after" | "send" | "trace">, parts: ConnectorTransactionParts) {
    this.#self = self;
    this.#parts = parts;
  }

  /** Called only while the connector is still starting. */
  async begin(
    starter: { readonly idTag: string; readonly parentIdTag?: string },
    reading: Reading | null,
  ): Promise<ConnectorEvent> {
    const { book, clock } = this.#parts;
    if (reading === null) return { kind: "StartFailed", warning: { errorCode: "PowerMeterFailure" } };
    const begun = await book.begin({
      idTag: starter.idTag,
      ...(starter.parentIdTag === undefined ? {} : { parentIdTag: starter.parentIdTag }),
      energyWh: reading.energyWh,
      atMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
    });
    if (begun === null) {
      const warning: Fault = { errorCode: "InternalError", info: "storage refuses a new transaction" };
      return { kind: "StartFailed", warning };
    }
    this.#queued();
    return { kind: "StartCommitted", localId: begun.localId };
  }

  /** Makes the decision durable and asks for the last reading. */
  async decideStop(stop: Stop): Promise<void> {
    const { book, clock, meter } = this.#parts;
    // Refused by a full disk, it is tried again with the StopTransaction itself, which waits for nothing else.
    await book.decideStop(stop, clock.wallMs());
    meter.ask({ kind: "stop", stop, decidedMs: clock.monotonicMs() });
  }

  /** Null when it is to be tried again: `StopDue` will say so. */
  async end(
    purpose: Extract<Purpose, { kind: "stop" }>,
    reading: Reading | null,
  ): Promise<ConnectorEvent | null> {
    const { book, clock, meter } = this.#parts;
    const record = book.open();
    if (record === null) return null;
    const mayWait = reading === null && clock.monotonicMs() - purpose.decidedMs < stopReadingMs;
    if (mayWait) return this.#again(purpose, readAgainMs);
    // A meter that does not answer must not hold up a bill: the last reading stands in (spec/behaviour.md §18).
    const energyWh = meter.highestWh() ?? record.meterStartWh;
    const ended = await book.end(purpose.stop, energyWh, clock.wallMs());
    if (!ended) return this.#again(purpose, stopAgainMs);
    this.#queued();
    return { kind: "StopCommitted" };
  }

  async sample(value: MeterValue, energyWh: number): Promise<void> {
    if (await this.#parts.book.sample(value, energyWh)) this.#queued();
    else this.#self.trace("DropSample", { why: "storage refuses" });
  }

  #again(purpose: Extract<Purpose, { kind: "stop" }>, afterMs: number): null {
    this.#self.after(afterMs, { kind: "StopDue", purpose });
    return null;
  }

  #queued(): void {
    this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
  }
}
