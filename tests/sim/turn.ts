/**
 * What the central system does with one CALL of the charger, where it does not simply follow the specification.
 *
 * Law: plain data, but for the texts that a scripted test makes by hand. Only an `error` or a `cut` that says so leaves the
 * ledger as it was.
 */
import type { RpcErrorCode } from "../../protocol/frame.ts";
import { callError, formatCallError, formatCallResult } from "../../protocol/frame.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";

export type Turn =
  /** `payload` in place of its own answer, `afterMs` in place of its own pace. */
  | { readonly kind: "answer"; readonly payload?: unknown; readonly afterMs?: number }
  /** A CALLERROR: before the CALL was processed, or although it was. */
  | { readonly kind: "error"; readonly errorCode: RpcErrorCode; readonly processed?: boolean }
  /**
   * These texts in place of its own answer, whatever they are; the ledger has the CALL all the same. `transactionId` is what a
   * StartTransaction is told in them, from then on the entry's own.
   */
  | {
    readonly kind: "texts";
    readonly texts: (id: string) => readonly string[];
    readonly transactionId?: number;
    readonly afterMs?: number;
  }
  /** Processed, and never answered. */
  | { readonly kind: "nothing" }
  /** The connection ends: the CALL was lost with it, or was processed and its answer is lost. */
  | { readonly kind: "cut"; readonly processed: boolean }
  /** Its own answer, twice; or behind one that nobody has asked for. */
  | { readonly kind: "twice" }
  | { readonly kind: "strangerFirst" }
  /** Its own answer, but for what the idTag is worth. */
  | { readonly kind: "judged"; readonly status: IdTagInfo["status"] }
  /** StartTransaction is told this transactionId; `reused` is that of a transaction that is over. */
  | { readonly kind: "numbered"; readonly transactionId: number | "reused" }
  /** BootNotification is answered so. */
  | {
    readonly kind: "boot";
    readonly status: "Accepted" | "Pending" | "Rejected";
    readonly intervalS: number;
  };

/** What is said to the CALL with this id; `own` is what the specification would have it say. */
export function answerTexts(
  id: string,
  turn: Exclude<Turn, { kind: "nothing" | "cut" }>,
  own: unknown,
  anyId: () => string,
): readonly string[] {
  const result = (id: string, payload: unknown) => formatCallResult({ kind: "CallResult", id, payload });
  switch (turn.kind) {
    case "answer":
      return [result(id, turn.payload ?? own)];
    case "error":
      return [formatCallError(callError(id, turn.errorCode, "scripted"))];
    case "texts":
      return turn.texts(id);
    case "twice":
      return [result(id, own), result(id, own)];
    case "strangerFirst":
      return [result(anyId(), {}), result(id, own)];
    case "judged":
    case "numbered":
    case "boot":
      return [result(id, own)];
  }
}
