/** How long CALLs wait for their answers. */
import { assert, assertEquals } from "@std/assert";
import { createCallLatencies, type Direction, LATENCY_BUCKETS_S } from "../../console/call_latency.ts";
import { frameHead } from "../../console/frame_head.ts";

/** Direction, milliseconds and text of each frame; then direction, action, answers and seconds in all. */
function check(
  sentence: string,
  frames: readonly (readonly [Direction, number, string])[],
  expected: readonly (readonly [Direction, string, number, number])[],
): void {
  Deno.test({ name: `call latency: ${sentence}`, permissions: "none" }, () => {
    assertEquals<unknown>(
      measured(frames).map(({ direction, action, count, sumS }) => [direction, action, count, sumS]),
      expected,
    );
  });
}

function measured(frames: readonly (readonly [Direction, number, string])[]) {
  const latencies = createCallLatencies();
  for (const [direction, atMs, text] of frames) {
    const head = frameHead(text);
    assert(head !== null, text);
    latencies.passed(direction, head, atMs);
  }
  return latencies.measured();
}

check("from our CALL to its answer", [
  ["sent", 1_000, '[2,"a","Heartbeat",{}]'],
  ["received", 1_250, '[3,"a",{}]'],
], [["sent", "Heartbeat", 1, 0.25]]);

check("from their CALL to ours, by an error too", [
  ["received", 1_000, '[2,"a","Reset",{}]'],
  ["sent", 1_500, '[4,"a","InternalError","",{}]'],
], [["received", "Reset", 1, 0.5]]);

check("the same id in both directions is two CALLs", [
  ["sent", 0, '[2,"a","Heartbeat",{}]'],
  ["received", 1_000, '[2,"a","Reset",{}]'],
  ["sent", 2_000, '[3,"a",{}]'],
  ["received", 4_000, '[3,"a",{}]'],
], [["received", "Reset", 1, 1], ["sent", "Heartbeat", 1, 4]]);

check("an answer counts once, and only to its CALL", [
  ["sent", 0, '[2,"a","Heartbeat",{}]'],
  ["received", 10, '[3,"b",{}]'],
  ["received", 1_000, '[3,"a",{}]'],
  ["received", 2_000, '[3,"a",{}]'],
], [["sent", "Heartbeat", 1, 1]]);

check("actions that OCPP does not know are one", [
  ["received", 0, '[2,"a","constructor",{}]'],
  ["received", 0, '[2,"b","Frobnicate",{}]'],
  ["sent", 1_000, '[4,"a","NotImplemented","",{}]'],
  ["sent", 1_000, '[4,"b","NotImplemented","",{}]'],
], [["received", "other", 2, 2]]);

Deno.test({
  name: "call latency: a bucket's bound belongs to it, and what is beyond all is last",
  permissions: "none",
}, () => {
  const waitsMs = [0, 1, 2.5, 2.6, 30_000, 30_001];
  const frames = waitsMs.flatMap((waitMs, i): (readonly [Direction, number, string])[] => [
    ["sent", 0, `[2,"${i}","Heartbeat",{}]`],
    ["received", waitMs, `[3,"${i}",{}]`],
  ]);
  const counts = Array(LATENCY_BUCKETS_S.length + 1).fill(0);
  [counts[0], counts[1], counts[2], counts[13], counts[14]] = [2, 1, 1, 1, 1];
  assertEquals(measured(frames)[0]?.counts, counts);
});

Deno.test({ name: "call latency: after a lost connection no answer is awaited", permissions: "none" }, () => {
  const latencies = createCallLatencies();
  latencies.passed("sent", { kind: "Call", id: "a", action: "Heartbeat" }, 0);
  latencies.forget();
  latencies.passed("received", { kind: "CallResult", id: "a", action: "" }, 1);
  assertEquals(latencies.measured(), []);
});

Deno.test({
  name: "call latency: of CALLs that nobody answers the last 100 are remembered",
  permissions: "none",
}, () => {
  const latencies = createCallLatencies();
  for (let i = 0; i <= 100; i++) {
    latencies.passed("received", { kind: "Call", id: `${i}`, action: "Reset" }, i);
  }
  for (const id of ["0", "1", "100"]) latencies.passed("sent", { kind: "CallResult", id, action: "" }, 101);
  assertEquals(latencies.measured().map(({ count, sumS }) => [count, sumS]), [[2, 0.101]]);
});
