/** How many security events of a type are logged (spec/security.md §8: no storms while reconnecting, none that a peer can cause). */
import { assertEquals } from "@std/assert";
import type { Allowance } from "../../protocol/event_allowance.ts";
import { admitted } from "../../protocol/event_allowance.ts";
import type { SecurityEventType } from "../../protocol/security_event.ts";

function check(name: string, body: () => void): void {
  Deno.test({ name: `event allowance: ${name}`, permissions: "none" }, body);
}

const hourMs = 3_600_000;

/** Events of one type, each `[atMs, techInfo]`; null is one that was left out. */
function logged(
  type: SecurityEventType,
  ...events: readonly (readonly [atMs: number, techInfo: string])[]
): readonly (string | null)[] {
  let allowance: Allowance | undefined;
  return events.map(([atMs, techInfo]) => {
    const admission = admitted(allowance, { type, techInfo }, atMs);
    allowance = admission.allowance;
    return admission.kind === "logged" ? admission.techInfo : null;
  });
}

function different(count: number, atMs = 0): readonly (readonly [number, string])[] {
  return Array.from({ length: count }, (_, at) => [atMs, `defect ${at}`] as const);
}

check("ten of a type, and then one more each hour, which tells how many were left out", () => {
  const texts = logged("InvalidMessages", ...different(13), [hourMs - 1, "a"], [hourMs, "b"], [hourMs, "c"]);
  assertEquals(texts.slice(0, 10), different(10).map(([, text]) => text));
  assertEquals(texts.slice(10), [null, null, null, null, "b (4 more left out before it)", null]);
});

check("an allowance that was not used is not saved up beyond ten", () => {
  const texts = logged("InvalidMessages", [0, "first"], ...different(12, 100 * hourMs));
  assertEquals(texts.filter((text) => text !== null).length, 11);
});

check("the same again is left out for an hour, as at each attempt to reconnect", () => {
  const refused = "the central system refused the password";
  const attempts = [0, 60_000, 1_800_000, hourMs - 1, hourMs, hourMs + 60_000].map((atMs) =>
    [atMs, refused] as const
  );
  assertEquals(logged("FailedToAuthenticateAtCentralSystem", ...attempts), [
    refused,
    null,
    null,
    null,
    `${refused} (3 more left out before it)`,
    null,
  ]);
});

check("a change of the security parameters is limited too, and the same again is another one", () => {
  const twenty = Array.from({ length: 20 }, () => [0, "authorizationKey"] as const);
  const texts = logged("ReconfigurationOfSecurityParameters", ...twenty);
  assertEquals(texts.filter((text) => text !== null).length, 10);
});

check("another fault than before is told at once", () => {
  assertEquals(logged("InvalidTLSVersion", [0, "1.0"], [1, "1.1"], [2, "1.0"]), ["1.0", "1.1", "1.0"]);
});

for (
  const type of [
    "FirmwareUpdated",
    "ResetOrReboot",
    "SecurityLogWasCleared",
    "StartupOfTheDevice",
  ] as const
) {
  check(`A04.FR.04: ${type} is never left out`, () => {
    const twenty = Array.from({ length: 20 }, () => [0, "the same"] as const);
    assertEquals(logged(type, ...twenty), twenty.map(() => "the same"));
  });
}

check("the count is told in 255 characters, however long the text is", () => {
  const long = "x".repeat(255);
  const told = logged("InvalidMessages", ...different(11), [2 * hourMs, long]).at(-1) ?? "";
  assertEquals([told.length, told.endsWith("x… (1 more left out before it)")], [255, true]);
});
