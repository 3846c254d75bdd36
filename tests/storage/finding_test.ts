/** What a store found wrong, as it is said. */
import { assertEquals } from "@std/assert";
import { describeFinding, type Finding } from "../../storage/finding.ts";

function check(finding: Finding, sentence: string): void {
  Deno.test({ name: `finding: ${finding.kind}`, permissions: "none" }, () => {
    assertEquals(describeFinding(finding), sentence);
  });
}

check(
  { kind: "RecordDamaged", key: ["transaction", 1], error: "its checksum does not fit" },
  'record ["transaction",1] is damaged and left out: its checksum does not fit',
);
check(
  {
    kind: "StoreMovedAside",
    path: "/state/store.kv.damaged-1",
    error: "file is not a database",
    salvaged: 3,
  },
  "the store was damaged and begins anew with 3 salvaged records, the old one is kept as /state/store.kv.damaged-1: file is not a database",
);
check(
  { kind: "TailLost", sequence: 5, known: 70 },
  "the store has lost its last commits: it is at 5 and was at 70",
);
check({ kind: "RowsRepaired", count: 2 }, "2 rows of the store had foreign marks, which were set right");
check(
  { kind: "CopyDamaged", path: "/state/high_water", error: "torn" },
  "/state/high_water is damaged: torn",
);
check(
  { kind: "SpareNotWritten", path: "/state/ballast", error: "full" },
  "/state/ballast could not be written: full",
);
check(
  { kind: "FreeSpaceUnknown", path: "/state", error: 'Requires sys access to "statfs"' },
  'the free space of /state could not be measured: Requires sys access to "statfs"',
);
check(
  { kind: "BallastReleased", path: "/state/ballast" },
  "the disk was full: /state/ballast was given up for room",
);
check(
  { kind: "AsideGivenUp", path: "/state/store.kv.damaged-1" },
  "the disk was full: /state/store.kv.damaged-1 was given up for room",
);
