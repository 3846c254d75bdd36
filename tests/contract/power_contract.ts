/**
 * What every power-fail signal promises (hal/power.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assertEquals } from "@std/assert";
import type { Power, PowerChanged } from "../../hal/power.ts";

export interface PowerUnderTest {
  readonly power: Power;
  readonly settle: () => Promise<void>;
  readonly setMains: (mains: "on" | "failing") => void;
}

export function testPower(name: string, make: () => PowerUnderTest): void {
  function check(promise: string, test: (under: PowerUnderTest) => Promise<void>): void {
    Deno.test(`${name}: ${promise}`, { permissions: "none" }, () => test(make()));
  }

  check("it begins with mains on", async ({ power, settle }) => {
    await settle();
    assertEquals(power.supply(), "on");
  });

  check("the signal comes once a change, and its level can be read", async (under) => {
    const heard = recorded(under.power);
    under.setMains("failing");
    under.setMains("failing");
    await under.settle();
    assertEquals(under.power.supply(), "failing");
    under.setMains("on");
    await under.settle();
    assertEquals(under.power.supply(), "on");
    assertEquals(heard.map(({ supply }) => supply), ["failing", "on"]);
  });

  check("the last listener set wins", async (under) => {
    const first = recorded(under.power);
    const second = recorded(under.power);
    under.setMains("failing");
    await under.settle();
    assertEquals([first.length, second.length], [0, 1]);
  });
}

function recorded(power: Power): PowerChanged[] {
  const heard: PowerChanged[] = [];
  power.listen((event) => heard.push(event));
  return heard;
}
