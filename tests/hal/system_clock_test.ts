/**
 * The system clock keeps the port's promises, on the machine's own timers.
 *
 * Law: what would take 25 days is shown on a host whose timers only write down what they were asked for.
 */
import { assertEquals } from "@std/assert";
import { createSystemClock } from "../../hal/drivers/system_clock.ts";
import { testClock } from "../contract/clock_contract.ts";

testClock("system clock", () => {
  const clock = createSystemClock();
  return { clock, pass: (ms) => new Promise((resolve) => clock.after(ms, resolve)) };
});

/** What the clock asks of the host for this delay, one time-out after the other, where each comes when it should. */
function pieces(delayMs: number): readonly number[] {
  const asked: number[] = [];
  const wakes: (() => void)[] = [];
  const host = { setTimeout: globalThis.setTimeout, now: performance.now };
  let nowMs = 0;
  let calls = 0;
  function record(wake: () => void, ms: number): number {
    wakes.push(wake);
    return asked.push(ms);
  }
  try {
    // The host's type has overloads that a recorder need not have.
    globalThis.setTimeout = record as unknown as typeof setTimeout;
    performance.now = () => nowMs;
    createSystemClock().after(delayMs, () => calls++);
    for (let wake = wakes.shift(); wake !== undefined; wake = wakes.shift()) {
      assertEquals(calls, 0);
      nowMs += asked.at(-1) ?? 0;
      wake();
    }
  } finally {
    globalThis.setTimeout = host.setTimeout;
    performance.now = host.now;
  }
  assertEquals(calls, delayMs === Infinity ? 0 : 1);
  return asked;
}

Deno.test("system clock: a far delay is slept in pieces that setTimeout honours (notes D13)", () => {
  assertEquals(pieces(2 ** 31 - 1), [2 ** 31 - 1]);
  assertEquals(pieces(2 ** 31), [2 ** 31 - 1, 1]);
  assertEquals(pieces(2 * (2 ** 31 - 1) + 7), [2 ** 31 - 1, 2 ** 31 - 1, 7]);
  assertEquals(pieces(Infinity), []);
});

Deno.test("system clock: a fraction is rounded up, since setTimeout would cut it off and call early", () => {
  assertEquals([pieces(2.3), pieces(0.1), pieces(5), pieces(-0.5)], [[3], [1], [5], [0]]);
});

Deno.test("system clock: time-outs that are cancelled cost the host one timer, and keep no process alive", () => {
  const host = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const running = new Set<number>();
  let asked = 0;
  function start(): number {
    running.add(++asked);
    return asked;
  }
  try {
    // As above.
    globalThis.setTimeout = start as unknown as typeof setTimeout;
    globalThis.clearTimeout = (timer) => void running.delete(Number(timer));
    const clock = createSystemClock();
    const cancelHeartbeat = clock.after(300_000, () => {});
    for (let request = 0; request < 10; request++) clock.after(20_000, () => {})();
    assertEquals([asked, running.size], [2, 1]);
    cancelHeartbeat();
    assertEquals(running.size, 0);
  } finally {
    globalThis.setTimeout = host.setTimeout;
    globalThis.clearTimeout = host.clearTimeout;
  }
});
