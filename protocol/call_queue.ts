/**
 * The order of the wire: which CALL goes next, and when a transaction message is tried again (OCPP 1.6 §3.7, OCPP-J §4.1.1).
 *
 * Law: one CALL in flight. Transaction messages keep their order among themselves and are never overtaken by each other;
 * other CALLs may overtake them, so that a drained backlog does not silence the live charger; one that was left unanswered gives its turn
 * to a transaction message, so that no bill waits for ever (decision D-turns). What is in the background goes last.
 */
import type { CallClass, Registration } from "./registration.ts";
import { maySend } from "./registration.ts";

/** What the choice depends on. */
export interface Wire {
  readonly linkUp: boolean;
  readonly inFlight: boolean;
  readonly registration: Registration;
  /** The classes of the CALLs that wait, oldest first. */
  readonly waiting: readonly CallClass[];
  /** A question of the central system is being answered. */
  readonly answering: boolean;
  /** Since when a CALL has been held back for such a question, in monotonic ms; null when none is. */
  readonly heldSinceMs: number | null;
  /** The oldest transaction message: when it may be tried, in monotonic ms; null when there is none. */
  readonly transactionMessageDueMs: number | null;
  /** The CALL before was no transaction message, and was left unanswered. */
  readonly wasUnanswered: boolean;
}

export type Next =
  | { readonly kind: "call"; readonly index: number }
  | { readonly kind: "transactionMessage" }
  /** The answer to a question goes first; at `untilMs` the CALL goes without it. */
  | { readonly kind: "held"; readonly sinceMs: number; readonly untilMs: number }
  /** Nothing may go now; `wakeMs` is when a transaction message becomes due, if that is all that is missing. */
  | { readonly kind: "nothing"; readonly wakeMs: number | null };

/**
 * The conf of a question goes before what follows from it, whoever is quicker (messages.md §3, TC_012). But a central system that
 * always has a slow question open must not silence the charger.
 */
export const holdMaxMs = 3_000;

export function next(wire: Wire, nowMs: number): Next {
  const choice = chosen(wire, nowMs);
  if (choice.kind === "nothing" || !wire.answering) return choice;
  const sinceMs = wire.heldSinceMs ?? nowMs;
  const untilMs = sinceMs + holdMaxMs;
  return nowMs < untilMs ? { kind: "held", sinceMs, untilMs } : choice;
}

function chosen(wire: Wire, nowMs: number): Exclude<Next, { kind: "held" }> {
  if (!wire.linkUp || wire.inFlight) return { kind: "nothing", wakeMs: null };
  const { registration, waiting, transactionMessageDueMs: dueMs } = wire;
  const isDue = registration === "Accepted" && dueMs !== null && dueMs <= nowMs;
  if (isDue && wire.wasUnanswered) return { kind: "transactionMessage" };
  const index = waiting.findIndex((callClass) =>
    callClass !== "background" && maySend(registration, callClass)
  );
  if (index >= 0) return { kind: "call", index };
  if (registration !== "Accepted") return { kind: "nothing", wakeMs: null };
  if (isDue) return { kind: "transactionMessage" };
  const background = waiting.indexOf("background");
  return background >= 0 ? { kind: "call", index: background } : { kind: "nothing", wakeMs: dueMs };
}

/** What follows from the `transmissions`-th failure of a transaction message (a CALLERROR or no answer). */
export type Retry = { readonly kind: "again"; readonly intervals: number } | { readonly kind: "park" };

/** The wait grows by one TransactionMessageRetryInterval with each transmission so far (OCPP 1.6 §3.7.1). */
export function retry(transmissions: number, attempts: number): Retry {
  return transmissions >= attempts ? { kind: "park" } : { kind: "again", intervals: transmissions };
}

/**
 * How many intervals a message waits with which the link was lost so often in a row, while the peer answered what else it was sent: once is
 * any network's bad luck, from then on as after a failure. It is never the last time (decision D-too-big).
 */
export function intervalsAfterLosses(losses: number, attempts: number): number {
  return Math.max(0, Math.min(losses - 1, attempts));
}
