/**
 * The part of a connector's transaction that takes time: read the meter, commit, try again.
 *
 * Law: it performs and reports back as events; what follows from them is `protocol/connector.ts`'s to decide. A start that is
 * not durable did not happen, and a stop is tried until it is durable (house rules 1, 9). Within a transaction neither the
 * register nor the time ever falls.
 */
import type { CivilTime } from "../hal/civil_time.ts";
import type { Clock } from "../hal/clock.ts";
import type { Reading } from "../hal/meter.ts";
import type { Power } from "../hal/power.ts";
import type { Checkpoint } from "../protocol/checkpoint.ts";
import { closing, counts, isMeasured, isPossible, lastKnown, seen } from "../protocol/checkpoint.ts";
import { isRightEnough, leastCivilMs } from "../protocol/clock_setting.ts";
import type { ConnectorEvent, Fault, Holder, Stop } from "../protocol/connector_facts.ts";
import { clockNeverSet, storageRefuses } from "../protocol/connector_facts.ts";
import type { MeterValue } from "../protocol/messages/types.ts";
import { transactionTimeMs } from "../protocol/transaction.ts";
import type { TransactionRecord } from "../storage/records.ts";
import type { ConnectorMeasuring } from "./connector_measuring.ts";
import type { ConnectorMeter, Purpose } from "./connector_meter.ts";
import type { Values } from "./connector_samples.ts";
import type { Address, Message, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { TransactionBook } from "./transaction_book.ts";

/** To oneself: time to read for a stop, or for a resumption, again. */
export interface ReadingDue extends Message {
  readonly kind: "ReadingDue";
  readonly purpose: Extract<Purpose, { kind: "stop" | "resumption" }>;
}

export interface ConnectorTransactionParts {
  readonly clock: Clock;
  readonly civilTime: Pick<CivilTime, "firstToldMs">;
  /** This boot's number. */
  readonly boot: number;
  readonly power: Pick<Power, "supply">;
  readonly outbox: Address<OutboxMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly book: TransactionBook;
  readonly meter: ConnectorMeter;
  /** The most that can flow through the connector. */
  readonly powerMaxW: number;
  readonly measuring: ConnectorMeasuring;
}

/** A full disk may be relieved any moment; a bill must not wait for it longer than this. */
const stopAgainMs = 1_000;

/** For how long a meter that told nothing is asked once more, and how soon; then what was known before stands in (D-silent-meter). */
interface Patience {
  readonly forMs: number;
  readonly againMs: number;
}

/** A driver may wait for the next start; longer than three questions that time out. */
const atThePlug: Patience = { forMs: 10_000, againMs: 200 };
/** While mains power is failing: the hold-up time is for what comes of it. */
const inHoldUp: Patience = { forMs: 500, againMs: 200 };
/** A meter that has lost power in the same cut comes up after the controller; nobody waits. */
const afterBoot: Patience = { forMs: 60_000, againMs: 1_000 };

/** A bill needs a date. */
const clockWarning: Fault = {
  errorCode: "InternalError",
  vendorErrorCode: clockNeverSet,
  info: "the clock was never set",
};

export class ConnectorTransaction {
  readonly #self: Pick<Self<ReadingDue>, "after" | "send" | "trace">;
  readonly #parts: ConnectorTransactionParts;
  /** When this incarnation began, on the monotonic clock. */
  readonly #bornMs: number;
  /** What this incarnation has read since the last checkpoint that is durable. */
  #seen: Checkpoint | null = null;
  /** The last sample: a point of the clock's grid may be a little off the moment of its reading. */
  #sampled = { localId: 0, atMs: 0 };

  constructor(self: Pick<Self<ReadingDue>, "after" | "send" | "trace">, parts: ConnectorTransactionParts) {
    this.#self = self;
    this.#parts = parts;
    this.#bornMs = parts.clock.monotonicMs();
  }

  /** A moment on the running transaction's own clock; civil time where none runs. It stands still once the stop is decided. */
  nowMs(): number {
    const { book, boot, clock } = this.#parts;
    const record = book.open();
    if (record === null) return clock.wallMs();
    if (record.stop !== undefined) return record.stop.atMs;
    const { atMs } = this.#last(record);
    // Interrupted, it is as old as its last sign of life: nobody knows what came after that.
    return record.boot === boot ? Math.max(atMs, transactionTimeMs(record, clock.monotonicMs())) : atMs;
  }

  /** When this one began, on this boot's monotonic clock; before its zero where an earlier boot began it. */
  begunMonotonicMs(record: TransactionRecord): number {
    const { boot, clock } = this.#parts;
    const { begunMs = record.startedMs } = record;
    if (record.boot === boot) return record.startedMonotonicMs - (record.startedMs - begunMs);
    // As if it were resumed now.
    return clock.monotonicMs() - (Math.max(this.#last(record).atMs, this.#civilMs()) - begunMs);
  }

  /** The register that counts for the running transaction; null when none runs. */
  energyWh(): number | null {
    const record = this.#parts.book.open();
    return record === null ? null : this.#last(record).energyWh;
  }

  /** Of a sample: within a transaction no time stamp is below the one before it. */
  notBefore(atMs: number): number {
    const record = this.#parts.book.open();
    if (record === null) return atMs;
    return Math.max(atMs, this.#sampled.localId === record.localId ? this.#sampled.atMs : record.startedMs);
  }

  /** What of a reading counts for the running transaction; null where it tells of more than can have flowed. */
  counted(reading: Reading): Reading | null {
    const { book, measuring, powerMaxW } = this.#parts;
    const record = book.open();
    if (record === null) return reading;
    const last = this.#last(record);
    if (!isPossible(last, reading, measuring.since(record, last, this.nowMs()), powerMaxW)) {
      const error = `tell at most what can have flowed since ${last.energyWh} Wh, not ${reading.energyWh} Wh`;
      this.#self.trace("MeterFailed", { localId: record.localId, error });
      return null;
    }
    const now = seen(last, reading, this.nowMs());
    if (isMeasured(last, reading, powerMaxW)) measuring.measured(record, now.atMs - now.risenMs);
    this.#seen = now;
    return { ...reading, energyWh: now.energyWh };
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
    if (atMs < leastCivilMs) return { kind: "StartFailed", warning: clockWarning };
    const { energyWh, meterSerialNumber } = reading;
    const monotonicMs = clock.monotonicMs();
    const begun = await book.begin({ ...starter, energyWh, meterSerialNumber, atMs, monotonicMs, data });
    if (begun.kind === "refused") return { kind: "StartFailed", warning: storageWarning(begun.why) };
    this.#parts.measuring.measured(begun.record, 0);
    this.#queued();
    if (starter.reservationId !== undefined) {
      this.#self.send(this.#parts.reservations, { kind: "ReservationUsed" });
    }
    return { kind: "StartCommitted", localId: begun.record.localId };
  }

  /** Makes the decision durable and asks for the last reading. */
  async decideStop(stop: Stop): Promise<void> {
    const { book, clock, meter } = this.#parts;
    // Refused by the disk, it is tried again with each question to the meter, and with the StopTransaction itself.
    if (!await book.decideStop(stop, this.nowMs())) {
      this.#self.trace("StopNotKept", { localId: book.open()?.localId, why: "storage refuses" });
    }
    meter.ask({ kind: "stop", stop, decidedMs: clock.monotonicMs() });
  }

  /** Null when it is to be tried again: `ReadingDue` will say so. `data` is what transactionData ends with. */
  async end(
    purpose: Extract<Purpose, { kind: "stop" }>,
    reading: Reading | null,
    data: MeterValue | null,
  ): Promise<ConnectorEvent | null> {
    const { book } = this.#parts;
    const record = book.open();
    if (record === null) return null;
    if (reading === null && this.#asksAgain(record, purpose)) {
      await book.decideStop(purpose.stop, this.nowMs());
      return null;
    }
    // A meter that does not answer must not hold up a bill: what was known before stands in (spec/behaviour.md §18).
    const { energyWh } = closing(record, this.#last(record), reading);
    const ended = await book.end({ stop: purpose.stop, energyWh, atMs: this.nowMs(), data });
    if (!ended) {
      this.#self.after(stopAgainMs, { kind: "ReadingDue", purpose });
      return null;
    }
    this.#queued();
    return { kind: "StopCommitted" };
  }

  async sample({ sent, data }: Values, atMs: number): Promise<void> {
    const record = this.#parts.book.open();
    if (record === null || (sent === null && data === null)) return;
    const last = this.#last(record);
    const checkpoint = { ...last, atMs: Math.max(last.atMs, atMs) };
    if (!await this.#parts.book.sample({ checkpoint, sent, data })) {
      return this.#self.trace("DropSample", { why: "storage refuses" });
    }
    this.#seen = checkpoint;
    this.#sampled = { localId: record.localId, atMs };
    this.#queued();
  }

  /** A sign of life: with no reading, of the time alone. */
  async checkpoint(): Promise<void> {
    const { book } = this.#parts;
    await this.catchUp();
    const record = book.open();
    if (record === null) return;
    await book.keep({ ...this.#last(record), atMs: this.nowMs() });
  }

  /** Goes on with an interrupted transaction where its own meter still counts for it, else it ends. Null: asked again. */
  async resume(
    purpose: Extract<Purpose, { kind: "resumption" }>,
    reading: Reading | null,
  ): Promise<ConnectorEvent | null> {
    const { book } = this.#parts;
    const record = book.open();
    if (record === null) return null;
    if (reading === null && this.#asksAgain(record, purpose)) return null;
    const last = this.#last(record);
    const goesOn = reading !== null && counts(last, reading) && await this.#begunAnew(last.atMs);
    if (!goesOn) return { kind: "StopRequested", stop: { reason: "PowerLoss" } };
    this.#self.trace("Resume", { localId: record.localId, darkMs: this.#civilMs() - last.atMs });
    return { kind: "Resumed" };
  }

  /**
   * Where the clock had lost its time, what was told first says how long power was gone before a transaction that goes on: its own time
   * moves there, and forward only. What the store refuses is tried again with the next sign of life.
   */
  async catchUp(): Promise<void> {
    const { book, boot, civilTime } = this.#parts;
    const record = book.open();
    const told = civilTime.firstToldMs();
    const isResumed = record?.begunMs !== undefined && record.boot === boot && record.stop === undefined;
    if (!isResumed || told === null) return;
    const nowMs = this.nowMs();
    if (told > nowMs && !isRightEnough(nowMs, told)) await this.#begunAnew(nowMs);
  }

  /** Its own clock goes on from civil time, or from `leastMs` where that is later. False when the store refuses. */
  #begunAnew(leastMs: number): Promise<boolean> {
    const { book, clock } = this.#parts;
    return book.resume({ atMs: Math.max(leastMs, this.#civilMs()), monotonicMs: clock.monotonicMs() });
  }

  #civilMs(): number {
    return this.#parts.civilTime.firstToldMs() ?? this.#parts.clock.wallMs();
  }

  /** The last sign of life, durable or seen by this incarnation. */
  #last(record: TransactionRecord): Checkpoint {
    const seen = this.#seen?.localId === record.localId ? this.#seen : null;
    return lastKnown(record, seen ?? this.#parts.book.checkpoint());
  }

  /** What an earlier boot has left is waited for since this one took it up, whether it is to go on or to end. */
  #asksAgain(record: TransactionRecord, purpose: ReadingDue["purpose"]): boolean {
    const { boot, clock, power } = this.#parts;
    const isLeft = record.boot !== boot || purpose.kind === "resumption";
    const sinceMs = isLeft ? this.#bornMs : purpose.decidedMs;
    const { forMs, againMs } = isLeft ? afterBoot : power.supply() === "failing" ? inHoldUp : atThePlug;
    if (clock.monotonicMs() - sinceMs >= forMs) return false;
    this.#self.after(againMs, { kind: "ReadingDue", purpose });
    return true;
  }

  #queued(): void {
    this.#self.send(this.#parts.outbox, { kind: "TransactionMessageQueued" });
  }
}

/** StatusNotification's info has at most 50 characters (§7.6). */
function storageWarning(why: string): Fault {
  const info = `storage refuses: ${why}`.slice(0, 50);
  return { errorCode: "InternalError", vendorErrorCode: storageRefuses, info };
}
