/**
 * One transaction message on its way to the central system, and what may become of it.
 *
 * Law: whatever becomes of it is one commit (reliability.md D4). Where that commit is refused nothing has changed, and the same
 * message goes again later: its content tells the central system that it is the same.
 */
import { judged } from "../protocol/authorization.ts";
import type { IdTagInfo } from "../protocol/messages/types.ts";
import type { StartTransactionResponse, StopTransactionResponse } from "../protocol/messages/core.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { TransactionCall, TransactionMessage } from "../protocol/transaction.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import type { AnswerRecord } from "../storage/records.ts";

export interface Delivery {
  readonly localId: number;
  readonly call: TransactionCall;
  /** How often it has failed so far. */
  readonly failures: number;
  /** `payload` is the checked response of the call's action. False when the store refused. */
  readonly answered: (payload: unknown) => Promise<boolean>;
  /** Counts one more failure. */
  readonly failed: (refusal: Refusal) => Promise<void>;
  /** Sets it aside: the central system has refused it for good. False when the store refused. */
  readonly park: (refusal: Refusal) => Promise<boolean>;
}

/** Where the messages come from. */
export interface Deliveries {
  /** Roughly how much is there: 0 is nothing, and more than 0 may turn out to be nothing at `head`. */
  readonly length: () => number;
  /** `dataBytesMax` is the room for a StopTransaction's transactionData. Null when there is nothing, or what must go first cannot be stored. */
  readonly head: (dataBytesMax: number) => Promise<Delivery | null>;
}

/** Who wants to know what was answered. */
export interface DeliveryListener {
  readonly startAnswered: (localId: number, connectorId: number, answer: AnswerRecord) => void;
  /** The central system has said what an idTag is worth (§3.5.1). */
  readonly idTagInfoReceived: (idTag: string, info: IdTagInfo) => void;
  readonly damaged: TellDamaged;
  readonly trace: (effect: string, detail: unknown) => void;
}

/** What is kept of the answer to a StartTransaction. `nowMs` is civil time: an expiryDate that has passed refuses (§7.27). */
export function startAnswer(
  message: TransactionMessage,
  payload: unknown,
  nowMs: number,
): AnswerRecord | null {
  if (message.action !== "StartTransaction") return null;
  const { transactionId, idTagInfo } = payload as StartTransactionResponse;
  return {
    transactionId,
    ...judged(idTagInfo, nowMs),
    start: message.payload,
  };
}

/** Hands on what the central system says of the message's idTag. */
export function tellIdTagInfo(
  listener: DeliveryListener,
  message: TransactionMessage,
  payload: unknown,
): void {
  if (message.action === "MeterValues") return;
  const info = (payload as StartTransactionResponse | StopTransactionResponse).idTagInfo;
  const { idTag } = message.payload;
  if (info !== undefined && idTag !== undefined) listener.idTagInfoReceived(idTag, info);
}
