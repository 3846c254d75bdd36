/** The ledger of what the store has promised: what it knows of a commit that failed and was kept all the same (invariants I2, I4). */
import { assertEquals, assertRejects } from "@std/assert";
import type { TransactionMessage } from "../../protocol/transaction.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { outboxKey } from "../../storage/record_keys.ts";
import { StoreFailed } from "../../storage/store.ts";
import { createDurableLedger } from "./durable_ledger.ts";

const start: TransactionMessage = {
  action: "StartTransaction",
  localId: 6,
  payload: { connectorId: 2, idTag: "BOB", meterStart: 0, timestamp: "2026-01-01T00:00:06.381Z" },
};
const key = outboxKey(7);

/** What a boot finds that `start` was committed for in vain. */
async function refound({ isDamaged }: { readonly isDamaged: boolean }) {
  const memory = createMemoryStore();
  const ledger = createDurableLedger({
    nowMs: () => 0,
    registerWh: () => 0,
    messagesMax: 100,
    liedMs: () => -Infinity,
    asked: () => {},
    committed: () => {},
  });
  memory.failCommits("failedOrphaned", 1);
  const store = ledger.watch(memory.store);
  await assertRejects(
    () => store.commit({ sets: [{ key, value: { message: start, failures: 0 } }] }),
    StoreFailed,
  );
  assertEquals([ledger.bills.length, ledger.tried.get(7)], [0, start]);
  const left = createMemoryStore({ from: memory.powerCut(0) });
  if (isDamaged) left.corrupt(key);
  ledger.refound(left.snapshot());
  return ledger;
}

function check(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `durable ledger: ${name}`, permissions: "none" }, body);
}

check("a start that failed and is there after the power cut is one like any other", async () => {
  const { bills, outbox } = await refound({ isDamaged: false });
  assertEquals(bills.map(({ localId, excuse }) => [localId, excuse]), [[6, null]]);
  assertEquals([...outbox.keys()], [7]);
});

check("where its record is damaged as well, the transaction is known, and excused", async () => {
  const { bills, outbox } = await refound({ isDamaged: true });
  assertEquals(bills.map(({ localId, excuse }) => [localId, excuse]), [[6, "outbox/7 was damaged"]]);
  assertEquals([...outbox.keys()], []);
});
