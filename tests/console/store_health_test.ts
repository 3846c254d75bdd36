/** How the store has been doing. */
import { assertEquals, assertRejects } from "@std/assert";
import { createStoreWatch } from "../../console/store_health.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";

Deno.test(
  { name: "store health: a refused commit is told until one succeeds", permissions: "none" },
  async () => {
    const { store, failCommits } = createMemoryStore();
    const { watch, health } = createStoreWatch();
    const watched = watch(store);
    assertEquals(health(), { state: "ok", error: null, refusals: 0, findings: [] });
    failCommits("full", 1);
    const refused = await watched.commit({ sets: [{ key: ["a"], value: 1 }] });
    assertEquals(refused.kind, "refused");
    assertEquals(health(), {
      state: "refusing",
      error: refused.kind === "refused" ? refused.error : "",
      refusals: 1,
      findings: [],
    });
    await watched.commit({ sets: [{ key: ["a"], value: 1 }] });
    assertEquals([health().state, health().refusals], ["ok", 1]);
    assertEquals((await watched.get(["a"]))?.value, 1);
    assertEquals(
      (await watched.list(["a"], { limit: 1 })).length,
      (await store.list(["a"], { limit: 1 })).length,
    );
  },
);

Deno.test(
  { name: "store health: a conflict is the caller's, not the store's", permissions: "none" },
  async () => {
    const { watch, health } = createStoreWatch();
    const outcome = await watch(createMemoryStore().store).commit({
      checks: [{ key: ["a"], sequence: 9 }],
      sets: [],
    });
    assertEquals([outcome.kind, health().state, health().refusals], ["conflict", "ok", 0]);
  },
);

Deno.test(
  { name: "store health: a commit that throws is told, and still throws", permissions: "none" },
  async () => {
    const { store, failCommits } = createMemoryStore();
    const { watch, health } = createStoreWatch();
    failCommits("failedLost", 1);
    await assertRejects(() => watch(store).commit({ sets: [{ key: ["a"], value: 1 }] }));
    assertEquals([health().state, health().refusals], ["refusing", 1]);
  },
);

Deno.test({ name: "store health: of what was found the last 20 are kept", permissions: "none" }, () => {
  const { report, health } = createStoreWatch();
  for (let i = 0; i < 25; i++) report(`finding ${i}`);
  const { findings } = health();
  assertEquals([findings.length, findings[0], findings[19]], [20, "finding 5", "finding 24"]);
});
