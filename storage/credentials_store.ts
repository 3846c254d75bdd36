/**
 * The credentials port: what is kept of who this charge point is, read and written as a whole.
 *
 * Law: one actor writes (`cert_store`), and what has resolved `written` is durable. Who reads gets what holds now; there is
 * always something, since a charger does not start without (`console/state.ts`).
 */
import type { Credentials } from "./credentials.ts";

export type CredentialsWritten =
  | { readonly kind: "written" }
  /**
   * The medium refuses: what held before holds on. Not promised: that nothing of it appears after a power loss, for the
   * medium may have taken one of the two copies. The list of proofs bears either.
   */
  | { readonly kind: "refused"; readonly error: string };

/** Two drivers: two copies on the disk, and memory with faults to order. */
export interface CredentialsStore {
  /** It waits for every write that was asked for before, and sees it: a successor must not begin with what was before it. */
  readonly read: () => Promise<Credentials>;
  /** Throws a `RangeError` when they are no credentials: a mistake of the caller. */
  readonly write: (credentials: Credentials) => Promise<CredentialsWritten>;
}
