/** What happens once a boot, before the tree starts: civil time is restored (spec/behaviour.md §17). */
import { assertEquals } from "@std/assert";
import { restoreCivilTime } from "../../actors/boot.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { keys } from "../../storage/record_keys.ts";

const knownMs = Date.UTC(2026, 0, 1);

for (
  const { sentence, wallMs, expected } of [
    { sentence: "that lost its time begins with the last known one", wallMs: 0, expected: knownMs },
    { sentence: "that has gone on is left alone", wallMs: knownMs + 1, expected: knownMs + 1 },
  ]
) {
  Deno.test({ name: `a clock ${sentence}`, permissions: "none" }, async () => {
    const clock = createSimulatedClock({ startWallMs: wallMs });
    const { store } = createMemoryStore();
    await store.commit({ sets: [{ key: keys.clock, value: { knownMs } }] });
    await restoreCivilTime(store, clock, { set: (toMs) => clock.stepWall(toMs - clock.wallMs()) });
    assertEquals(clock.wallMs(), expected);
  });
}
