/**
 * The books of the central system: its transactions, as the messages of the charger make them.
 *
 * Law: a retransmitted StartTransaction is known by its content (connectorId, idTag, timestamp, meterStart), as OCPP 1.6 §3.7
 * leaves it to do, so that a second transaction here is the charger's fault.
 */
import type {
  MeterValuesRequest,
  StartTransactionRequest,
  StopTransactionRequest,
} from "../../protocol/messages/core.ts";
import { transactionIdNotObtained } from "../../protocol/transaction.ts";

export interface LedgerEntry {
  transactionId: number;
  readonly start: StartTransactionRequest;
  readonly meterValues: MeterValuesRequest[];
  /** Some of them came in a resend, behind younger ones. */
  hasLateValues: boolean;
  stop: StopTransactionRequest | null;
}

export interface CentralSystemLedger {
  /** By a number of its own: a script may have told two transactions the same transactionId. */
  readonly entries: ReadonlyMap<number, LedgerEntry>;
  /** What came without a transactionId, since its StartTransaction was given up (errata v4.0 §3.18). */
  readonly orphans: readonly (MeterValuesRequest | StopTransactionRequest)[];
  /** All that came under this id, whenever, in their order. */
  readonly meterValuesOf: (transactionId: number) => readonly MeterValuesRequest[];
  /** Of two with the same id the younger one: the older one was over. */
  readonly entryOf: (transactionId: number) => LedgerEntry | undefined;
  readonly startedBy: (start: StartTransactionRequest) => LedgerEntry | undefined;
  readonly open: () => readonly LedgerEntry[];
  readonly started: (start: StartTransactionRequest) => LedgerEntry;
  readonly metered: (request: MeterValuesRequest) => void;
  readonly stopped: (stop: StopTransactionRequest) => void;
  /** The id of a transaction that is over and has none to share it with; undefined when there is none. */
  readonly reusableId: () => number | undefined;
}

export interface Leniency {
  /** Whether a transaction that was set aside is being sent again: its MeterValues may come after its StopTransaction. */
  readonly mayBeLate: () => boolean;
  /** Whether a StopTransaction that is not the same to the letter is the same all the same. */
  readonly isRetry: (
    entry: LedgerEntry,
    first: StopTransactionRequest,
    again: StopTransactionRequest,
  ) => boolean;
  /** Whether it ends just this one: of what comes with -1 an entry that was told -1 cannot be known by it. */
  readonly isEndOf: (entry: LedgerEntry, stop: StopTransactionRequest) => boolean;
}

/** What must not come is told to `breaches`. */
export function createCentralSystemLedger(
  breaches: string[],
  { mayBeLate, isRetry, isEndOf }: Leniency,
): CentralSystemLedger {
  const entries = new Map<number, LedgerEntry>();
  const byStart = new Map<string, LedgerEntry>();
  const meterValues = new Map<number, MeterValuesRequest[]>();
  const orphans: (MeterValuesRequest | StopTransactionRequest)[] = [];

  /** Of those that share an id the one that is open; else the last. */
  function entryOf(transactionId: number): LedgerEntry | undefined {
    const same = [...entries.values()].filter((entry) => entry.transactionId === transactionId);
    return same.find(({ stop }) => stop === null) ?? same.at(-1);
  }

  /** With -1 comes also the end of one that has obtained no id (errata v4.0 §3.18): then it is none of these. */
  function stoppedOf(stop: StopTransactionRequest): LedgerEntry | undefined {
    const { transactionId } = stop;
    if (transactionId !== transactionIdNotObtained) return entryOf(transactionId);
    return [...entries.values()].find((entry) =>
      entry.transactionId === transactionId && isEndOf(entry, stop)
    );
  }

  /** Of those that share an id: the one of that connector, and of its own the one in whose time a late value falls. */
  function meteredOf(
    { transactionId, connectorId, meterValue }: MeterValuesRequest,
  ): LedgerEntry | undefined {
    const same = [...entries.values()].filter((entry) =>
      entry.transactionId === transactionId && entry.start.connectorId === connectorId
    );
    const timestamp = meterValue[0]?.timestamp ?? "";
    const fitting = mayBeLate() ? same.findLast((entry) => spans(entry, timestamp)) : undefined;
    return fitting ?? same.at(-1);
  }

  /** Sent again, with the same content. */
  function isKnown(stop: StopTransactionRequest): boolean {
    const text = JSON.stringify(stop);
    return [...entries.values()].some((entry) => JSON.stringify(entry.stop) === text);
  }

  return {
    entries,
    orphans,
    meterValuesOf: (transactionId) => meterValues.get(transactionId) ?? [],
    entryOf,
    startedBy: (start) => byStart.get(startText(start)),
    open: () => [...entries.values()].filter((entry) => entry.stop === null),
    started: (start) => {
      const text = startText(start);
      const same = byStart.get(text);
      if (same !== undefined) return same;
      const entry: LedgerEntry = {
        transactionId: entries.size + 1,
        start,
        meterValues: [],
        hasLateValues: false,
        stop: null,
      };
      entries.set(entries.size + 1, entry);
      byStart.set(text, entry);
      return entry;
    },
    metered: (request) => {
      const { transactionId } = request;
      if (transactionId === undefined) return;
      const came = meterValues.get(transactionId) ?? [];
      came.push(request);
      meterValues.set(transactionId, came);
      const entry = meteredOf(request);
      if (entry !== undefined && mayBeLate()) entry.hasLateValues = true;
      if (entry !== undefined && entry.stop === null) entry.meterValues.push(request);
      else if (transactionId === transactionIdNotObtained) orphans.push(request);
      else if (entry === undefined) breaches.push(`MeterValues of unknown transaction ${transactionId}`);
      else if (!mayBeLate() && !isTriggered(request)) {
        breaches.push(`MeterValues after StopTransaction of ${transactionId}`);
      }
    },
    stopped: (stop) => {
      const entry = stoppedOf(stop);
      if (isKnown(stop)) return;
      if (entry === undefined && stop.transactionId === transactionIdNotObtained) orphans.push(stop);
      else if (entry === undefined) {
        breaches.push(`StopTransaction of unknown transaction ${stop.transactionId}`);
      } else if (entry.stop === null) entry.stop = stop;
      else if (!isRetry(entry, entry.stop, stop)) {
        breaches.push(`a second, different StopTransaction of ${stop.transactionId}`);
      }
    },
    reusableId: () => {
      const all = [...entries.values()];
      const over = all.findLast((entry) => entry.stop !== null)?.transactionId;
      const isOpen = all.some((entry) => entry.transactionId === over && entry.stop === null);
      return isOpen ? undefined : over;
    },
  };
}

function spans({ start, stop }: LedgerEntry, timestamp: string): boolean {
  return start.timestamp <= timestamp && (stop === null || timestamp <= stop.timestamp);
}

/** What makes a StartTransaction the same one. */
export function startText(start: StartTransactionRequest): string {
  const known = startTexts.get(start);
  if (known !== undefined) return known;
  const { connectorId, idTag, meterStart, timestamp } = start;
  const text = JSON.stringify([connectorId, idTag, meterStart, timestamp]);
  startTexts.set(start, text);
  return text;
}

/** It is asked for after each event of a session. */
const startTexts = new WeakMap<StartTransactionRequest, string>();

/** What was asked for waits among the CALLs, of which a bill may pass those that are left unanswered (decision D-turns). */
function isTriggered({ meterValue }: MeterValuesRequest): boolean {
  return meterValue[0]?.sampledValue[0]?.context === "Trigger";
}
