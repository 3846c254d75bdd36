/** A store with a past, to damage and to salvage: an outbox of which most was delivered, so that free pages are full of what was deleted. */
import { assertEquals } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { salvageRecords } from "../../storage/drivers/salvage.ts";
import { quote, RESERVED } from "../../storage/key.ts";
import type { Key, Store } from "../../storage/store.ts";
import { WALL_MS } from "./damaged_store.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface Past {
  /** As a process left it that was killed: what was committed last is in the log alone. */
  readonly killed: { readonly file: Bytes; readonly log: Bytes };
  /** The same, closed in order. */
  readonly closed: Bytes;
  /** What is there, and not deleted, by key. */
  readonly live: ReadonlyMap<string, Bytes>;
}

export async function makePast(messages: number): Promise<Past> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_past_" });
  const path = `${directory}/store.kv`;
  const options = { wallMs: WALL_MS, report: () => {} };
  try {
    const before = await openDenoKvStore(directory, options);
    await queue(before.store, 0, messages);
    await deliver(before.store, 0, messages - 100);
    await before.close();
    const { store, close } = await openDenoKvStore(directory, options);
    await queue(store, messages, messages + 20);
    await deliver(store, messages - 100, messages - 50);
    const killed = { file: Deno.readFileSync(path), log: Deno.readFileSync(`${path}-wal`) };
    await close();
    const closed = Deno.readFileSync(path);
    using kv = await Deno.openKv(path);
    const live = new Map<string, Bytes>();
    for await (const { key, value } of kv.list<Bytes>({ prefix: [] })) {
      if (key[0] !== RESERVED) live.set(quote(key as Key), value);
    }
    return { killed, closed, live };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Of the values in characters: most within one page, some beyond. */
const SIZES = [40, 400, 700, 1_500, 9_000];

const AT_ONCE = 10;

async function queue(store: Store, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += AT_ONCE) {
    const sets = numbersFrom(first).map((n) => ({
      key: ["outbox", n],
      value: { n, text: "x".repeat(SIZES[n % SIZES.length] ?? 0) },
    }));
    await store.commit({ sets: [...sets, { key: ["open", -1.5], value: first }] });
  }
}

async function deliver(store: Store, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += AT_ONCE) {
    await store.commit({ deletes: numbersFrom(first).map((n) => ["outbox", n]) });
  }
}

function numbersFrom(first: number): readonly number[] {
  return Array.from({ length: AT_ONCE }, (_, index) => first + index);
}

/** How many are salvaged of a damaged file; throws where one of them is wrong, or was deleted before. */
export function salvagedOf(directory: string, { live }: Past, file: Bytes, log: Bytes | null): number {
  const path = `${directory}/store.kv`;
  Deno.writeFileSync(path, file);
  Deno.writeFileSync(`${path}-wal`, log ?? new Uint8Array(0));
  const salvaged = salvageRecords(path);
  for (const { key, bytes } of salvaged) assertEquals(bytes, live.get(quote(key)), quote(key));
  return salvaged.length;
}
