/**
 * How the tool answers: every request positively, unless a case has said otherwise of the next one, or of an idTag.
 *
 * Law: plain bookkeeping; the transaction ids are the tool's own and never repeat.
 */
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { Payload } from "./expected.ts";

/** Longer than any case: a case that wants heartbeats asks for them. */
const HEARTBEAT_INTERVAL_S = 300;
/** Not 1, which a charge point might use for a number of its own. */
const FIRST_TRANSACTION_ID = 4_711;

export class PositiveAnswers {
  readonly #next = new Map<string, Payload[]>();
  readonly #idTags = new Map<string, IdTagInfo>();
  #transactionId = FIRST_TRANSACTION_ID;

  answerNext(action: string, payloads: readonly Payload[]): void {
    this.#next.set(action, [...this.#next.get(action) ?? [], ...payloads]);
  }

  know(idTag: string, info: IdTagInfo): void {
    this.#idTags.set(idTag, info);
  }

  /** Null where there is no such request of a charge point. */
  answer(action: string, payload: Payload): Payload | null {
    return this.#next.get(action)?.shift() ?? this.#positive(action, payload);
  }

  #positive(action: string, { idTag }: Payload): Payload | null {
    const currentTime = new Date().toISOString();
    const idTagInfo = this.#idTags.get(String(idTag)) ?? { status: "Accepted" };
    switch (action) {
      case "BootNotification":
        return { status: "Accepted", currentTime, interval: HEARTBEAT_INTERVAL_S };
      case "Heartbeat":
        return { currentTime };
      case "Authorize":
        return { idTagInfo };
      case "StartTransaction":
        return { transactionId: this.#transactionId++, idTagInfo };
      case "StopTransaction":
        return idTag === undefined ? {} : { idTagInfo };
      case "StatusNotification":
      case "DiagnosticsStatusNotification":
      case "FirmwareStatusNotification":
      case "LogStatusNotification":
      case "MeterValues":
      case "SecurityEventNotification":
        return {};
      default:
        return null;
    }
  }
}
