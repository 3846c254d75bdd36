/**
 * Whether what was refused for good may be sent again now (spec/behaviour.md §3; errata v4.0 §3.18).
 *
 * Law: never the half of a transaction, and never twice at a time.
 */

export interface ParkedFacts {
  readonly isParked: boolean;
  /** It has not ended, or messages of it still wait for the central system. */
  readonly isOpen: boolean;
  readonly isResending: boolean;
  /** Its StartTransaction has been answered. */
  readonly hasTransactionId: boolean;
  /** The oldest message of it that could be sent; null when there is none. */
  readonly first: "StartTransaction" | "MeterValues" | "StopTransaction" | null;
}

export type MayMoveParked = "yes" | "unknown" | "resending" | "open" | "idLost" | "nothingLeft";

export function mayMoveParked(facts: ParkedFacts): MayMoveParked {
  if (!facts.isParked) return "unknown";
  if (facts.isResending) return "resending";
  if (facts.isOpen) return "open";
  if (!facts.hasTransactionId && facts.first !== "StartTransaction") return "idLost";
  return facts.first === null ? "nothingLeft" : "yes";
}
