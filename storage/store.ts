/**
 * The store port: what must survive a power loss.
 *
 * Law: a commit is durable when it has resolved `committed`, it is all or nothing, and commits are durable in the order
 * in which they were asked for. The truth of the house is here; messages are hints.
 */

/**
 * Parts of a key, ordered part by part: strings by UTF-8 bytes, numbers numerically, strings before numbers. Strings are
 * well-formed, numbers finite and not -0. The first part `"meta"` is the store's own.
 */
export type Key = readonly (string | number)[];

/** Anything that JSON can carry. At most 60 KiB as JSON text. */
export type Value = null | boolean | number | string | readonly Value[] | {
  readonly [name: string]: Value | undefined;
};

/** A stored record. `sequence` rises with every commit of the store and is what a `check` compares. */
export interface Entry {
  readonly key: Key;
  readonly value: Value;
  readonly sequence: number;
}

/** One state change. Everything in it happens, or nothing. A key is changed once; the sizes are bounded in `batch.ts`. */
export interface Batch {
  /** Each key must still be at this sequence number; null demands that it is absent. */
  readonly checks?: readonly { readonly key: Key; readonly sequence: number | null }[];
  readonly sets?: readonly { readonly key: Key; readonly value: Value }[];
  /** A key that is absent already does no harm. */
  readonly deletes?: readonly Key[];
}

export type CommitOutcome =
  /** Durable. `sequence` is that of every record it set. */
  | { readonly kind: "committed"; readonly sequence: number }
  /** A check failed; nothing has changed. */
  | { readonly kind: "conflict" }
  /** The medium is full or fails; nothing has changed, and nothing of it will appear after a power loss either. */
  | { readonly kind: "refused"; readonly error: string };

/**
 * Two drivers: Deno KV on a file, and memory with faults to order. Keys and batches that break the port's rules throw a
 * `RangeError`: a mistake of the caller. Damaged records are also reported as a `Finding` to who opened the store.
 */
export interface Store {
  /**
   * Null when absent. Throws `DamagedRecord` when it is there and cannot be trusted. It waits for every commit that was
   * asked for before, and sees it: an actor that was restarted in the middle of one must not begin with what was before it.
   */
  readonly get: (key: Key) => Promise<Entry | null>;

  /**
   * Entries below `prefix` (at least one part) and behind `after`, in key order, at most `limit` of them (default 1,000).
   * Damaged ones are left out and reported. It waits as `get` does. Not promised: one moment for all, when commits are asked
   * for while it is under way.
   */
  readonly list: (prefix: Key, options?: ListOptions) => Promise<readonly Entry[]>;

  /**
   * Commits. An outcome that stays unknown (the medium can neither be read back nor written again) throws `StoreFailed`:
   * the actor that asked crashes and rebuilds from what is there.
   */
  readonly commit: (batch: Batch) => Promise<CommitOutcome>;

  /** A number greater than every one handed out before, over restarts too. For keys that must keep an order. */
  readonly nextSequence: () => number;
}

export interface ListOptions {
  readonly limit?: number;
  /** A key below the prefix; it need not be there. */
  readonly after?: Key;
}

export const LIST_LIMIT_DEFAULT = 1000;

/** The record at `key` fails its checksum or its shape; the store has moved on without it. */
export class DamagedRecord extends Error {
  override readonly name = "DamagedRecord";
  readonly key: Key;
  constructor(key: Key, what: string) {
    super(`record ${JSON.stringify(key)} is damaged: ${what}`);
    this.key = key;
  }
}

/** The medium can be neither written nor read back, or holds what this program does not know. */
export class StoreFailed extends Error {
  override readonly name = "StoreFailed";
}
