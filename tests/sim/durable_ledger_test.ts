/** The ledger of what the store has promised: what it knows of a commit of which nobody has heard that it was kept (invariants I2, I4). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TransactionMessage } from "../../protocol/transaction.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { type CommitFault, createMemoryStore, type MemoryStore } from "../../storage/drivers/memory_store.ts";
import { archiveKey, outboxKey } from "../../storage/record_keys.ts";
import { type Batch, type CommitOutcome, type Key, type Store, StoreFailed } from "../../storage/store.ts";
import { messageText } from "./bill.ts";
import { createDurableLedger } from "./durable_ledger.ts";

const start: TransactionMessage = {
  action: "StartTransaction",
  localId: 6,
  payload: { connectorId: 2, idTag: "BOB", meterStart: 0, timestamp: "2026-01-01T00:00:06.381Z" },
};
const key = outboxKey(7);
const queued: Batch = { sets: [{ key, value: { message: start, failures: 0 } }] };

function emptyLedger(messagesMax: number) {
  return createDurableLedger({
    nowMs: () => 0,
    registerWh: () => 0,
    messagesMax,
    liedMs: () => -Infinity,
    asked: () => {},
    committed: () => {},
  });
}

/** What a boot finds once these were durable, the last one in vain: it has failed, and is there all the same. */
async function refound(batches: readonly Batch[], damaged: readonly Key[]) {
  const memory = createMemoryStore();
  const ledger = emptyLedger(100);
  const store = ledger.watch(memory.store);
  for (const batch of batches.slice(0, -1)) await store.commit(batch);
  memory.failCommits("failedOrphaned", 1);
  await assertRejects(() => store.commit(batches.at(-1) ?? {}), StoreFailed);
  const left = createMemoryStore({ from: memory.powerCut(0) });
  for (const key of damaged) left.corrupt(key);
  ledger.refound(left.snapshot());
  return {
    bills: ledger.bills.map(({ localId, excuse, damaged }) => [localId, excuse, [...damaged]]),
    outbox: [...ledger.outbox.keys()],
  };
}

function check(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `durable ledger: ${name}`, permissions: "none" }, body);
}

check("a start that failed and is there after the power cut is one like any other", async () => {
  assertEquals(await refound([queued], []), { bills: [[6, null, []]], outbox: [7] });
});

check(
  "where its record is damaged as well, the transaction is known, and not excused: what began it stands twice",
  async () => {
    assertEquals(await refound([queued], [key]), { bills: [[6, null, []]], outbox: [] });
  },
);

for (const other of [["transaction", 2], outboxKey(9)]) {
  check(`with ${other[0]} damaged too it is excused`, async () => {
    const stop = { meterStop: 7, timestamp: "2026-01-01T01:00:00.000Z" };
    const begun: Batch = { sets: [...queued.sets ?? [], { key: ["transaction", 2], value: { localId: 6 } }] };
    const ended: Batch = {
      sets: [{
        key: outboxKey(9),
        value: { message: { action: "StopTransaction", localId: 6, payload: stop }, failures: 0 },
      }],
    };
    const { bills: [bill] } = await refound([begun, ended], [key, other]);
    assert(bill?.[1] !== null && (bill?.[2] as readonly string[]).includes(messageText(start)));
  });
}

check("so is what was set aside by a commit that failed, and is damaged there", async () => {
  const aside = [...archiveKey(6), 7];
  const setAside: Batch = {
    sets: [{ key: aside, value: { message: start, failures: 1, why: "refused" } }],
    deletes: [key],
  };
  const excused = [6, "archive/6/7 was damaged", [messageText(start)]];
  assertEquals(await refound([queued, setAside], [aside]), { bills: [excused], outbox: [] });
});

const clock = createSimulatedClock({ startWallMs: 0 });
const thinning: Batch = { deletes: [outboxKey(9)] };

/** Which of three MeterValues, in a queue for two messages, count as thinned once a boot has found what `thin` has left. */
async function thinnedBy(thin: (store: Store, memory: MemoryStore) => Promise<number>) {
  const memory = createMemoryStore({ latency: { clock, drawMs: () => 5 } });
  const ledger = emptyLedger(2);
  const store = ledger.watch(memory.store);
  await durable(store.commit(queued));
  for (const sequence of [8, 9, 10]) {
    const payload = { connectorId: 2, meterValue: [] };
    const message = { action: "MeterValues", localId: 6, payload };
    await durable(store.commit({ sets: [{ key: outboxKey(sequence), value: { message, failures: 0 } }] }));
  }
  const keptCommits = await thin(store, memory);
  ledger.refound(memory.powerCut(keptCommits));
  return [...ledger.billOf(6)?.thinned ?? []];
}

async function durable(under: Promise<CommitOutcome>): Promise<void> {
  await clock.advance(5);
  await under;
}

async function failed(store: Store, memory: MemoryStore, fault: CommitFault): Promise<void> {
  memory.failCommits(fault, 1);
  const refused = assertRejects(() => store.commit(thinning), StoreFailed);
  await clock.advance(5);
  await refused;
}

check("what was thinned by a commit under way is thinned where the power cut has kept it", async () => {
  const kept = (keptCommits: number) =>
    thinnedBy((store) => {
      void store.commit(thinning);
      return Promise.resolve(keptCommits);
    });
  assertEquals(await kept(1), [9]);
  assertEquals(await kept(0), []);
});

check("so it is by one that has failed and is there, and by no other", async () => {
  const after = (fault: CommitFault) =>
    thinnedBy(async (store, memory) => {
      await failed(store, memory, fault);
      return 0;
    });
  assertEquals(await after("failedOrphaned"), [9]);
  assertEquals(await after("failedLost"), []);
});

check("nor by one that the next commit has undone: what goes then has gone for another reason", async () => {
  const thinned = await thinnedBy(async (store, memory) => {
    await failed(store, memory, "failedOrphaned");
    const boot = { key: ["boot"], value: { count: 1 } };
    await durable(store.commit({ sets: [boot] }));
    void store.commit({ sets: [boot], deletes: [outboxKey(9)] });
    return 1;
  });
  assertEquals(thinned, []);
});
