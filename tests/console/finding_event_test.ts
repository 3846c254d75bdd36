/** What of a store's findings the security log tells of. */
import { assertEquals } from "@std/assert";
import { findingEvent } from "../../console/finding_event.ts";
import type { Finding } from "../../storage/finding.ts";

for (
  const [finding, expected] of [
    [{ kind: "StoreMovedAside", path: "p", error: "e", salvaged: 3 }, "SecurityLogWasCleared"],
    [{ kind: "TailLost", sequence: 5, known: 7 }, "SecurityLogWasCleared"],
    [{ kind: "BallastReleased", path: "p" }, "MemoryExhaustion"],
    [{ kind: "AsideGivenUp", path: "p" }, undefined],
    [{ kind: "RecordDamaged", key: ["boot"], error: "e" }, undefined],
    [{ kind: "RowsRepaired", count: 1 }, undefined],
    [{ kind: "CopyDamaged", path: "p", error: "e" }, undefined],
    [{ kind: "SpareNotWritten", path: "p", error: "e" }, undefined],
    [{ kind: "FreeSpaceUnknown", path: "p", error: "e" }, undefined],
  ] as const satisfies readonly (readonly [Finding, string | undefined])[]
) {
  Deno.test(`finding: ${finding.kind} is ${expected ?? "no security event"}`, () => {
    assertEquals(findingEvent(finding)?.type, expected);
  });
}

Deno.test("finding: a lost tail names the commits that are gone", () => {
  const event = findingEvent({ kind: "TailLost", sequence: 5, known: 7 });
  assertEquals(event?.techInfo, "the store has lost its commits 6 to 7");
});
