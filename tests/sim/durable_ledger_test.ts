/** The ledger of what the store has promised: what it knows of a commit that failed and was kept all the same (invariants I2, I4). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TransactionMessage } from "../../protocol/transaction.ts";
import { keptSamplesMax } from "../../protocol/sample_spacing.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { archiveKey, outboxKey, samplesKey } from "../../storage/record_keys.ts";
import { type Batch, type Key, StoreFailed } from "../../storage/store.ts";
import { messageText } from "./bill.ts";
import { createDurableLedger } from "./durable_ledger.ts";

const start: TransactionMessage = {
  action: "StartTransaction",
  localId: 6,
  payload: { connectorId: 2, idTag: "BOB", meterStart: 0, timestamp: "2026-01-01T00:00:06.381Z" },
};
const key = outboxKey(7);
const queued: Batch = { sets: [{ key, value: { message: start, failures: 0 } }] };

/** What a boot finds once these were durable, the last one in vain: it has failed, and is there all the same. */
async function refound(batches: readonly Batch[], damaged: readonly Key[], messagesMax = 100) {
  const memory = createMemoryStore();
  const ledger = createDurableLedger({
    nowMs: () => 0,
    registerWh: () => 0,
    messagesMax,
    liedMs: () => -Infinity,
    asked: () => {},
    committed: () => {},
  });
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
    thinned: ledger.bills.flatMap(({ thinned }) => [...thinned]),
    samples: ledger.bills.flatMap(({ samples }) => [...samples.keys()]),
  };
}

function check(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `durable ledger: ${name}`, permissions: "none" }, body);
}

check("a start that failed and is there after the power cut is one like any other", async () => {
  assertEquals(await refound([queued], []), {
    bills: [[6, null, []]],
    outbox: [7],
    thinned: [],
    samples: [],
  });
});

check(
  "where its record is damaged as well, the transaction is known, and not excused: what began it stands twice",
  async () => {
    assertEquals(await refound([queued], [key]), {
      bills: [[6, null, []]],
      outbox: [],
      thinned: [],
      samples: [],
    });
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
  assertEquals(await refound([queued, setAside], [aside]), {
    bills: [excused],
    outbox: [],
    thinned: [],
    samples: [],
  });
});

for (
  const [what, messagesMax, thinned] of [["was thinned, where too many wait", 2, [8]], [
    "is lost, where few wait",
    3,
    [],
  ]] as const
) {
  check(`MeterValues that a commit took which failed and is there: ${what}`, async () => {
    const payload = { connectorId: 2, meterValue: [] };
    const sampled = (sequence: number): Batch => ({
      sets: [{
        key: outboxKey(sequence),
        value: { message: { action: "MeterValues", localId: 6, payload }, failures: 0 },
      }],
    });
    const thinning: Batch = { deletes: [outboxKey(8)] };
    const found = await refound([queued, sampled(8), sampled(9), thinning], [], messagesMax);
    assertEquals([found.outbox, found.thinned], [[7, 9], [...thinned]]);
  });
}

for (const [what, count, isLost] of [["goes", 0, false], ["is lost", 2, true]] as const) {
  check(
    `a sample ${what} for another one where ${count} fewer than may be are kept, the first never`,
    async () => {
      const sampled = (sequence: number, deletes: readonly Key[] = []): Batch => ({
        sets: [{ key: [...samplesKey(6), sequence], value: { timestamp: "", sampledValue: [] } }],
        deletes,
      });
      const all = Array.from({ length: keptSamplesMax - count }, (_, at) => sampled(at));
      const more = [sampled(5_000, [[...samplesKey(6), 0]]), sampled(5_001, [[...samplesKey(6), 1]])];
      const { samples } = await refound([queued, ...all, ...more], []);
      assertEquals([samples.includes(0), samples.includes(1)], [true, isLost]);
    },
  );
}

check("a start that only a power cut has kept is of the time at which it was asked for", async () => {
  let nowMs = 500;
  const memory = createMemoryStore();
  const ledger = createDurableLedger({
    nowMs: () => nowMs,
    registerWh: () => 0,
    messagesMax: 100,
    liedMs: () => -Infinity,
    asked: () => {},
    committed: () => {},
  });
  memory.failCommits("failedOrphaned", 1);
  await assertRejects(() => ledger.watch(memory.store).commit(queued), StoreFailed);
  nowMs = 60_000;
  ledger.refound(memory.powerCut(0));
  assertEquals(ledger.billOf(6)?.startedMs, 500);
});
