/** What SendLocalList makes of the local authorization list (OCPP 1.6 §3.5.2, §5.15; spec/behaviour.md §11). */
import { assertEquals } from "@std/assert";
import { contradicts, judgeUpdate, listedInfo } from "../../protocol/local_list.ts";
import type { AuthorizationData, SendLocalListRequest } from "../../protocol/messages/local_auth_list.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";

const limits = { entriesMax: 5, sentMax: 3 };
const accepted: IdTagInfo = { status: "Accepted" };
const nowMs = Date.parse("2026-03-01T12:00:00Z");

function sent(
  updateType: SendLocalListRequest["updateType"],
  listVersion: number,
  ...entries: readonly (string | AuthorizationData)[]
): SendLocalListRequest {
  const localAuthorizationList = entries.map((entry) =>
    typeof entry === "string" ? { idTag: entry, idTagInfo: accepted } : entry
  );
  return { updateType, listVersion, localAuthorizationList };
}

function check(name: string, request: SendLocalListRequest, version: number, expected: unknown): void {
  Deno.test({
    name: `SendLocalList §11: ${name}`,
    permissions: "none",
    fn: () => {
      const update = judgeUpdate(request, version, limits);
      switch (update.kind) {
        case "refused":
          return assertEquals(update.status, expected);
        case "replace":
          return assertEquals(["replace", Object.fromEntries(update.entries)], expected);
        case "change":
          return assertEquals(["change", Object.fromEntries(update.changes)], expected);
      }
    },
  });
}

check("Full replaces all", sent("Full", 7, "A", "b"), 3, ["replace", { A: accepted, B: accepted }]);
check("Full asks for no newer version", sent("Full", 2, "A"), 3, ["replace", { A: accepted }]);
check("TC_042_2: Full without a list empties it", { updateType: "Full", listVersion: 1 }, 3, ["replace", {}]);
check("Full with an empty list empties it", sent("Full", 1), 3, ["replace", {}]);
check("Full with an entry without idTagInfo is Failed", sent("Full", 4, "A", { idTag: "B" }), 3, "Failed");
check("TC_043: Differential adds and replaces", sent("Differential", 4, "A"), 3, ["change", { A: accepted }]);
check("Differential removes what has no idTagInfo", sent("Differential", 4, { idTag: "a" }), 3, [
  "change",
  { A: null },
]);
check("Differential may skip versions", sent("Differential", 9, "A"), 3, ["change", { A: accepted }]);
check("Differential without a list changes no entry", { updateType: "Differential", listVersion: 4 }, 3, [
  "change",
  {},
]);
check("TC_043_2: Differential with an older version", sent("Differential", 4, "A"), 5, "VersionMismatch");
check("Differential with the same version", sent("Differential", 5, "A"), 5, "VersionMismatch");
check("an idTag that is there twice, whatever its case", sent("Full", 4, "a", "A"), 3, "Failed");
check("as many as SendLocalListMaxLength", sent("Full", 4, "A", "B", "C"), 3, [
  "replace",
  { A: accepted, B: accepted, C: accepted },
]);
check("more than SendLocalListMaxLength", sent("Full", 4, "A", "B", "C", "D"), 3, "Failed");
check("errata v4.0: version 0", sent("Full", 0, "A"), 3, "Failed");
check("errata v4.0: version -1", sent("Differential", -1, "A"), 3, "Failed");

Deno.test({
  name: "SendLocalList §11: Full with more than LocalAuthListMaxLength is Failed",
  permissions: "none",
  fn: () => {
    const few = { entriesMax: 1, sentMax: 3 };
    assertEquals(judgeUpdate(sent("Full", 4, "A", "B"), 3, few), {
      kind: "refused",
      status: "Failed",
      why: "2 entries, at most 1 in the list",
    });
  },
});

Deno.test({
  name:
    "local list §4.1: Accepted and ConcurrentTx are valid in the list, until they expire; the others never are",
  permissions: "none",
  fn: () => {
    const worth = (info: IdTagInfo) => listedInfo(info, nowMs).status;
    assertEquals(worth({ status: "Accepted" }), "Accepted");
    assertEquals(worth({ status: "ConcurrentTx" }), "Accepted");
    assertEquals(worth({ status: "ConcurrentTx", expiryDate: "2026-03-01T12:00:00Z" }), "Expired");
    assertEquals(worth({ status: "Accepted", expiryDate: "2026-03-01T12:00:01Z" }), "Accepted");
    for (const status of ["Blocked", "Expired", "Invalid"] as const) assertEquals(worth({ status }), status);
  },
});

Deno.test({
  name: "local list §4.2: LocalListConflict where the central system says another thing than its list",
  permissions: "none",
  fn: () => {
    const conflict = (entry: IdTagInfo, said: IdTagInfo) => contradicts(entry, said, nowMs);
    assertEquals(conflict({ status: "Accepted" }, { status: "Blocked" }), true);
    assertEquals(conflict({ status: "Blocked" }, { status: "Accepted" }), true);
    assertEquals(conflict({ status: "Accepted" }, { status: "Accepted" }), false);
    assertEquals(conflict({ status: "Accepted" }, { status: "ConcurrentTx" }), false);
    assertEquals(conflict({ status: "ConcurrentTx" }, { status: "Accepted" }), false);
    const past = "2026-02-01T00:00:00Z";
    assertEquals(conflict({ status: "Accepted", expiryDate: past }, { status: "Expired" }), false);
  },
});
