/** What a promise of the Store port is proven on: one medium, opened and opened again, with all that is found wrong. */
import { assert, assertGreater } from "@std/assert";
import type { Finding } from "../../storage/finding.ts";
import type { Key, Store, Value } from "../../storage/store.ts";

/** One medium, empty at first, that can be opened again and again. */
export interface StoreMedium {
  readonly open: (report: (finding: Finding) => void) => Promise<OpenStore>;
  /** Flips a bit in the record's data; the store is closed. */
  readonly corrupt: (key: Key) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export interface OpenStore {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Proves one promise. */
export type Check = (promise: string, prove: (bench: Bench) => Promise<void>) => void;

export class Bench {
  readonly findings: Finding[] = [];
  readonly #medium: StoreMedium;
  #open: OpenStore | null = null;

  constructor(medium: StoreMedium) {
    this.#medium = medium;
  }

  get store(): Store {
    assert(this.#open !== null);
    return this.#open.store;
  }

  async start(): Promise<void> {
    this.#open = await this.#medium.open((finding) => this.findings.push(finding));
  }

  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.#open?.close();
    await meanwhile();
    await this.start();
  }

  async corrupt(key: Key): Promise<void> {
    await this.#medium.corrupt(key);
  }

  async end(): Promise<void> {
    await this.#open?.close();
    await this.#medium.remove();
  }
}

/** Commits one value under one or more keys. */
export async function set(store: Store, key: Key, value: Value, ...more: readonly Key[]): Promise<number> {
  const outcome = await store.commit({ sets: [key, ...more].map((key) => ({ key, value })) });
  assert(outcome.kind === "committed");
  return outcome.sequence;
}

export async function values(store: Store, keys: readonly Key[]): Promise<readonly (Value | undefined)[]> {
  return await Promise.all(keys.map(async (key) => (await store.get(key))?.value));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function assertRising(sequences: readonly number[]): void {
  for (const [index, sequence] of sequences.entries()) assertGreater(sequence, sequences[index - 1] ?? 0);
}
