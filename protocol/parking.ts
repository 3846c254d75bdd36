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
  /** The oldest of what is parked is its StartTransaction. */
  readonly beginsWithStart: boolean;
}

export function mayMoveParked(facts: ParkedFacts): "yes" | "unknown" | "resending" | "open" | "idLost" {
  if (!facts.isParked) return "unknown";
  if (facts.isResending) return "resending";
  if (facts.isOpen) return "open";
  return facts.hasTransactionId || facts.beginsWithStart ? "yes" : "idLost";
}
