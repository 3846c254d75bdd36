/**
 * What every clock promises (hal/clock.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { Clock } from "../../hal/clock.ts";

/** `pass` lets at least that much time pass on the clock, with all that comes due. */
export interface ClockUnderTest {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void>;
}

export function testClock(name: string, make: () => ClockUnderTest): void {
  function check(promise: string, test: (under: ClockUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("the shorter delay calls first, equal delays in the order of asking", async ({ clock, pass }) => {
    const calls: string[] = [];
    // So much longer that the machine may well be busy elsewhere between the two lines.
    clock.after(100, () => calls.push("late"));
    for (const call of ["first", "second", "third"]) clock.after(5, () => calls.push(call));
    await pass(100);
    assertEquals(calls, ["first", "second", "third", "late"]);
  });

  check("never calls before its delay, whatever its fraction", async ({ clock, pass }) => {
    const short: number[] = [];
    for (const delayMs of [1, 2.3, 3.5, 4.9, 7.1]) {
      const fromMs = clock.monotonicMs();
      clock.after(delayMs, () => short.push(delayMs - (clock.monotonicMs() - fromMs)));
    }
    await pass(8);
    assertEquals(short.length, 5);
    assert(short.every((ms) => ms <= 0), `called too early by ${short} ms`);
  });

  check("a cancelled call never comes; a cancel too late is harmless", async ({ clock, pass }) => {
    const calls: string[] = [];
    const cancelLate = clock.after(1, () => calls.push("kept"));
    const cancel = clock.after(2, () => calls.push("cancelled"));
    cancel();
    cancel();
    await pass(3);
    cancelLate();
    assertEquals(calls, ["kept"]);
  });

  check("a call can ask for the next one", async ({ clock, pass }) => {
    const calls: number[] = [];
    clock.after(2, () => {
      calls.push(1);
      clock.after(2, () => calls.push(2));
    });
    await pass(2);
    await pass(2);
    assertEquals(calls, [1, 2]);
  });

  check("negative and NaN delays count as 0", async ({ clock, pass }) => {
    const calls: string[] = [];
    clock.after(20, () => calls.push("20"));
    for (const delayMs of [-5, NaN, -Infinity, 0]) clock.after(delayMs, () => calls.push(String(delayMs)));
    await pass(20);
    assertEquals(calls, ["-5", "NaN", "-Infinity", "0", "20"]);
  });

  check("delays of 2^31 ms and more are not taken for 0 (notes D13)", async ({ clock, pass }) => {
    const calls: number[] = [];
    const cancels = [2 ** 31 - 1, 2 ** 31, 1e12, 2 ** 53, Infinity].map((delayMs) =>
      clock.after(delayMs, () => calls.push(delayMs))
    );
    await pass(5);
    for (const cancel of cancels) cancel();
    assertEquals(calls, []);
  });

  check("soon calls after what runs now and before any timer, in a chain too", async ({ clock, pass }) => {
    const calls: string[] = [];
    clock.after(0, () => calls.push("timer"));
    clock.soon(() => {
      calls.push("soon");
      clock.soon(() => calls.push("sooner than the timer"));
    });
    assertEquals(calls, []);
    await pass(1);
    assertEquals(calls, ["soon", "sooner than the timer", "timer"]);
  });

  check("what a timer asks for soon comes before the next timer", async ({ clock, pass }) => {
    const calls: string[] = [];
    clock.after(3, () => {
      calls.push("timer 1");
      clock.soon(() => clock.soon(() => calls.push("soon")));
    });
    clock.after(3, () => calls.push("timer 2"));
    await pass(3);
    assertEquals(calls, ["timer 1", "soon", "timer 2"]);
  });

  check("both times go on while it passes", async ({ clock, pass }) => {
    const monotonicMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    await pass(10);
    assertGreaterOrEqual(clock.monotonicMs(), monotonicMs + 10);
    assert(Number.isSafeInteger(wallMs) && clock.wallMs() > wallMs);
  });
}
