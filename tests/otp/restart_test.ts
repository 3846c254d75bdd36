/**
 * The supervisor's decisions as literals in, literals out (Erlang/OTP, `supervisor`; notes/reliability.md B6).
 *
 * Law: no clock and no actor is needed to say who is restarted.
 */
import { assertEquals } from "@std/assert";
import type { RestartType } from "../../actors/otp/actor.ts";
import {
  affectedBy,
  type ChildState,
  countRestart,
  type Ending,
  isRestarted,
  nextSteps,
  retryDelayMs,
  type Strategy,
} from "../../actors/otp/restart.ts";

function check(says: string, test: () => void): void {
  Deno.test(`restart: ${says}`, { permissions: "none" }, test);
}

check("permanent always, transient after a crash, temporary never", () => {
  const table: readonly [RestartType, Ending, boolean][] = [
    ["permanent", "crashed", true],
    ["permanent", "exited", true],
    ["transient", "crashed", true],
    ["transient", "exited", false],
    ["temporary", "crashed", false],
    ["temporary", "exited", false],
  ];
  for (const [type, ending, restarted] of table) {
    assertEquals(isRestarted(type, ending), restarted, `${type} ${ending}`);
  }
});

check(
  "who goes with the failed child: stops in reverse, starts in order, a temporary one does not come back",
  () => {
    const a = { id: "a", type: "permanent" } as const;
    const b = { id: "b", type: "temporary" } as const;
    const c = { id: "c", type: "transient" } as const;
    const d = { id: "d", type: "permanent" } as const;
    const e = { id: "e", type: "temporary" } as const;
    const table: readonly [Strategy, string, string][] = [
      ["one_for_one", "", "c"],
      ["one_for_all", "edba", "acd"],
      ["rest_for_one", "ed", "cd"],
    ];
    for (const [strategy, stops, starts] of table) {
      const affected = affectedBy(strategy, [a, b, c, d, e], c);
      assertEquals(affected.stops.map(({ id }) => id).join(""), stops, strategy);
      assertEquals(affected.starts.map(({ id }) => id).join(""), starts, strategy);
    }
  },
);

check("intensity: a restart exactly withinMs ago still counts, one millisecond more does not", () => {
  const intensity = { restartsMax: 3, withinMs: 1000 };
  assertEquals(countRestart([], 0, intensity), [0]);
  assertEquals(countRestart([0, 400], 800, intensity), [0, 400, 800]);
  assertEquals(countRestart([0, 400, 800], 1000, intensity), null);
  assertEquals(countRestart([0, 400, 800], 1001, intensity), [400, 800, 1001]);
  assertEquals(countRestart([], 0, { restartsMax: 0, withinMs: 1000 }), null);
});

check(
  "steps: the last child that is to stop stops first, one at a time, and nothing starts meanwhile",
  () => {
    const up: ChildState = { type: "permanent", phase: "up", wish: "up" };
    const down: ChildState = { type: "permanent", phase: "down", wish: "up" };
    const bounces: ChildState = { ...up, wish: "restart" };
    const startsAndBounces: ChildState = { ...bounces, phase: "starting" };
    const stops: ChildState = { ...bounces, phase: "stopping" };
    const last: ChildState = { ...up, wish: "down" };
    assertEquals(nextSteps([down, bounces, last, up], true), { stop: last, starts: [] });
    assertEquals(nextSteps([down, bounces, stops], true), { stop: null, starts: [] });
    assertEquals(nextSteps([down, startsAndBounces], false), { stop: startsAndBounces, starts: [] });
  },
);

check("steps: in order each start waits for those before it; otherwise for nobody", () => {
  const up: ChildState = { type: "permanent", phase: "up", wish: "up" };
  const starting: ChildState = { ...up, phase: "starting" };
  const first: ChildState = { ...up, phase: "down" };
  const second: ChildState = { ...first, type: "transient" };
  const gone: ChildState = { ...first, wish: "down" };
  assertEquals(nextSteps([gone, up, first, second], true), { stop: null, starts: [first] });
  assertEquals(nextSteps([up, starting, first], true), { stop: null, starts: [] });
  assertEquals(nextSteps([starting, first, gone, second], false), { stop: null, starts: [first, second] });
  assertEquals(nextSteps([gone, up], true), { stop: null, starts: [] });
});

check("the wait after a give-up doubles up to its limit", () => {
  const giveUp = { retryInitialMs: 1000, retryMaxMs: 5000 };
  assertEquals([0, 1, 2, 3, 5000].map((before) => retryDelayMs(giveUp, before)), [
    1000,
    2000,
    4000,
    5000,
    5000,
  ]);
});
