/**
 * What a backlog costs: 10,000 transaction messages that waited while there was no central system.
 *
 * Law: the state directory was filled by the store itself with what an offline charger leaves there: transactions of 100
 * messages each, in the order in which they happened.
 */
import { openTransactionBook } from "../../actors/transaction_book.ts";
import { sampleMessage, startMessage, stopMessage } from "../../protocol/transaction.ts";
import type { TransactionMessage } from "../../protocol/transaction.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { keys, outboxKey } from "../../storage/record_keys.ts";
import type { OutboxRecord } from "../../storage/records.ts";
import type { Store } from "../../storage/store.ts";
import type { Csms } from "./csms.ts";
import { type Figure, median } from "./figure.ts";
import { type Peer, startBare, startCharger } from "./peer.ts";

const FEW = 10;
const MANY = 10_000;
const MESSAGES_PER_TRANSACTION = 100;
const CONNECTOR = 1;
const STARTS = 9;
const COMMITS = 500;
const ECHOES = 5_000;
const COMMITTED_ECHOES = 1_000;
/** Until V8 has compiled what it will compile. */
const WARMING_ECHOES = 3_000;
const BEGAN_MS = Date.UTC(2026, 0, 1);

export async function backlogRows(csms: Csms, directory: string): Promise<readonly Figure[]> {
  const empty = `${directory}/empty`;
  const full = `${directory}/full`;
  const drained = `${directory}/drained`;
  for (const one of [empty, full, drained]) {
    await Deno.mkdir(one);
    // Its first start makes the file; what follows is measured on one that was closed in order.
    await using _ = await startCharger(csms, one);
  }
  for (const one of [full, drained]) await withStore(one, (store) => queue(store, MANY));
  return [
    await startRow(csms, empty, full),
    await commitRow(directory),
    ...await drainRows(csms, directory, drained),
  ];
}

/** Before each is stopped it sends what it can in the three seconds that a stop may take: the later starts have fewer queued. */
async function startRow(csms: Csms, empty: string, full: string): Promise<Figure> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let start = 0; start <= STARTS; start++) {
    ours.push(await startMs(csms, full));
    bare.push(await startMs(csms, empty));
  }
  return {
    what: `process start to BootNotification with ${MANY} messages queued, median (bare: ours with none)`,
    unit: "ms",
    // The first ones fill caches.
    ours: median(ours.slice(1)),
    bare: median(bare.slice(1)),
    aim: { atMost: 1.5 },
  };
}

async function startMs(csms: Csms, directory: string): Promise<number> {
  await using charger = await startCharger(csms, directory);
  return charger.startMs;
}

/** Turn by turn, so that what else the machine does falls on both. */
async function commitRow(directory: string): Promise<Figure> {
  await Deno.mkdir(`${directory}/few`);
  await Deno.mkdir(`${directory}/many`);
  const ours: number[] = [];
  const bare: number[] = [];
  await withStore(`${directory}/few`, async (few) => {
    await queue(few, FEW);
    await withStore(`${directory}/many`, async (many) => {
      await queue(many, MANY);
      for (let commit = 0; commit < COMMITS; commit++) {
        bare.push(await begin(few));
        ours.push(await begin(many));
      }
    });
  });
  return {
    what: `durable begin of a transaction with ${MANY} messages queued, p50 (bare: with ${FEW})`,
    unit: "ms",
    ours: median(ours),
    bare: median(bare),
    aim: { atMost: 1.5 },
  };
}

/** A transaction that begins and ends; the two oldest messages make room for its own. */
async function begin(store: Store): Promise<number> {
  const book = await openTransactionBook({
    store,
    connectorId: CONNECTOR,
    boot: 1,
    wallMs: () => BEGAN_MS,
    damaged: () => {},
  });
  const now = { atMs: BEGAN_MS, monotonicMs: 0 };
  const begunMs = performance.now();
  await book.begin({ idTag: "04A2B3C4D5E680", energyWh: 0, meterSerialNumber: "1", data: null, ...now });
  const ms = performance.now() - begunMs;
  await book.end({ stop: { reason: "Local" }, energyWh: 0, atMs: now.atMs, data: null });
  const oldest = await store.list(keys.outbox, { limit: 2 });
  await store.commit({ deletes: oldest.map(({ key }) => key) });
  return ms;
}

/** Each is measured before and after ours. A message more or less is one answer, and one commit that must be durable. */
async function drainRows(csms: Csms, directory: string, full: string): Promise<readonly Figure[]> {
  await using echo = await startBare(csms, "echo");
  await using committing = await startBare(csms, "echo", directory);
  const peers = [echo, committing];
  for (const peer of peers) await echoed(peer, WARMING_ECHOES);
  const before = [await echoed(echo, ECHOES), await echoed(committing, COMMITTED_ECHOES)];
  const ours = await drainedUs(csms, full);
  const after = [await echoed(echo, ECHOES), await echoed(committing, COMMITTED_ECHOES)];
  const [bare = NaN, durable = NaN] = before.map((us, at) => (us + (after[at] ?? NaN)) / 2);
  const what = `a message of ${MANY} queued, drained`;
  return [
    { what: `${what} (bare: echo)`, unit: "µs", ours, bare, aim: { atMost: 3 } },
    { what: `${what} (bare: echo that commits each to Deno KV)`, unit: "µs", ours, bare: durable },
  ];
}

/** Of each, from the arrival of the first to that of the last. */
async function drainedUs(csms: Csms, full: string): Promise<number> {
  await using charger = await startCharger(csms, full);
  const first = await charger.wire.called(isTransactionMessage);
  let last = first;
  let messages = 0;
  while (last.action !== "StopTransaction" || last.payload.timestamp !== timestamp(MANY - 1)) {
    last = await charger.wire.called(isTransactionMessage);
    messages++;
  }
  return (last.atMs - first.atMs) * 1_000 / messages;
}

/** Microseconds of each. */
async function echoed({ wire }: Peer, count: number): Promise<number> {
  const begunMs = performance.now();
  for (let at = 0; at < count; at++) await wire.ask("GetConfiguration", { key: ["HeartbeatInterval"] });
  return (performance.now() - begunMs) * 1_000 / count;
}

function isTransactionMessage({ action }: { readonly action: string }): boolean {
  return action === "StartTransaction" || action === "MeterValues" || action === "StopTransaction";
}

async function withStore(directory: string, use: (store: Store) => Promise<void>): Promise<void> {
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: BEGAN_MS,
    report: (finding) => console.error(finding),
  });
  await use(store);
  await close();
}

async function queue(store: Store, messages: number): Promise<void> {
  let localId = 0;
  let sets: { key: ReturnType<typeof outboxKey>; value: OutboxRecord }[] = [];
  for (let at = 0; at < messages; at++) {
    if (at % MESSAGES_PER_TRANSACTION === 0) localId = store.nextSequence();
    const key = outboxKey(store.nextSequence());
    sets.push({ key, value: { message: message(localId, at, messages), failures: 0 } });
    if (sets.length < MESSAGES_PER_TRANSACTION && at < messages - 1) continue;
    const outcome = await store.commit({ sets });
    if (outcome.kind !== "committed") throw new Error(`fill the queue: ${JSON.stringify(outcome)}`);
    sets = [];
  }
}

/** A minute apart, each. */
function message(localId: number, at: number, messages: number): TransactionMessage {
  const ofTransaction = at % MESSAGES_PER_TRANSACTION;
  const energyWh = at * 120;
  const atMs = BEGAN_MS + at * 60_000;
  if (ofTransaction === 0) {
    return startMessage(localId, { connectorId: CONNECTOR, idTag: "04A2B3C4D5E680", energyWh, atMs });
  }
  if (ofTransaction === MESSAGES_PER_TRANSACTION - 1 || at === messages - 1) {
    return stopMessage(localId, { stop: { reason: "Local" }, meterStartWh: 0, energyWh, atMs });
  }
  return sampleMessage(localId, CONNECTOR, {
    timestamp: timestamp(at),
    sampledValue: [{ value: String(energyWh), context: "Sample.Periodic", unit: "Wh" }],
  });
}

function timestamp(at: number): string {
  return new Date(BEGAN_MS + at * 60_000).toISOString();
}
