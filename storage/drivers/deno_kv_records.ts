/**
 * The Store over one open Deno KV handle: what a commit is there, and what its failure means.
 *
 * Law: every commit writes the record SEQUENCE with its own number in the same atomic, which is made of checks, sets and
 * deletes only (notes/reliability.md D3), and commits go one at a time. So a rejected commit, whose outcome is unknown (D5),
 * is read back from that one record.
 *
 * Where the failure was not a full disk, "not there" is still no proof: after a failed fsync the batch lies whole in the
 * write-ahead log and would appear at the next start. The next commit overwrites it. So one is made, and only then is the
 * batch refused; if that fails too, nobody knows, and the caller crashes.
 */
import { type SealedSet, sealSets } from "../batch.ts";
import { readEntry } from "../entry.ts";
import type { Finding } from "../finding.ts";
import { saysDiskFull } from "../full_disk.ts";
import { checkKey, checkRange, quote, RESERVED } from "../key.ts";
import { open, seal } from "../record.ts";
import {
  type Batch,
  type CommitOutcome,
  DamagedRecord,
  type Entry,
  type Key,
  LIST_LIMIT_DEFAULT,
  type ListOptions,
  type Store,
  StoreFailed,
} from "../store.ts";

/** Carries, as its own sequence number, that of the last commit. */
export const SEQUENCE: Key = [RESERVED, "sequence"];

/** How far the numbers handed out may run ahead of the last commit; a start begins beyond, so that none comes twice. */
export const SEQUENCE_GAP = 1_000_000;

/** Read at once; also what Deno KV sends over in one piece. */
const LIST_BATCH = 500;

/** Versionstamps remembered for checks; a forgotten one costs a read. */
const STAMPS_MAX = 1_000;

export interface DenoKvOptions {
  /** The first number handed out is one more. */
  readonly lastSequence: number;
  readonly report: (finding: Finding) => void;
  /** After each commit, in order. */
  readonly committed: (sequence: number) => void;
}

/** A Store on `kv`, which no one else may write to. `settled` resolves when no commit is under way any more. */
export function createDenoKvRecords(
  kv: Deno.Kv,
  options: DenoKvOptions,
): Store & { settled: () => Promise<void> } {
  const records = new DenoKvRecords(kv, options);
  return {
    get: (key) => records.get(key),
    list: (prefix, options) => records.list(prefix, options),
    commit: (batch) => records.commit(batch),
    nextSequence: () => records.nextSequence(),
    settled: () => records.settled(),
  };
}

interface Change {
  readonly batch: Batch;
  readonly sets: readonly SealedSet[];
  readonly sequence: number;
}

/** What Deno KV compares in a check: null where the key must be absent. */
type Stamp = string | null;

class DenoKvRecords {
  readonly #kv: Deno.Kv;
  readonly #options: DenoKvOptions;
  /** Which versionstamp a record had at which sequence number. That never changes; whether it still has it, KV checks. */
  readonly #stamps = new Map<string, { readonly sequence: number; readonly stamp: string }>();
  #lastSequence: number;
  #committedSequence: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(kv: Deno.Kv, options: DenoKvOptions) {
    this.#kv = kv;
    this.#options = options;
    this.#lastSequence = options.lastSequence;
    this.#committedSequence = options.lastSequence;
  }

  async get(key: Key): Promise<Entry | null> {
    checkKey(key);
    await this.#turn;
    const stored = await this.#read(key);
    if (stored.versionstamp === null) return null;
    const entry = readEntry(key, stored.value, this.#options.report);
    if (entry instanceof DamagedRecord) throw entry;
    this.#remember(key, entry.sequence, stored.versionstamp);
    return entry;
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<readonly Entry[]> {
    checkRange(prefix, options.after);
    const limit = options.limit ?? LIST_LIMIT_DEFAULT;
    const entries: Entry[] = [];
    if (limit <= 0) return entries;
    await this.#turn;
    for await (const { key, stored, versionstamp } of this.#scan(prefix, options.after, limit)) {
      const entry = readEntry(key, stored, this.#options.report);
      if (entry instanceof DamagedRecord) continue;
      this.#remember(key, entry.sequence, versionstamp);
      entries.push(entry);
      if (entries.length === limit) break;
    }
    return entries;
  }

  /** The number is taken and the batch sealed at once: what the caller does to it later changes nothing. */
  async commit(batch: Batch): Promise<CommitOutcome> {
    const sequence = ++this.#lastSequence;
    const change: Change = { batch, sets: sealSets(batch, sequence), sequence };
    const outcome = this.#turn.then(() => this.#commitInTurn(change));
    this.#turn = outcome.catch(() => {});
    return await outcome;
  }

  nextSequence(): number {
    if (this.#lastSequence >= this.#committedSequence + SEQUENCE_GAP) {
      throw new StoreFailed(
        `commit something first: ${SEQUENCE_GAP} numbers were handed out since the last commit`,
      );
    }
    return ++this.#lastSequence;
  }

  async settled(): Promise<void> {
    await this.#turn;
  }

  async #commitInTurn(change: Change): Promise<CommitOutcome> {
    const stamps = this.#rememberedStamps(change.batch) ?? await this.#readStamps(change.batch);
    return stamps === null ? { kind: "conflict" } : await this.#attempt(change, stamps);
  }

  async #attempt(change: Change, stamps: readonly Stamp[]): Promise<CommitOutcome> {
    const { batch, sets, sequence } = change;
    const atomic = this.#kv.atomic();
    for (const [index, { key }] of (batch.checks ?? []).entries()) {
      atomic.check({ key, versionstamp: stamps[index] ?? null });
    }
    for (const { key, bytes } of sets) atomic.set(key, bytes);
    for (const key of batch.deletes ?? []) atomic.delete(key);
    atomic.set(SEQUENCE, seal(SEQUENCE, null, sequence));
    let result: Deno.KvCommitResult | Deno.KvCommitError;
    try {
      result = await atomic.commit();
    } catch (error) {
      return await this.#resolveUnknown(change, error);
    }
    if (!result.ok) return { kind: "conflict" };
    for (const { key } of sets) this.#remember(key, sequence, result.versionstamp);
    return this.#committed(sequence);
  }

  #committed(sequence: number): CommitOutcome {
    this.#committedSequence = sequence;
    this.#options.committed(sequence);
    return { kind: "committed", sequence };
  }

  async #resolveUnknown(change: Change, cause: unknown): Promise<CommitOutcome> {
    const error = cause instanceof Error ? cause.message : String(cause);
    const carried = open(SEQUENCE, (await this.#read(SEQUENCE)).value);
    if (carried.kind === "record" && carried.sequence === change.sequence) {
      // SQLite shows a commit to readers only after the log was synced, so what is visible is durable.
      return this.#committed(change.sequence);
    }
    // A write that did not fit is not whole, so it cannot appear later.
    if (!saysDiskFull(error)) await this.#overwriteTail(change.sequence, error);
    return { kind: "refused", error };
  }

  /** Takes the place of a rejected commit in the write-ahead log, under the same number, which is nobody else's. */
  async #overwriteTail(sequence: number, error: string): Promise<void> {
    try {
      await this.#kv.atomic().set(SEQUENCE, seal(SEQUENCE, null, sequence)).commit();
    } catch (cause) {
      throw new StoreFailed(
        `start again to learn whether commit ${sequence} is there, it failed with: ${error}`,
        {
          cause,
        },
      );
    }
  }

  /** The stamps to check against, or null when one of them is not remembered for that sequence number. */
  #rememberedStamps(batch: Batch): readonly Stamp[] | null {
    const stamps: Stamp[] = [];
    for (const { key, sequence } of batch.checks ?? []) {
      const known = this.#stamps.get(quote(key));
      if (sequence !== null && known?.sequence !== sequence) return null;
      stamps.push(sequence === null ? null : known?.stamp ?? null);
    }
    return stamps;
  }

  /** Null when a check fails. */
  async #readStamps(batch: Batch): Promise<readonly Stamp[] | null> {
    const stamps: Stamp[] = [];
    for (const { key, sequence } of batch.checks ?? []) {
      const stored = await this.#read(key);
      if (sequenceOf(key, stored) !== sequence) return null;
      stamps.push(stored.versionstamp);
    }
    return stamps;
  }

  #remember(key: Key, sequence: number, stamp: string): void {
    const name = quote(key);
    this.#stamps.delete(name);
    this.#stamps.set(name, { sequence, stamp });
    if (this.#stamps.size <= STAMPS_MAX) return;
    for (const oldest of this.#stamps.keys()) {
      this.#stamps.delete(oldest);
      return;
    }
  }

  async #read(key: Key): Promise<Deno.KvEntryMaybe<unknown>> {
    try {
      return await this.#kv.get(key);
    } catch (cause) {
      throw new StoreFailed(`look at the medium: ${quote(key)} cannot be read: ${cause}`, { cause });
    }
  }

  async *#scan(prefix: Key, after: Key | undefined, limit: number) {
    // An empty byte string sorts before every other part: nothing lies between `after` and this.
    const selector = after === undefined ? { prefix } : { prefix, start: [...after, new Uint8Array(0)] };
    try {
      const batchSize = Math.min(limit, LIST_BATCH);
      for await (const { key, value, versionstamp } of this.#kv.list<unknown>(selector, { batchSize })) {
        yield { key: key as Key, stored: value, versionstamp };
      }
    } catch (cause) {
      throw new StoreFailed(`look at the medium: ${quote(prefix)} cannot be listed: ${cause}`, { cause });
    }
  }
}

/** Null when absent; NaN, which equals nothing, when it cannot be trusted. */
function sequenceOf(key: Key, stored: Deno.KvEntryMaybe<unknown>): number | null {
  if (stored.versionstamp === null) return null;
  const opened = open(key, stored.value);
  return opened.kind === "record" ? opened.sequence : NaN;
}
