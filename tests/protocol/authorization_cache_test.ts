/** The authorization cache: what is remembered, for how long, and what makes room (OCPP 1.6 §3.5.1; spec/behaviour.md §4.1). */
import { assertEquals } from "@std/assert";
import type { AuthorizationCache } from "../../protocol/authorization_cache.ts";
import { cachedInfo, cacheEntriesMax, currentInfo, remember } from "../../protocol/authorization_cache.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import { MUTATIONS_MAX } from "../../storage/batch.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const accepted: IdTagInfo = { status: "Accepted" };
const blocked: IdTagInfo = { status: "Blocked" };
const expired: IdTagInfo = { status: "Accepted", expiryDate: "2026-03-01T11:59:59Z" };

function check(sentence: string, body: () => void): void {
  Deno.test({ name: `authorization cache: ${sentence}`, permissions: "none" }, body);
}

/** A full cache; `others` are what some places hold instead of Accepted. The oldest is FIRST, whose place is 0. */
function full(others: Readonly<Record<number, IdTagInfo>> = {}): AuthorizationCache {
  const entries = Array.from(
    { length: cacheEntriesMax },
    (_, place) =>
      [place === 0 ? "FIRST" : `TAG${place}`, {
        info: others[place] ?? accepted,
        order: 100 + place,
      }] as const,
  );
  // The order of writing counts, not that of the Map.
  return new Map([...entries].reverse());
}

function evictedBy(cache: AuthorizationCache, idTag: string, info: IdTagInfo): string | null {
  const { next, evicted } = remember(cache, idTag, { info, order: 9_000 }, nowMs);
  assertEquals(next.size, cacheEntriesMax);
  assertEquals(evicted !== null && next.has(evicted), false);
  return evicted;
}

check("§3.5.1: valid and non-valid idTags are remembered alike, and nothing else is known", () => {
  const one = remember(new Map(), "ALICE", { info: accepted, order: 1 }, nowMs).next;
  const both = remember(one, "MALLORY", { info: blocked, order: 2 }, nowMs).next;
  assertEquals(cachedInfo(both, "ALICE", nowMs), accepted);
  assertEquals(cachedInfo(both, "MALLORY", nowMs), blocked);
  assertEquals(cachedInfo(both, "BOB", nowMs), null);
});

check("§7.28: an idTag has no case of letters", () => {
  const { next } = remember(new Map(), "Alice", { info: accepted, order: 1 }, nowMs);
  assertEquals(cachedInfo(next, "aLICE", nowMs), accepted);
  const again = remember(next, "ALICE", { info: blocked, order: 2 }, nowMs).next;
  assertEquals([again.size, cachedInfo(again, "Alice", nowMs)], [1, blocked]);
});

check("§3.5.1: what was said last counts", () => {
  const one = remember(new Map(), "ALICE", { info: { ...accepted, parentIdTag: "G" }, order: 1 }, nowMs).next;
  const { next } = remember(one, "ALICE", { info: accepted, order: 2 }, nowMs);
  assertEquals(cachedInfo(next, "ALICE", nowMs), accepted, "the group of before is gone too");
});

check("§3.5.1: an entry whose validity has expired is Expired from that moment", () => {
  const info: IdTagInfo = { status: "Accepted", expiryDate: "2026-03-01T12:00:00Z", parentIdTag: "G" };
  assertEquals(currentInfo(info, nowMs - 1), info);
  assertEquals(currentInfo(info, nowMs), { ...info, status: "Expired" });
  assertEquals(currentInfo({ ...info, status: "Blocked" }, nowMs), { ...info, status: "Blocked" });
  const { next } = remember(new Map(), "ALICE", { info, order: 1 }, nowMs);
  assertEquals(cachedInfo(next, "ALICE", nowMs)?.status, "Expired");
});

check("§3.5.1: full, it lets go of a non-valid entry first, however new it is", () => {
  assertEquals(evictedBy(full({ 40: blocked }), "NEW", accepted), "TAG40");
  assertEquals(evictedBy(full({ 40: expired }), "NEW", accepted), "TAG40");
  assertEquals(evictedBy(full({ 40: { status: "ConcurrentTx" } }), "NEW", accepted), "TAG40");
});

check("of several non-valid entries the oldest goes", () => {
  assertEquals(evictedBy(full({ 40: blocked, 7: blocked, 90: expired }), "NEW", accepted), "TAG7");
});

check("§3.5.1: full of valid entries, it lets go of the oldest", () => {
  assertEquals(evictedBy(full(), "NEW", accepted), "FIRST");
});

check("a stranger who is refused pushes out nobody who is not", () => {
  assertEquals(evictedBy(full(), "NEW", blocked), "NEW");
  assertEquals(evictedBy(full({ 40: blocked }), "NEW", blocked), "TAG40");
});

check("who is known already needs no room, and counts as new from then on", () => {
  const again = remember(full(), "first", { info: accepted, order: 9_000 }, nowMs);
  assertEquals([again.next.size, again.evicted], [cacheEntriesMax, null]);
  assertEquals(evictedBy(again.next, "NEW", accepted), "TAG1");
});

check("what is handed in stays as it is", () => {
  const cache = full();
  remember(cache, "NEW", { info: accepted, order: 9_000 }, nowMs);
  assertEquals([cache.size, cache.has("FIRST"), cache.has("NEW")], [cacheEntriesMax, true, false]);
});

check("all of it can be cleared in one commit", () => {
  assertEquals(cacheEntriesMax <= MUTATIONS_MAX, true);
});
