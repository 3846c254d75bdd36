/**
 * The store in memory, for tests and the simulated world: the same contract as on a file, and every fault to order.
 *
 * Law: with a clock of its own it is a function of what it is asked: no time, no chance, no disk. Records are kept sealed,
 * so that what does not survive a real store does not survive here.
 */
import { type SealedSet, sealSets } from "../batch.ts";
import type { Finding } from "../finding.ts";
import { checkKey, checkRange, quote } from "../key.ts";
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
import { readOnce } from "./memory_entry.ts";
import { MemoryRecords } from "./memory_records.ts";
import { type Latency, MemorySchedule } from "./memory_schedule.ts";

export interface MemoryStoreOptions {
  /** Without it everything resolves in a microtask. */
  readonly latency?: Latency;
  /** What an earlier store has left: a restart on the same data. */
  readonly from?: MemorySnapshot;
  readonly report?: (finding: Finding) => void;
}

/** The medium at one moment. */
export interface MemorySnapshot {
  readonly records: readonly SealedSet[];
  readonly lastSequence: number;
}

/**
 * What becomes of a commit: `full` is refused. The others throw `StoreFailed`, which says nothing about the batch: it is
 * there (`failedKept`), is not (`failedLost`), or lies in the log (`failedOrphaned`): not there for any reader, gone with
 * the next commit, but there after a power cut before that (as was measured on Deno KV after a failed fsync).
 */
export type CommitFault = "full" | "failedKept" | "failedLost" | "failedOrphaned";

export interface MemoryStore {
  readonly store: Store;
  /** How many operations have not resolved yet. */
  readonly pending: () => number;
  /** The next `count` commits that are asked for end so; 0 ends a series. */
  readonly failCommits: (fault: CommitFault, count: number) => void;
  /** The next `count` gets and lists that are asked for throw `StoreFailed`; 0 ends a series. */
  readonly failReads: (count: number) => void;
  /** Changes a byte of the record: each time another way, so that what is damaged twice is not whole again. */
  readonly corrupt: (key: Key) => void;
  /** What a restart would find now, with nothing under way. */
  readonly snapshot: () => MemorySnapshot;
  /**
   * The end: of the commits under way the first `keptCommits` are durable and the others are not. No promise of this store
   * resolves any more. Returns what the next start finds.
   */
  readonly powerCut: (keptCommits: number) => MemorySnapshot;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const medium = new MemoryMedium(options);
  return {
    store: {
      get: (key) => medium.get(key),
      list: (prefix, options) => medium.list(prefix, options),
      commit: (batch) => medium.commit(batch),
      nextSequence: () => medium.nextSequence(),
    },
    pending: () => medium.pending(),
    failCommits: (fault, count) => medium.failCommits(fault, count),
    failReads: (count) => medium.failReads(count),
    corrupt: (key) => medium.corrupt(key),
    snapshot: () => medium.snapshot(),
    powerCut: (keptCommits) => medium.powerCut(keptCommits),
  };
}

interface Change {
  readonly batch: Batch;
  readonly sets: readonly SealedSet[];
  readonly sequence: number;
  readonly fault: CommitFault | null;
}

class MemoryMedium {
  readonly #report: (finding: Finding) => void;
  readonly #schedule: MemorySchedule;
  readonly #records: MemoryRecords;
  /** Asked for and not yet settled, in order. */
  readonly #underWay: Change[] = [];
  #orphan: Change | null = null;
  #lastSequence: number;
  #commitFaults: { readonly fault: CommitFault; readonly count: number } = { fault: "full", count: 0 };
  #readFaults = 0;

  constructor(options: MemoryStoreOptions) {
    this.#report = options.report ?? (() => {});
    this.#schedule = new MemorySchedule(options.latency);
    this.#records = new MemoryRecords(options.from?.records ?? []);
    this.#lastSequence = options.from?.lastSequence ?? 0;
  }

  async get(key: Key): Promise<Entry | null> {
    checkKey(key);
    return await this.#read("get", () => {
      const record = this.#records.get(key);
      if (record === null) return null;
      const entry = readOnce(record, this.#report);
      if (entry instanceof DamagedRecord) throw entry;
      return entry;
    });
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<readonly Entry[]> {
    checkRange(prefix, options.after);
    const limit = options.limit ?? LIST_LIMIT_DEFAULT;
    return await this.#read("list", () => {
      const entries: Entry[] = [];
      for (const record of this.#records.below(prefix, options.after)) {
        if (entries.length >= limit) break;
        const entry = readOnce(record, this.#report);
        if (!(entry instanceof DamagedRecord)) entries.push(entry);
      }
      return entries;
    });
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    const sequence = ++this.#lastSequence;
    const change: Change = {
      batch,
      sets: sealSets(batch, sequence),
      sequence,
      fault: this.#takeCommitFault(),
    };
    this.#underWay.push(change);
    return await this.#schedule.after("commit", () => {
      this.#underWay.shift();
      return this.#settle(change);
    });
  }

  nextSequence(): number {
    return ++this.#lastSequence;
  }

  pending(): number {
    return this.#schedule.pending();
  }

  failCommits(fault: CommitFault, count: number): void {
    this.#commitFaults = { fault, count };
  }

  failReads(count: number): void {
    this.#readFaults = count;
  }

  corrupt(key: Key): void {
    const record = this.#records.get(key);
    if (record === null) throw new RangeError(`corrupt a record that is there: ${quote(key)} is not`);
    this.#records.set({
      key,
      bytes: record.bytes.map((byte, index) => index === record.bytes.length - 1 ? byte + 1 : byte),
    });
  }

  snapshot(): MemorySnapshot {
    const left = new MemoryRecords(this.#records.all());
    if (this.#orphan !== null) apply(this.#orphan, left);
    return { records: left.all(), lastSequence: this.#lastSequence };
  }

  powerCut(keptCommits: number): MemorySnapshot {
    for (const change of this.#underWay.splice(0).slice(0, keptCommits)) {
      const kept = change.fault === null || change.fault === "failedKept";
      if (kept && this.#holds(change.batch)) this.#write(change);
    }
    this.#schedule.cutPower();
    return this.snapshot();
  }

  #settle(change: Change): CommitOutcome {
    if (!this.#holds(change.batch)) return { kind: "conflict" };
    switch (change.fault) {
      case null:
        this.#write(change);
        return { kind: "committed", sequence: change.sequence };
      case "full":
        return { kind: "refused", error: "database or disk is full" };
      case "failedKept":
        this.#write(change);
        throw new StoreFailed("commit failed on order, and is there");
      case "failedLost":
        throw new StoreFailed("commit failed on order, and is not there");
      case "failedOrphaned":
        this.#orphan = change;
        throw new StoreFailed("commit failed on order, and will be there after a power cut");
    }
  }

  #holds(batch: Batch): boolean {
    return (batch.checks ?? []).every(({ key, sequence }) => {
      const record = this.#records.get(key);
      if (record === null || sequence === null) return record === null && sequence === null;
      const entry = readOnce(record, () => {});
      return !(entry instanceof DamagedRecord) && entry.sequence === sequence;
    });
  }

  #write(change: Change): void {
    this.#orphan = null;
    apply(change, this.#records);
  }

  #takeCommitFault(): CommitFault | null {
    const { fault, count } = this.#commitFaults;
    if (count <= 0) return null;
    this.#commitFaults = { fault, count: count - 1 };
    return fault;
  }

  #read<T>(operation: "get" | "list", look: () => T): Promise<T> {
    const fails = this.#readFaults > 0;
    if (fails) this.#readFaults--;
    return this.#schedule.after(operation, () => {
      if (fails) throw new StoreFailed(`${operation} failed on order`);
      return look();
    });
  }
}

function apply(change: Change, records: MemoryRecords): void {
  for (const record of change.sets) records.set(record);
  for (const key of change.batch.deletes ?? []) records.delete(key);
}
