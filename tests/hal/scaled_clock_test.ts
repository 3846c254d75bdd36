/**
 * The clock of `simulate --speed N`.
 *
 * Law: what any clock promises is in tests/contract/clock_contract.ts; here is what the factor does.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { createScaledClock } from "../../hal/drivers/scaled_clock.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `scaled clock: ${sentence}`, permissions: "none", fn: test });
}

const startWallMs = Date.UTC(2025, 0, 1);

check("both times run faster from the moment it was made, and begin where the others are", async () => {
  const inner = createSimulatedClock({ startWallMs, settled: () => true });
  await inner.advance(5_000);
  const clock = createScaledClock(inner, 60);
  assertEquals([clock.monotonicMs(), clock.wallMs()], [5_000, startWallMs + 5_000]);
  await inner.advance(1_000);
  assertEquals([clock.monotonicMs(), clock.wallMs()], [65_000, startWallMs + 65_000]);
});

check("a minute is over after a second, and an hour half way is not", async () => {
  const inner = createSimulatedClock({ startWallMs, settled: () => true });
  const clock = createScaledClock(inner, 60);
  const calls: string[] = [];
  clock.after(60_000, () => calls.push("a minute"));
  const cancel = clock.after(120_000, () => calls.push("two"));
  await inner.advance(999);
  assertEquals(calls, []);
  await inner.advance(1);
  assertEquals(calls, ["a minute"]);
  cancel();
  await inner.advance(10_000);
  assertEquals(calls, ["a minute"]);
});

check("no call comes early by a rounding error, whatever the factor", async () => {
  for (const factor of [0.3, 1, 3, 7, 60, 97, 1_000]) {
    const inner = createSimulatedClock({ startWallMs, settled: () => true });
    await inner.advance(12_345_678.9);
    const clock = createScaledClock(inner, factor);
    for (let delayMs = 1; delayMs < 3_000; delayMs += 17) {
      const dueMs = clock.monotonicMs() + delayMs;
      let calledMs = -Infinity;
      clock.after(delayMs, () => (calledMs = clock.monotonicMs()));
      await inner.step();
      assertEquals(Math.sign(Math.min(0, calledMs - dueMs)), 0, `${factor} × ${delayMs} ms`);
    }
  }
});

check("a step of civil time is passed on as it is, and monotonic time knows nothing of it", async () => {
  const inner = createSimulatedClock({ startWallMs, settled: () => true });
  const clock = createScaledClock(inner, 60);
  await inner.advance(1_000);
  inner.stepWall(-3_600_000);
  assertEquals([clock.monotonicMs(), clock.wallMs()], [60_000, startWallMs + 60_000 - 3_600_000]);
});

check("a factor that is none is refused", () => {
  const inner = createSimulatedClock({ startWallMs });
  for (const factor of [0, -1, NaN, Infinity]) {
    assertThrows(() => createScaledClock(inner, factor), RangeError, `${factor}`);
  }
});
