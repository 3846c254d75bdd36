/** The reserve for a full disk (notes/reliability.md D11). */
import { assertEquals } from "@std/assert";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { withReserve } from "../../storage/reserve.ts";

function fullDisk(reserves: number) {
  const memory = createMemoryStore();
  let left = reserves;
  memory.failCommits("full", 1_000);
  const store = withReserve(memory.store, () => {
    if (left === 0) return Promise.resolve(false);
    left--;
    memory.failCommits("full", 0);
    return Promise.resolve(true);
  });
  return { store, left: () => left };
}

Deno.test("reserve: the end of a transaction is stored on a full disk", async () => {
  const { store, left } = fullDisk(1);
  const outcome = await store.commit({
    sets: [{ key: ["outbox", 1], value: 1 }],
    deletes: [["transaction", 1]],
  });
  assertEquals([outcome.kind, left()], ["committed", 0]);
});

Deno.test("reserve: a new transaction is refused and leaves the reserve alone", async () => {
  const { store, left } = fullDisk(1);
  const outcome = await store.commit({ sets: [{ key: ["transaction", 1], value: 1 }] });
  assertEquals([outcome.kind, left()], ["refused", 1]);
});

Deno.test("reserve: without any left an ending is refused as well, and its actor tries again", async () => {
  const { store } = fullDisk(0);
  assertEquals((await store.commit({ deletes: [["transaction", 1]] })).kind, "refused");
});
