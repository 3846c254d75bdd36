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

Deno.test("a far delay is slept in pieces that setTimeout honours, and called once (notes D13)", () => {
  const pieces: { readonly ms: number; readonly wake: () => void }[] = [];
  const setTimeoutOfHost = globalThis.setTimeout;
  let calls = 0;
  try {
    // The host's type has overloads that a recorder need not have.
    globalThis.setTimeout = ((wake: () => void, ms: number) =>
      pieces.push({ ms, wake })) as unknown as typeof setTimeout;
    createSystemClock().after(2 * (2 ** 31 - 1) + 7, () => calls++);
    for (let at = 0; at < pieces.length; at++) {
      assertEquals(calls, 0);
      pieces[at]?.wake();
    }
  } finally {
    globalThis.setTimeout = setTimeoutOfHost;
  }
  assertEquals(pieces.map(({ ms }) => ms), [2 ** 31 - 1, 2 ** 31 - 1, 7]);
  assertEquals(calls, 1);
});
