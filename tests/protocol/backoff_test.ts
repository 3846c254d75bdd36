/** How long to wait after failures in a row (OCPP-J 1.6 errata §3.3). */
import { assertEquals } from "@std/assert";
import { backoffMs } from "../../protocol/backoff.ts";

const backoff = { initialMs: 1_000, maxMs: 60_000 };
const almostOne = 1 - Number.EPSILON;

function check(sentence: string, waits: readonly number[], expected: readonly number[]): void {
  Deno.test({ name: `back-off: ${sentence}`, permissions: "none" }, () => assertEquals(waits, expected));
}

check(
  "the widest wait doubles with each failure, up to its most",
  [1, 2, 3, 6, 7, 8, 9].map((failures) => backoffMs(backoff, failures, almostOne)),
  [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000],
);
check(
  "the shortest wait is a half of the widest",
  [1, 2, 7].map((failures) => backoffMs(backoff, failures, 0)),
  [500, 1_000, 30_000],
);
check(
  "the fraction spreads the wait evenly between them",
  [0.25, 0.5, 0.75].map((fraction) => backoffMs(backoff, 2, fraction)),
  [1_250, 1_500, 1_750],
);
check("waits are whole milliseconds", [backoffMs({ initialMs: 3, maxMs: 9 }, 1, 0.1)], [2]);
check("no failure yet waits as after the first", [backoffMs(backoff, 0, 0)], [500]);
check(
  "a year of failures is no longer than the most, and no NaN",
  [backoffMs(backoff, 1_000_000, 0.5), backoffMs({ initialMs: 0, maxMs: 60_000 }, 1_000_000, 0.5)],
  [45_000, 0],
);
check("the first wait obeys the most as well", [backoffMs({ initialMs: 5_000, maxMs: 1_000 }, 1, 0)], [500]);
