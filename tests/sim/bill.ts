/**
 * One transaction as the world keeps account of it: what is durable of it, and what the hardware delivered for it.
 *
 * Law: it is written by the durable ledger alone, and judged by the invariants.
 */
import type { StartTransactionRequest } from "../../protocol/messages/core.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { OutboxRecord } from "../../storage/records.ts";
import type { Batch } from "../../storage/store.ts";

export type Message = OutboxRecord["message"];

type Stop = Extract<Message, { action: "StopTransaction" }>["payload"];
type Metered = Extract<Message, { action: "MeterValues" }>["payload"];

/** One transaction, from the commit that begins it to the end of the run. */
export interface Bill {
  readonly localId: number;
  readonly connectorId: number;
  readonly start: StartTransactionRequest;
  /** What the hardware had delivered by then, finer than any meter tells it. */
  readonly startedWh: number;
  stop: Stop | null;
  stoppedWh: number | null;
  /** Since when the store knows that its idTag was refused. */
  refusedMs: number | null;
  /** Those that have been durable, in their order, by their sequence: MeterValues, and what is kept for transactionData and has not gone for another. */
  readonly meterValues: Map<number, Metered>;
  readonly samples: Map<number, MeterValue>;
  /** Which of the samples a boot has found damaged, in that order: of these, and of nothing else, transactionData may be short. */
  readonly damagedSamples: Set<number>;
  /** Which of the MeterValues went since there were too many messages. */
  readonly thinned: Set<number>;
  /** Messages of it that are set aside, by their sequence: refused for good, or sent without a transactionId. */
  readonly archive: Map<number, Message>;
  /** Something of it has been. */
  wasSetAside: boolean;
  /** A person has given it up: nothing more of it need come. */
  isDiscarded: boolean;
  /** When its periodic samples were taken: the last two. */
  readonly samplesMs: number[];
  readonly startedMs: number;
  /** Its energy cannot be judged: the meter has lied between the reading that began it and its end. */
  isMisread: boolean;
  /** What of it may be lost, and why: a damaged record, an emptied store. */
  excuse: string | null;
  /** Of its messages those that a boot has found damaged, as `messageText` has them. */
  readonly damaged: Set<string>;
  /** Its record was damaged while it was open: its stop may have been decided by then, and says PowerLoss. */
  isReasonLost: boolean;
  /** Its StartTransaction was damaged while it waited: what it said stands a second time, and it must come all the same. */
  isStartDamaged: boolean;
  /** What its StartTransaction was answered was damaged. */
  isAnswerLost: boolean;
  /** The store that had it is gone: nobody can say what must be left of it. */
  isBeyondAccount: boolean;
}

/** Nothing of it is known yet but how it began. */
export function begun(
  localId: number,
  start: StartTransactionRequest,
  { startedWh, startedMs }: Pick<Bill, "startedWh" | "startedMs">,
): Bill {
  return {
    localId,
    connectorId: start.connectorId,
    start,
    startedWh,
    stop: null,
    stoppedWh: null,
    refusedMs: null,
    meterValues: new Map(),
    samples: new Map(),
    damagedSamples: new Set(),
    thinned: new Set(),
    archive: new Map(),
    wasSetAside: false,
    isDiscarded: false,
    samplesMs: [],
    startedMs,
    isMisread: false,
    excuse: null,
    damaged: new Set(),
    isReasonLost: false,
    isStartDamaged: false,
    isAnswerLost: false,
    isBeyondAccount: false,
  };
}

/** The same for the same message, wherever it stands, and in whichever order its fields do. */
export function messageText(
  { action, payload }: { readonly action: string; readonly payload: unknown },
): string {
  return JSON.stringify(
    [action, payload],
    (_, value) =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1)),
  );
}

/** Whether a transaction begins: a StartTransaction that was damaged, and is made again, comes alone. */
export function isBeginning({ sets = [] }: Batch): boolean {
  return sets.some(({ key }) => key[0] === "transaction");
}

/** Whether its StartTransaction was refused for good, so that the rest of it goes out without a transactionId. */
export function isStartParked({ archive }: Bill): boolean {
  for (const { action } of archive.values()) if (action === "StartTransaction") return true;
  return false;
}
