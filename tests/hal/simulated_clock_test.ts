/**
 * The simulated clock keeps the port's promises, and those of the hand that turns it.
 *
 * Law: nothing here depends on the machine: every number is exact.
 */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { testClock } from "../contract/clock_contract.ts";

const startWallMs = Date.UTC(2026, 0, 1);

testClock("simulated clock", () => {
  const clock = createSimulatedClock({ startWallMs });
  return { clock, pass: clock.advance };
});

function check(says: string, test: () => void | Promise<void>): void {
  Deno.test(`simulated clock: ${says}`, { permissions: "none" }, test);
}

check("advance runs what is due at its very end, and nothing later", async () => {
  const clock = createSimulatedClock({ startWallMs });
  const calls: number[] = [];
  for (const delayMs of [10, 11]) clock.after(delayMs, () => calls.push(clock.monotonicMs()));
  await clock.advance(9);
  assertEquals([calls, clock.pending()], [[], 2]);
  await clock.advance(1);
  assertEquals([calls, clock.pending(), clock.monotonicMs()], [[10], 1, 10]);
});

check("a far timer comes at its millisecond", async () => {
  const clock = createSimulatedClock({ startWallMs, settled: () => true });
  const calls: number[] = [];
  clock.after(2 ** 31, () => calls.push(clock.monotonicMs()));
  await clock.advance(2 ** 31 - 1);
  assertEquals(calls, []);
  await clock.advance(1);
  assertEquals(calls, [2 ** 31]);
});

check("step goes to the next timer and runs it alone", async () => {
  const clock = createSimulatedClock({ startWallMs });
  const calls: string[] = [];
  clock.after(10, () => calls.push("a"));
  clock.after(10, () => calls.push("b"));
  assertEquals(await clock.step(), true);
  assertEquals([calls, clock.monotonicMs()], [["a"], 10]);
  assertEquals(await clock.step(), true);
  assertEquals(await clock.step(), false);
  assertEquals([calls, clock.monotonicMs()], [["a", "b"], 10]);
});

check("rested is called once for each timer, when all that it set off has run", async () => {
  const calls: string[] = [];
  const clock = createSimulatedClock({ startWallMs, rested: () => calls.push("rested") });
  clock.after(10, async () => {
    await null;
    clock.soon(() => calls.push("a"));
  });
  clock.after(20, () => calls.push("b"));
  await clock.advance(30);
  assertEquals(calls, ["a", "rested", "b", "rested"]);
});

check("what rested throws comes out of advance, and the clock goes on from there", async () => {
  const clock = createSimulatedClock({
    startWallMs,
    settled: () => true,
    rested: () => {
      throw new RangeError("as ordered");
    },
  });
  clock.after(10, () => {});
  await assertRejects(() => clock.advance(30), RangeError, "as ordered");
  await clock.advance(5);
  assertEquals(clock.monotonicMs(), 15);
});

check("civil time steps alone, and goes on from there", async () => {
  const clock = createSimulatedClock({ startWallMs });
  await clock.advance(1000);
  clock.stepWall(-5000);
  assertEquals([clock.wallMs(), clock.monotonicMs()], [startWallMs - 4000, 1000]);
  await clock.advance(1);
  assertEquals(clock.wallMs(), startWallMs - 3999);
});

check("a chain of promises ends before the next timer, as long as settled says so", async () => {
  let awaiting = 0;
  const clock = createSimulatedClock({ startWallMs, settled: () => awaiting === 0 });
  const calls: string[] = [];
  clock.after(1, async () => {
    awaiting++;
    for (let i = 0; i < 5000; i++) await null;
    clock.soon(() => calls.push("soon"));
    awaiting--;
  });
  clock.after(1, () => calls.push("timer"));
  await clock.advance(1);
  assertEquals(calls, ["soon", "timer"]);
});

check("without settled a guess is made, anew after each call that the promises led to", async () => {
  const clock = createSimulatedClock({ startWallMs });
  const calls: string[] = [];
  async function chain(then: () => void): Promise<void> {
    for (let i = 0; i < 40; i++) await null;
    then();
  }
  clock.after(1, () => void chain(() => clock.soon(() => void chain(() => calls.push("chain")))));
  clock.after(1, () => calls.push("timer"));
  await clock.advance(1);
  assertEquals(calls, ["chain", "timer"]);
});

check("what never settles is named instead of waited for", async () => {
  const clock = createSimulatedClock({ startWallMs, settled: () => false });
  await assertRejects(() => clock.advance(1), Error, "await the store and nothing else");
});

check("calls that follow each other for ever without time passing are named", async () => {
  const ready = createSimulatedClock({ startWallMs });
  const again = () => ready.soon(again);
  again();
  await assertRejects(() => ready.advance(0), Error, "make time pass");
  const timers = createSimulatedClock({ startWallMs, settled: () => true });
  const tick = () => void timers.after(0, tick);
  tick();
  await assertRejects(() => timers.advance(1), Error, "make time pass");
});

check("a clock that is being turned cannot be turned", async () => {
  const clock = createSimulatedClock({ startWallMs });
  const first = clock.advance(1);
  await assertRejects(() => clock.advance(1), Error, "await the advance");
  await first;
  await clock.advance(1);
  assertEquals(clock.monotonicMs(), 2);
});

check("pick chooses among what is ready, and must choose one of it", async () => {
  const clock = createSimulatedClock({ startWallMs, pick: (ready) => ready - 1 });
  const calls: number[] = [];
  for (const call of [1, 2, 3]) clock.soon(() => calls.push(call));
  await clock.advance(0);
  assertEquals(calls, [3, 2, 1]);
  const wrong = createSimulatedClock({ startWallMs, pick: (ready) => ready });
  for (const call of [1, 2]) wrong.soon(() => calls.push(call));
  await assertRejects(() => wrong.advance(0), RangeError, "pick one of 2");
});

check("timers come in the order of their times, then of asking, whatever is cancelled between", async () => {
  const asks = fc.array(fc.record({ delayMs: fc.nat(20), cancels: fc.option(fc.nat(60)) }), {
    maxLength: 60,
  });
  await fc.assert(fc.asyncProperty(asks, async (asks) => {
    const clock = createSimulatedClock({ startWallMs, settled: () => true });
    const calls: number[] = [];
    const cancels: (() => void)[] = [];
    const expected = new Map<number, number>();
    for (const [place, ask] of asks.entries()) {
      cancels.push(clock.after(ask.delayMs, () => calls.push(place)));
      expected.set(place, ask.delayMs);
      if (ask.cancels === null) continue;
      cancels[ask.cancels]?.();
      if (ask.cancels <= place) expected.delete(ask.cancels);
    }
    assertEquals(clock.pending(), expected.size);
    await clock.advance(20);
    assertEquals(calls, [...expected].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([place]) => place));
  }));
});
