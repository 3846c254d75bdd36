/**
 * A damaged store file (notes/reliability.md A5): what is read is right, what is lost is said, and the store goes on.
 *
 * Law of every case here: no wrong value ever, and no missing record without a finding.
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { ASIDE, layOut, type Left, look, overwrite, RECORDS, WALL_MS } from "./damaged_store.ts";
import { encoded, flipBit, rootOffset, runSql } from "./store_files.ts";

/** A store of 120 records, closed in order, damaged, and opened again. */
interface Damaged extends Left {
  readonly directory: string;
  readonly lastBefore: number;
}

function check(
  sentence: string,
  damage: (directory: string) => void,
  prove: (damaged: Damaged) => void,
): void {
  Deno.test(`damaged store file: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_damage_" });
    try {
      const lastBefore = await layOut(directory);
      damage(directory);
      prove({ directory, lastBefore, ...await look(directory) });
      const again = await look(directory);
      assertEquals(
        again.findings.filter(({ kind }) => kind !== "RecordDamaged"),
        [],
        "the next start is a normal one",
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

for (
  const [what, damage] of [
    ["garbage", (path: string) => Deno.writeFileSync(path, crypto.getRandomValues(new Uint8Array(40_000)))],
    ["text", (path: string) => Deno.writeTextFileSync(path, "not a database ".repeat(999))],
  ] as const
) {
  check(
    `${what} is moved aside, and the store begins anew`,
    (directory) => damage(`${directory}/store.kv`),
    (damaged) => {
      const { directory, findings, found } = damaged;
      assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
      assertEquals([findings[0].path, findings[0].salvaged, found], [`${directory}/${ASIDE}`, 0, 0]);
      assertGreater(Deno.statSync(`${directory}/${ASIDE}`).size, 0);
      assertGreater(damaged.next, damaged.lastBefore);
    },
  );
}

check("cut short, it is moved aside, and what is still in it is salvaged", (directory) => {
  const path = `${directory}/store.kv`;
  Deno.truncateSync(path, Deno.statSync(path).size - 4096 * 4);
}, ({ findings, found, next, lastBefore }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals(findings[0].salvaged, found);
  assertGreater(found, RECORDS / 4);
  assertGreater(next, lastBefore);
});

for (
  const [what, damage] of [
    ["empty", (path: string) => Deno.truncateSync(path, 0)],
    ["cut to its first byte", (path: string) => Deno.truncateSync(path, 1)],
    ["deleted", (path: string) => Deno.removeSync(path)],
    ["replaced by a new one", (path: string) => {
      Deno.removeSync(path);
      Deno.writeFileSync(path, new Uint8Array(0));
    }],
  ] as const
) {
  check(
    `${what}, it is missed: the second place knows better`,
    (directory) => damage(`${directory}/store.kv`),
    (damaged) => {
      assertEquals(damaged.findings, [{ kind: "TailLost", sequence: 0, known: damaged.lastBefore }]);
      assertEquals(damaged.found, 0);
      assertGreater(damaged.next, damaged.lastBefore);
    },
  );
}

check("an older copy of the file is missed: the second place knows better", (directory) => {
  Deno.copyFileSync(`${directory}/older.kv`, `${directory}/store.kv`);
}, ({ findings, found, lastBefore, next }) => {
  assert(findings[0]?.kind === "TailLost" && findings.length === 1);
  assertEquals([findings[0].known, found], [lastBefore, RECORDS / 2]);
  assertGreater(next, lastBefore);
});

check("without the table kv it is moved aside", (directory) => {
  runSql(directory, "drop table kv");
}, ({ findings }) => assertEquals(findings.map(({ kind }) => kind), ["StoreMovedAside"]));

for (
  const [what, damage] of [
    ["a garbage header", (path: string) => overwrite(path, 0, crypto.getRandomValues(new Uint8Array(100)))],
    ["a bit of its first word", (path: string) => overwrite(path, 0, new Uint8Array([0x52]))],
    ["a first page of zeros", (path: string) => overwrite(path, 0, new Uint8Array(4096))],
  ] as const
) {
  check(
    `${what} costs no record`,
    (directory) => damage(`${directory}/store.kv`),
    ({ findings, found }) => {
      assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
      assertEquals([findings[0].salvaged, found], [RECORDS, RECORDS]);
    },
  );
}

check("the root of the records, zeroed, costs what stood in it", (directory) => {
  overwrite(`${directory}/store.kv`, rootOffset(directory, "kv"), new Uint8Array(4096));
}, ({ findings, found }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals(findings[0].salvaged, found);
  assertGreaterOrEqual(found, RECORDS - 14);
});

check("a file that only Deno KV finds wrong is moved aside, and all is salvaged", (directory) => {
  runSql(directory, "drop table migration_state");
}, ({ findings, found }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals([findings[0].salvaged, found], [RECORDS, RECORDS]);
});

check(
  "a page in the middle that is zeroed is found before Deno KV stumbles over it, and the rest salvaged",
  (directory) => {
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${directory}/store.kv`));
    const middle = text.lastIndexOf(`"n":${RECORDS / 2 + 10},`);
    overwrite(`${directory}/store.kv`, middle - middle % 4096, new Uint8Array(4096));
  },
  ({ findings, found }) => {
    assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
    assertEquals(findings[0].salvaged, found);
    assertGreater(found, RECORDS / 2);
  },
);

check(
  "damage that no reader of the records meets is found all the same, and all is salvaged",
  (directory) => {
    overwrite(`${directory}/store.kv`, rootOffset(directory, "kv_expiration_ms_idx"), new Uint8Array(4096));
  },
  ({ findings, found }) => {
    assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
    assertEquals([findings[0].salvaged, found], [RECORDS, RECORDS]);
  },
);

check("a record that is damaged too is not salvaged", (directory) => {
  runSql(directory, "drop table migration_state");
  flipBit(directory, ["record", 7]);
}, ({ findings, found }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals([findings[0].salvaged, found], [RECORDS - 1, RECORDS - 1]);
});

check("a foreign encoding or expiry is put right, and no record is lost", (directory) => {
  runSql(directory, "update kv set v_encoding = 1 where k = ?", encoded(["record", 7]));
  runSql(directory, "update kv set expiration_ms = 1 where k = ?", encoded(["record", 8]));
}, ({ findings, found }) => {
  assertEquals(findings, [{ kind: "RowsRepaired", count: 2 }]);
  assertEquals(found, RECORDS);
});

check("with the record of the last commit damaged it counts on from the highest one found", (directory) => {
  runSql(directory, "update kv set v = ? where k = ?", new Uint8Array(3), encoded(["meta", "sequence"]));
}, ({ findings, found, lastBefore, next }) => {
  assertEquals(findings.map(({ kind }) => kind), ["RecordDamaged"]);
  assertEquals(found, RECORDS);
  assertGreater(next, lastBefore);
});

check("with both copies in the second place damaged that is said, and nothing else is lost", (directory) => {
  for (const copy of [1, 2]) Deno.writeTextFileSync(`${directory}/high_water.${copy}`, "?");
}, ({ directory, findings, found, lastBefore, next }) => {
  assert(findings[0]?.kind === "CopyDamaged" && findings.length === 1);
  assertEquals([findings[0].path, found], [`${directory}/high_water`, RECORDS]);
  assertGreater(next, lastBefore);
});

Deno.test("damaged store file: only the newest three are kept, and none takes the other's name", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_damage_" });
  for (let time = 0; time < 5; time++) {
    Deno.writeTextFileSync(`${directory}/store.kv`, `damage ${time}`);
    await (await openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {} })).close();
  }
  const kept = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) =>
    name.startsWith(ASIDE)
  );
  assertEquals(kept.length, 3);
  const texts = kept.map((name) => Deno.readTextFileSync(`${directory}/${name}`)).sort();
  assertEquals(texts.at(-1), "damage 4");
  await Deno.remove(directory, { recursive: true });
});

Deno.test("damaged store file: thirty single flipped bits, and not one wrong or silently missing record", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_flip_" });
  await layOut(directory);
  const whole = Deno.readFileSync(`${directory}/store.kv`);
  for (let round = 0; round < 30; round++) {
    const bit = (round * 7919 * 4099 + 12_345) % (whole.length * 8);
    const flipped = whole.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    Deno.writeFileSync(`${directory}/store.kv`, flipped);
    const { found, findings } = await look(directory);
    assert(
      found === RECORDS || findings.some(({ kind }) => kind !== "TailLost"),
      `bit ${bit}: ${found} records`,
    );
  }
  await Deno.remove(directory, { recursive: true });
});
