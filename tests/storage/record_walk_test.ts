/** A changed bit in a stored key, which SQLite finds nothing wrong with: said at the start, and no list throws at it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { walkRecords } from "../../storage/drivers/record_walk.ts";
import { seal } from "../../storage/record.ts";
import type { Key } from "../../storage/store.ts";
import { ASIDE, layOut, type Left, look, RECORDS } from "./damaged_store.ts";
import { encoded, flipBit, runSql } from "./store_files.ts";

const KEY: Key = ["outbox", 1_000_005];
/** More than a page. */
const OTHERS = 600;

/** Of a table with whole records, `others`, whose bytes are as many as their number, around one at `k`. */
function walkAround(k: Uint8Array | string, v: Uint8Array, others = OTHERS) {
  using database = new DatabaseSync(":memory:");
  database.exec("create table kv (k blob primary key, v blob) without rowid");
  const insert = database.prepare("insert into kv values (?, ?)");
  for (let n = 0; n < others; n++) {
    insert.run(encoded(["record", n]), seal(["record", n], "x".repeat(n), n + 1));
  }
  insert.run(k, v);
  return walkRecords(database);
}

Deno.test("keys: whole records are walked without a word, page by page", () => {
  for (const key of [KEY, ["a"], ["z\0ü", "", -1.5]] as const) {
    const bytes = key === KEY ? encoded(key) : key[0] === "a" ? encoded(key) : NUL_AND_NEGATIVE;
    assertEquals(walkAround(bytes, seal(key, null, 7)), { kind: "walked", damaged: [] }, String(key));
  }
});

/** `["z\0ü", "", -1.5]` as Deno KV was seen to lay it out. */
const NUL_AND_NEGATIVE = Uint8Array.fromHex("027a00ffc3bc0002002140" + "07ffffffffffff");

Deno.test("keys: no bit of one changes without being found", () => {
  const record = seal(KEY, null, 7);
  for (let bit = 0; bit < encoded(KEY).length * 8; bit++) {
    const walked = walkAround(flipped(encoded(KEY), bit), record, 2);
    assertNotEquals(walked, { kind: "walked", damaged: [] }, `bit ${bit}`);
  }
});

Deno.test("keys: a record of another key is named, one that is cut or longer than its key too", () => {
  const record = seal(KEY, null, 7);
  assertEquals(walkAround(encoded(["nutbox", 1_000_005]), record), {
    kind: "walked",
    damaged: [{ key: ["nutbox", 1_000_005], error: "its checksum does not fit" }],
  });
  for (
    const bytes of [[], [2], [2, 97], [2, 255, 0], [1, 97, 0], [...encoded(KEY), 0], [
      ...encoded(KEY).slice(0, -1),
    ]]
  ) {
    assertEquals(walkAround(Uint8Array.from(bytes), record).kind, "unreadable", String(bytes));
  }
});

Deno.test("keys: of one that is marked as text that is said, among others and alone", () => {
  for (const others of [OTHERS, 0]) {
    const text = new TextDecoder().decode(encoded(["outbox"]));
    const walked = walkAround(text, seal(["outbox"], null, 7), others);
    assertEquals(walked, { kind: "unreadable", error: "it has a key that is not of bytes" });
  }
});

interface Looked extends Left {
  readonly directory: string;
}

function check(sentence: string, damage: (directory: string) => void, prove: (looked: Looked) => void): void {
  Deno.test(`keys: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_keys_" });
    try {
      await layOut(directory);
      damage(directory);
      prove({ directory, ...await look(directory) });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

for (const n of [1, 60]) {
  check(
    `one that cannot be read, record ${n}'s, costs its record only, is said, and stays as evidence`,
    (directory) => rename(directory, ["record", n], flipped(encoded(["record", n]), 8 * 8)),
    ({ directory, findings, found }) => {
      assertEquals(findings, [{
        kind: "StoreMovedAside",
        path: `${directory}/${ASIDE}`,
        error: `it has the key ${flipped(encoded(["record", n]), 64).toHex()}, which is none`,
        salvaged: RECORDS - 1,
      }]);
      assertEquals(found, RECORDS - 1);
    },
  );
}

check("one that is marked as text is salvaged: its bytes are the same", (directory) => {
  runSql(directory, "update kv set k = cast(k as text) where k = ?", encoded(["record", 7]));
}, ({ findings, found }) => {
  assertEquals([findings.map(({ kind }) => kind), found], [["StoreMovedAside"], RECORDS]);
});

check("a record that stands where nobody asks for it is said, and stays", (directory) => {
  rename(directory, ["record", 7], encoded(["recosd", 7]));
}, ({ findings, found }) => {
  assertEquals(findings, [{ kind: "RecordDamaged", key: ["recosd", 7], error: "its checksum does not fit" }]);
  assertEquals(found, RECORDS - 1);
});

check("a changed bit in a record that nobody asks for is said as well", (directory) => {
  rename(directory, ["record", 7], encoded(["other", 7]));
  flipBit(directory, ["record", 8]);
}, ({ findings }) => {
  assert(findings.length > 1);
  assertEquals(
    [...new Set(findings.map((one) => one.kind === "RecordDamaged" ? String(one.key) : one.kind))],
    [
      "other,7",
      "record,8",
    ],
  );
});

function rename(directory: string, key: Key, bytes: Uint8Array): void {
  runSql(directory, "update kv set k = ? where k = ?", bytes, encoded(key));
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, at) => at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte);
}
