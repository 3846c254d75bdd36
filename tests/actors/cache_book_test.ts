/** The authorization cache in the store: what one start leaves is what the next one knows (errata v4.0 §3.4). */
import { assert, assertEquals } from "@std/assert";
import type { CacheBook } from "../../actors/cache_book.ts";
import { openCacheBook } from "../../actors/cache_book.ts";
import { cacheEntriesMax } from "../../protocol/authorization_cache.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";

const nowMs = 0;
const accepted: IdTagInfo = { status: "Accepted" };
const invalid: IdTagInfo = { status: "Invalid" };

function check(sentence: string, body: () => Promise<void>): void {
  Deno.test({ name: `cache book: ${sentence}`, permissions: "none" }, body);
}

/** TAG0 is the oldest. */
async function fill(book: CacheBook): Promise<void> {
  for (let place = 0; place < cacheEntriesMax; place++) await book.remember(`TAG${place}`, accepted, nowMs);
}

check("§3.5.1: full, the store holds no more than the bound, and the next start knows the same", async () => {
  const medium = createMemoryStore();
  const book = await openCacheBook(medium.store);
  await fill(book);
  await book.remember("tag0", accepted, nowMs);
  await book.remember("NEW", { ...accepted, parentIdTag: "G" }, nowMs);
  assertEquals(medium.snapshot().records.filter(({ key }) => key[0] === "cache").length, cacheEntriesMax);
  const next = await openCacheBook(createMemoryStore({ from: medium.snapshot() }).store);
  for (const one of [book, next]) {
    assertEquals([one.known("TAG1", nowMs), one.known("TAG0", nowMs)], [null, accepted]);
    assertEquals(one.known("new", nowMs), { ...accepted, parentIdTag: "G" });
    assertEquals(one.size(), cacheEntriesMax);
  }
});

check("what is older stays older over a restart", async () => {
  const medium = createMemoryStore();
  await fill(await openCacheBook(medium.store));
  const next = await openCacheBook(createMemoryStore({ from: medium.snapshot() }).store);
  await next.remember("NEW", accepted, nowMs);
  await next.remember("NEWER", accepted, nowMs);
  assertEquals(["TAG0", "TAG1", "TAG2"].map((idTag) => next.known(idTag, nowMs)), [null, null, accepted]);
});

check("a stranger who is refused finds no room among the valid, in memory or in the store", async () => {
  const medium = createMemoryStore();
  const book = await openCacheBook(medium.store);
  await fill(book);
  assert(await book.remember("MALLORY", invalid, nowMs));
  const next = await openCacheBook(createMemoryStore({ from: medium.snapshot() }).store);
  for (const one of [book, next]) {
    assertEquals([one.known("MALLORY", nowMs), one.known("TAG0", nowMs)], [null, accepted]);
  }
});

check("what the medium refuses is known until the next start, and told", async () => {
  const medium = createMemoryStore();
  const book = await openCacheBook(medium.store);
  medium.failCommits("full", 1);
  assertEquals(await book.remember("ALICE", invalid, nowMs), false);
  assertEquals(book.known("ALICE", nowMs), invalid);
  const next = await openCacheBook(createMemoryStore({ from: medium.snapshot() }).store);
  assertEquals(next.known("ALICE", nowMs), null);
});

check("§5.4: a full cache is cleared in one commit, or not at all", async () => {
  const medium = createMemoryStore();
  const book = await openCacheBook(medium.store);
  await fill(book);
  medium.failCommits("full", 1);
  assertEquals([await book.clear(), book.size()], [false, cacheEntriesMax]);
  assertEquals([await book.clear(), book.size()], [true, 0]);
  assertEquals(medium.snapshot().records.filter(({ key }) => key[0] === "cache"), []);
});

check("§5.4: ClearCache takes along what memory has let go of and a full disk kept", async () => {
  const medium = createMemoryStore();
  const book = await openCacheBook(medium.store);
  await fill(book);
  medium.failCommits("full", 1);
  assertEquals([await book.remember("NEW", accepted, nowMs), book.known("TAG0", nowMs)], [false, null]);
  await book.remember("NEW", accepted, nowMs);
  assertEquals(await book.clear(), true);
  const next = await openCacheBook(createMemoryStore({ from: medium.snapshot() }).store);
  assertEquals([next.known("TAG0", nowMs), next.size()], [null, 0]);
});
