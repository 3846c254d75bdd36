/** What a run of many seeds says, and with which exit code it ends, on literals (invariant I24). */
import { assertEquals } from "@std/assert";
import { reachPoints } from "./reach_points.ts";
import type { Outcome } from "./sim_job.ts";
import { exitCodeOf, reachLines } from "./sim_report.ts";

const all = new Map(reachPoints.map((point) => [point, 3]));
const failed: Outcome = {
  job: { seed: "27", station: "dc-four", hours: 24 },
  traceHash: "",
  transactions: 0,
  steps: 0,
  simulatedMs: 0,
  reached: [],
  failure: { invariant: "I2", what: "I2: lost", step: 3, scenario: null, settings: {}, lastTrace: [] },
};

function check(name: string, body: () => void): void {
  Deno.test({ name: `a run of many seeds: ${name}`, permissions: "none" }, body);
}

check("ends with 0 where nothing broke and every point was reached", () => {
  assertEquals(exitCodeOf({ seeds: 1_000, reached: all, failures: [] }), 0);
  assertEquals(reachLines({ seeds: 1_000, reached: all }).at(-1), "every point was reached");
});

check("of 1,000 seeds and more ends with 1 where a point was left unreached, and names it", () => {
  const reached = without("store emptied");
  assertEquals(exitCodeOf({ seeds: 1_000, reached, failures: [] }), 1);
  assertEquals(reachLines({ seeds: 1_000, reached }).at(-1), "NEVER reached: store emptied");
});

check("of fewer seeds ends with 0, and tells what was left as news only", () => {
  const reached = without("store emptied");
  assertEquals(exitCodeOf({ seeds: 999, reached, failures: [] }), 0);
  assertEquals(
    reachLines({ seeds: 999, reached }).at(-1),
    "not reached, which fewer than 1,000 seeds may leave: store emptied",
  );
});

check("ends with 1 where a seed broke an invariant, whatever was reached", () => {
  assertEquals(exitCodeOf({ seeds: 1, reached: all, failures: [failed] }), 1);
  assertEquals(exitCodeOf({ seeds: 5_000, reached: all, failures: [failed] }), 1);
});

check("tells how many seeds have reached each point, by name", () => {
  const reached = new Map([["reset", 1_200], ["power cut", 2]]);
  assertEquals(reachLines({ seeds: 5, reached })[0], "reached: power cut 2, reset 1,200");
});

function without(point: string): ReadonlyMap<string, number> {
  return new Map([...all].filter(([name]) => name !== point));
}
