/** What is kept of the central system's answers to a transaction message (OCPP 1.6 §3.7.1). */
import { assertEquals } from "@std/assert";
import type { Refusal } from "../../protocol/refusal.ts";
import { refusalOf, withRefusal } from "../../protocol/refusal.ts";

Deno.test(
  { name: "a refusal: a CALLERROR keeps its code, description and time", permissions: "none" },
  () => {
    const outcome = { kind: "error", errorCode: "InternalError", errorDescription: "no database" } as const;
    assertEquals(refusalOf(outcome, 5), { ...outcome, atMs: 5 });
  },
);

Deno.test({ name: "a refusal: no answer in time says so", permissions: "none" }, () => {
  assertEquals(refusalOf({ kind: "timeout" }, 5), { kind: "timeout", atMs: 5 });
});

Deno.test({ name: "a refusal: however much a peer says, little is kept of it", permissions: "none" }, () => {
  const long = "x".repeat(100_000);
  assertEquals(refusalOf({ kind: "error", errorCode: long, errorDescription: long }, 5), {
    kind: "error",
    atMs: 5,
    errorCode: "x".repeat(60),
    errorDescription: "x".repeat(255),
  });
});

Deno.test({ name: "a refusal: of many the last ten are kept", permissions: "none" }, () => {
  let refusals: readonly Refusal[] | undefined;
  for (let atMs = 1; atMs <= 12; atMs++) refusals = withRefusal(refusals, { kind: "timeout", atMs });
  assertEquals(refusals?.map(({ atMs }) => atMs), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});
