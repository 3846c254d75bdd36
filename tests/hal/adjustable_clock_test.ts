/**
 * The clock whose civil time can be set.
 *
 * Law: what any clock promises is in tests/contract/clock_contract.ts, and it holds after a step of civil time too; here is
 * what the step does.
 */
import { assertEquals } from "@std/assert";
import { createAdjustableClock } from "../../hal/drivers/adjustable_clock.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSystemClock } from "../../hal/drivers/system_clock.ts";
import { testClock } from "../contract/clock_contract.ts";

const startWallMs = Date.UTC(1970, 0, 1, 0, 0, 7);
const setMs = Date.UTC(2026, 2, 1, 12);

testClock("adjustable clock over the simulated one", () => {
  const inner = createSimulatedClock({ startWallMs });
  return { clock: createAdjustableClock(inner).clock, pass: inner.advance };
});

testClock("adjustable clock over the system's, set to another year", () => {
  const { clock, civilTime } = createAdjustableClock(createSystemClock());
  civilTime.set(setMs);
  return { clock, pass: (ms) => new Promise((resolve) => clock.after(ms, resolve)) };
});

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `adjustable clock: ${sentence}`, permissions: "none", fn: test });
}

check("it tells the time of the clock that it wraps until it is set", async () => {
  const inner = createSimulatedClock({ startWallMs });
  const { clock } = createAdjustableClock(inner);
  await inner.advance(5_000);
  assertEquals([clock.wallMs(), clock.monotonicMs()], [startWallMs + 5_000, 5_000]);
});

check("set, it goes on from there, forwards and backwards, as often as it is set", async () => {
  const inner = createSimulatedClock({ startWallMs });
  const { clock, civilTime } = createAdjustableClock(inner);
  const told: number[] = [];
  for (const ms of [setMs, setMs - 3_600_000, setMs + 86_400_000]) {
    civilTime.set(ms);
    await inner.advance(250);
    told.push(clock.wallMs() - ms);
  }
  assertEquals(told, [250, 250, 250]);
});

check("the clock that it wraps is left alone", () => {
  const inner = createSimulatedClock({ startWallMs });
  createAdjustableClock(inner).civilTime.set(setMs);
  assertEquals([inner.wallMs(), createAdjustableClock(inner).clock.wallMs()], [startWallMs, startWallMs]);
});

check("monotonic time and the timers that run know nothing of it", async () => {
  const inner = createSimulatedClock({ startWallMs });
  const { clock, civilTime } = createAdjustableClock(inner);
  const calledMs: number[] = [];
  clock.after(1_000, () => calledMs.push(clock.monotonicMs()));
  await inner.advance(400);
  civilTime.set(setMs);
  assertEquals(clock.monotonicMs(), 400);
  clock.after(1_000, () => calledMs.push(clock.monotonicMs()));
  await inner.advance(10_000);
  assertEquals(calledMs, [1_000, 1_400]);
});

check("a step of the clock that it wraps does not reach it, whether it was set before or not", async () => {
  const inner = createSimulatedClock({ startWallMs });
  const { clock, civilTime } = createAdjustableClock(inner);
  inner.stepWall(4_000_000);
  await inner.advance(1_000);
  assertEquals(clock.wallMs(), startWallMs + 1_000);
  civilTime.set(setMs);
  inner.stepWall(-60_000);
  await inner.advance(1_000);
  assertEquals(clock.wallMs(), setMs + 1_000);
});

check("it tells whole milliseconds", async () => {
  const inner = createSimulatedClock({ startWallMs });
  const { clock } = createAdjustableClock(inner);
  await inner.advance(0.7);
  assertEquals(clock.wallMs(), startWallMs);
});
