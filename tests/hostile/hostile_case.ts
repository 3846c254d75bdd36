/**
 * One case of hostile input: texts that a central system sends of its own accord, and what must come back for them.
 *
 * Law: its name says which place holds what, and is all that one needs to find it again.
 */
import type { RpcErrorCode } from "../../protocol/frame.ts";

export interface HostileCase {
  readonly name: string;
  readonly texts: (ids: Ids) => readonly string[];
  /** One answer each, in any order; nothing else may come. */
  readonly answers: (ids: Ids) => readonly Wanted[];
  /** The charger hangs up on it, and comes back. */
  readonly closes?: true;
  /** The configuration key that it would change, and the value. */
  readonly change?: { readonly key: string; readonly value: string };
}

export interface Ids {
  /** Of this case alone. */
  readonly own: string;
  /** Of the last CALL that the charger has sent. */
  readonly chargers: string;
}

export interface Wanted {
  readonly id: string;
  /** A code is the CALLERROR's; `some`: an answer, whichever; `any`: that, or none. */
  readonly verdict: "result" | RpcErrorCode | "some" | "any";
  readonly action: string;
  /** Of the result, where it is known which it must be. */
  readonly statuses?: readonly string[];
}

/** Statuses that say that nothing has been done. */
const refusals = [
  "Faulted",
  "NotImplemented",
  "NotSupported",
  "Occupied",
  "Rejected",
  "Unavailable",
  "UnknownMessageId",
  "UnknownVendorId",
];

/** True when every answer says no: then nothing may have come of it. */
export function isInnocent(wanted: readonly Wanted[]): boolean {
  return wanted.every(({ verdict, statuses }) =>
    verdict === "result"
      ? statuses !== undefined && statuses.every((status) => refusals.includes(status))
      : verdict !== "any" && verdict !== "some"
  );
}
