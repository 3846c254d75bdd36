/**
 * The books of the small central system: each transaction from its start to its bill.
 *
 * Law: a message that was sent again changes nothing, because its first answer may have been lost (OCPP 1.6 §3.7.1).
 */
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../protocol/messages/core.ts";
import type { StopReason } from "../protocol/messages/types.ts";
import { parseDateTimeMs } from "../protocol/date_time.ts";

/** One transaction as the charge point has told it. Times are the charge point's own, in ms since 1970. */
export interface LedgerEntry {
  readonly transactionId: number;
  readonly start: StartTransactionRequest;
  readonly meterValues: readonly MeterValuesRequest[];
  readonly stop: StopTransactionRequest | null;
}

/** What the driver pays. */
export interface Bill {
  readonly transactionId: number;
  readonly connectorId: number;
  readonly idTag: string;
  readonly energyWh: number;
  readonly durationMs: number;
  readonly reason: StopReason;
  /** In cents, rounded to the nearest. */
  readonly amountCents: number;
}

export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  readonly #strays: (MeterValuesRequest | StopTransactionRequest)[] = [];

  /** In the order of their starts. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Messages of transactions that were never opened here, as with the id -1 of a start that got no answer. */
  get strays(): readonly (MeterValuesRequest | StopTransactionRequest)[] {
    return this.#strays;
  }

  /** Opens a transaction, or finds the one that this very request has opened before. Ids rise from 1. */
  start(request: StartTransactionRequest): LedgerEntry {
    const known = this.#entries.find(({ start }) => isSame(start, request));
    if (known !== undefined) return known;
    const entry: LedgerEntry = {
      transactionId: (this.#entries.at(-1)?.transactionId ?? 0) + 1,
      start: request,
      meterValues: [],
      stop: null,
    };
    this.#entries.push(entry);
    return entry;
  }

  meterValues(request: MeterValuesRequest): void {
    const entry = this.#entryOf(request.transactionId);
    if (entry === undefined) {
      if (request.transactionId !== undefined) this.#strays.push(request);
    } else if (!entry.meterValues.some((known) => isSame(known, request))) {
      this.#replace({ ...entry, meterValues: [...entry.meterValues, request] });
    }
  }

  /** Closes a transaction: its entry at the first stop, null at every other. */
  stop(request: StopTransactionRequest): LedgerEntry | null {
    const entry = this.#entryOf(request.transactionId);
    if (entry === undefined) this.#strays.push(request);
    if (entry === undefined || entry.stop !== null) return null;
    const closed = { ...entry, stop: request };
    this.#replace(closed);
    return closed;
  }

  #entryOf(transactionId: number | undefined): LedgerEntry | undefined {
    return this.#entries.find((entry) => entry.transactionId === transactionId);
  }

  #replace(entry: LedgerEntry): void {
    this.#entries[this.#entries.findIndex(({ transactionId }) => transactionId === entry.transactionId)] =
      entry;
  }
}

/** The bill of a transaction; null while it runs. */
export function billOf(entry: LedgerEntry, centsPerKwh: number): Bill | null {
  const { transactionId, start, stop } = entry;
  if (stop === null) return null;
  const energyWh = stop.meterStop - start.meterStart;
  return {
    transactionId,
    connectorId: start.connectorId,
    idTag: start.idTag,
    energyWh,
    durationMs: (parseDateTimeMs(stop.timestamp) ?? 0) - (parseDateTimeMs(start.timestamp) ?? 0),
    // The one reason that may be left out (OCPP 1.6 §6.47).
    reason: stop.reason ?? "Local",
    amountCents: Math.round(energyWh * centsPerKwh / 1000),
  };
}

/** Sent again, a message differs in its id alone, which the ledger never sees. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
