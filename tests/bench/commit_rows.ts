/** A durable commit of the store, against an append and an `fdatasync` of the same bytes in the same directory. */
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Batch, Store } from "../../storage/store.ts";
import { type Figure, median } from "./figure.ts";

const COMMITS = 1_000;
const CONNECTOR = 1;

export async function commitRows(directory: string): Promise<readonly Figure[]> {
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: Date.now(),
    report: (finding) => console.error(finding),
  });
  using file = await Deno.open(`${directory}/bare.log`, { append: true, create: true });
  const written: number[] = [];
  const measured = { ...store, commit: (batch: Batch) => store.commit(noted(batch, written)) };
  const commits: number[] = [];
  const begins: number[] = [];
  const appends: number[] = [];
  for (let commit = 0; commit < COMMITS; commit++) {
    commits.push(await timed(() => commitBatch(measured, commit)));
    appends.push(await timed(() => append(file, written.at(-1) ?? 0)));
    begins.push(await begin(measured));
  }
  await close();
  const bare = median(appends);
  return [
    row("durable commit (check, 2 sets, 1 delete)", median(commits), bare),
    row("durable begin of a transaction, as the connector commits it", median(begins), bare),
  ];
}

function row(what: string, ours: number, bare: number): Figure {
  return { what: `${what}, p50 (bare: append, fdatasync)`, unit: "ms", ours, bare, aim: { atMost: 2.5 } };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await task();
  return performance.now() - begunMs;
}

/** What a transaction message is about. */
const VALUE = {
  connectorId: CONNECTOR,
  idTag: "04A2B3C4D5E680",
  meterStart: 4_505,
  timestamp: "2025-11-22T15:38:36Z",
};

let checked: number | null = null;

async function commitBatch(store: Store, commit: number): Promise<void> {
  const outcome = await store.commit({
    checks: [{ key: ["bench", "state"], sequence: checked }],
    sets: [{ key: ["bench", "state"], value: VALUE }, { key: ["bench", "log", commit], value: VALUE }],
    deletes: [["bench", "log", commit - 1]],
  });
  if (outcome.kind !== "committed") throw new Error(`commit ${commit}: ${JSON.stringify(outcome)}`);
  checked = outcome.sequence;
}

/** The bytes of keys and values, as text. */
function noted(batch: Batch, written: number[]): Batch {
  written.push(JSON.stringify([batch.sets, batch.deletes]).length);
  return batch;
}

async function append(file: Deno.FsFile, bytes: number): Promise<void> {
  await file.write(new Uint8Array(bytes));
  await file.syncData();
}

async function begin(store: Store): Promise<number> {
  const book = await openTransactionBook({
    store,
    connectorId: CONNECTOR,
    boot: 1,
    wallMs: Date.now,
    damaged: () => {},
  });
  const now = { atMs: Date.now(), monotonicMs: performance.now() };
  const ms = await timed(() =>
    book.begin({ idTag: VALUE.idTag, energyWh: 0, meterSerialNumber: "1", data: null, ...now })
  );
  await book.end({ stop: { reason: "Local" }, energyWh: 0, atMs: now.atMs, data: null });
  return ms;
}
