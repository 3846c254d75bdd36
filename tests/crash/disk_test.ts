/** The disk of the power cut sweep, on small logs: what was synced is there, and of the rest what the policy says. */
import { assert, assertEquals } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { type CutPolicy, Disk, type DiskOptions } from "./disk.ts";
import { type DiskRecord, formatMark, readDiskLog } from "./disk_log.ts";

const entropy = createSimulatedEntropy("disk");

function filesAfter(records: readonly DiskRecord[], policy: CutPolicy, options: DiskOptions = {}) {
  const disk = new Disk("/d", options);
  for (const record of records) disk.apply(record);
  return Object.fromEntries(
    [...disk.afterCut(policy, entropy)].filter(([path]) => path !== "/d").map(([path, content]) =>
      [path, content === "directory" ? content : new TextDecoder().decode(content)] as const
    ),
  );
}

function created(path: string): DiskRecord {
  return { kind: "Created", path };
}

function synced(path: string): DiskRecord {
  return { kind: "Synced", path };
}

function written(path: string, text: string, at = 0): DiskRecord {
  return { kind: "Written", path, at, bytes: new TextEncoder().encode(text) };
}

Deno.test(
  { name: "disk: a file is there when it and its directory were synced", permissions: "none" },
  () => {
    const records = [
      created("/d/a"),
      written("/d/a", "one"),
      synced("/d/a"),
      synced("/d"),
      written("/d/a", "two"),
    ];
    assertEquals(filesAfter(records, "none"), { "/d/a": "one" });
    assertEquals(filesAfter(records, "all"), { "/d/a": "two" });
  },
);

Deno.test({ name: "disk: a name that was not synced is lost with the file", permissions: "none" }, () => {
  const records = [created("/d/a"), written("/d/a", "one"), synced("/d/a")];
  assertEquals(filesAfter(records, "none"), {});
  assertEquals(filesAfter(records, "all"), { "/d/a": "one" });
});

Deno.test(
  { name: "disk: a synced name of a file that was not is an empty file", permissions: "none" },
  () => {
    assertEquals(filesAfter([created("/d/a"), written("/d/a", "one"), synced("/d")], "none"), { "/d/a": "" });
  },
);

Deno.test({ name: "disk: an un-synced rename or removal leaves the old name", permissions: "none" }, () => {
  const before = [
    ...[created("/d/a"), written("/d/a", "old"), synced("/d/a")],
    ...[created("/d/b"), written("/d/b", "new"), synced("/d/b"), synced("/d")],
  ];
  const renamed: readonly DiskRecord[] = [...before, { kind: "Renamed", path: "/d/b", to: "/d/a" }];
  assertEquals(filesAfter(renamed, "none"), { "/d/a": "old", "/d/b": "new" });
  assertEquals(filesAfter(renamed, "all"), { "/d/a": "new" });
  assertEquals(filesAfter([...renamed, synced("/d")], "none"), { "/d/a": "new" });
  const removed: readonly DiskRecord[] = [...before, { kind: "Unlinked", path: "/d/a" }];
  assertEquals(filesAfter(removed, "none"), { "/d/a": "old", "/d/b": "new" });
  assertEquals(filesAfter(removed, "all"), { "/d/b": "new" });
});

Deno.test({ name: "disk: what is in a directory that is lost is lost", permissions: "none" }, () => {
  const made: readonly DiskRecord[] = [
    { kind: "DirectoryMade", path: "/d/s" },
    ...[created("/d/s/a"), synced("/d/s/a"), synced("/d/s")],
  ];
  assertEquals(filesAfter(made, "none"), {});
  assertEquals(filesAfter([...made, synced("/d")], "none"), { "/d/s": "directory", "/d/s/a": "" });
});

Deno.test({ name: "disk: a truncation is a change like another", permissions: "none" }, () => {
  const records: readonly DiskRecord[] = [
    ...[created("/d/a"), written("/d/a", "long"), synced("/d/a"), synced("/d")],
    ...[{ kind: "Truncated", path: "/d/a", size: 2 } as const, written("/d/a", "er", 4)],
  ];
  assertEquals(filesAfter(records, "none"), { "/d/a": "long" });
  assertEquals(filesAfter(records, "all"), { "/d/a": "lo\0\0er" });
});

Deno.test(
  { name: "disk: chance takes sectors in any order, a prefix only the first", permissions: "none" },
  () => {
    const text = "a".repeat(512) + "b".repeat(512) + "c".repeat(512);
    const records = [created("/d/a"), synced("/d"), written("/d/a", text)];
    const seen = (policy: CutPolicy) => {
      const states = Array.from({ length: 200 }, () => filesAfter(records, policy)["/d/a"] ?? "");
      return new Set(states.map((state) => state.replaceAll(/(.)\1{511}/gs, "$1").replaceAll("\0", "0")));
    };
    assertEquals([...seen("prefix")].sort(), ["", "a", "ab", "abc"]);
    assertEquals([...seen("random")].sort(), ["", "00c", "0b", "0bc", "a", "a0c", "ab", "abc"]);
  },
);

Deno.test({ name: "disk: a late one is a sync behind what it says", permissions: "none" }, () => {
  const records = [
    ...[created("/d/a"), synced("/d"), synced("/d")],
    ...[written("/d/a", "one"), synced("/d/a"), written("/d/a", "two"), synced("/d/a")],
  ];
  assertEquals(filesAfter(records, "none", { isLate: true }), { "/d/a": "one" });
  assertEquals(filesAfter(records, "none"), { "/d/a": "two" });
});

Deno.test(
  { name: "disk log: a mark is read back among the records of the shim", permissions: "none" },
  () => {
    const log = new Uint8Array([...formatMark("one"), ...formatMark('{"two": 2}')]);
    assertEquals(readDiskLog(log), [{ kind: "Marked", text: "one" }, { kind: "Marked", text: '{"two": 2}' }]);
    assert(readDiskLog(new Uint8Array(0)).length === 0);
  },
);
