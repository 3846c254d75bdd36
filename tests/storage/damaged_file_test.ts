/**
 * A damaged store file (notes/reliability.md A5): what is read is right, what is lost is said, and the store goes on.
 *
 * Law of every case here: no wrong value ever, and no missing record without a finding.
 */
import { assert, assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { describeFinding, type Finding } from "../../storage/finding.ts";
import { count } from "./counting.ts";
import { encoded, runSql } from "./store_files.ts";

const RECORDS = 120;
const WALL_MS = Date.UTC(2026, 2, 1, 12);
const ASIDE = "store.kv.damaged-2026-03-01T12-00-00.000Z";

/** A store of 120 records, closed in order, damaged, and opened again. */
interface Damaged {
  readonly directory: string;
  readonly findings: readonly Finding[];
  /** How many of the records are there; each was looked at. */
  readonly found: number;
  readonly lastBefore: number;
  readonly lastAfter: number;
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
    ["a garbage header", (path: string) => overwrite(path, 0, crypto.getRandomValues(new Uint8Array(100)))],
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
      assertGreater(damaged.lastAfter, damaged.lastBefore);
    },
  );
}

check("cut short, it is moved aside, and what is still in it is salvaged", (directory) => {
  const path = `${directory}/store.kv`;
  Deno.truncateSync(path, Deno.statSync(path).size - 4096 * 4);
}, ({ findings, found, lastAfter, lastBefore }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals(findings[0].salvaged, found + 1);
  assertGreater(found, RECORDS / 4);
  assertGreater(lastAfter, lastBefore);
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
      assertGreater(damaged.lastAfter, damaged.lastBefore);
    },
  );
}

check("an older copy of the file is missed: the second place knows better", (directory) => {
  Deno.copyFileSync(`${directory}/older.kv`, `${directory}/store.kv`);
}, ({ findings, found, lastBefore, lastAfter }) => {
  assert(findings[0]?.kind === "TailLost" && findings.length === 1);
  assertEquals([findings[0].known, found], [lastBefore, RECORDS / 2]);
  assertGreater(lastAfter, lastBefore);
});

check("without the table kv it is moved aside", (directory) => {
  runSql(directory, "drop table kv");
}, ({ findings }) => assertEquals(findings.map(({ kind }) => kind), ["StoreMovedAside"]));

check("a file that only Deno KV finds wrong is moved aside, and all is salvaged", (directory) => {
  runSql(directory, "drop table migration_state");
}, ({ findings, found }) => {
  assert(findings[0]?.kind === "StoreMovedAside" && findings.length === 1);
  assertEquals([findings[0].salvaged, found], [RECORDS + 1, RECORDS]);
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
}, ({ findings, found, lastBefore, lastAfter }) => {
  assertEquals(findings.map(({ kind }) => kind), ["RecordDamaged"]);
  assertEquals(found, RECORDS);
  assertGreater(lastAfter, lastBefore);
});

check("with both copies in the second place damaged that is said, and nothing else is lost", (directory) => {
  for (const copy of [1, 2]) Deno.writeTextFileSync(`${directory}/high_water.${copy}`, "?");
}, ({ directory, findings, found, lastBefore, lastAfter }) => {
  assert(findings[0]?.kind === "CopyDamaged" && findings.length === 1);
  assertEquals([findings[0].path, found], [`${directory}/high_water`, RECORDS]);
  assertGreater(lastAfter, lastBefore);
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

// After a SIGKILL the commits are in the log, which no integrity check covers.
for (
  const [what, damage] of [
    ["deleted", (log: string) => Deno.removeSync(log)],
    [
      "garbage",
      (log: string) => overwrite(log, 0, new Uint8Array(Deno.statSync(log).size).fill(0xa5)),
    ],
    ["changed in its first bit", (log: string) => overwrite(log, 0, new Uint8Array([0xb7]))],
    ["cut to a quarter", (log: string) => Deno.truncateSync(log, Deno.statSync(log).size / 4)],
  ] as const
) {
  Deno.test(`damaged log: ${what}, the lost commits are missed`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_log_" });
    await count(directory, (number) => number >= 180);
    damage(`${directory}/store.kv-wal`);
    const { findings, lastAfter } = await look(directory);
    assertEquals(findings.map(({ kind }) => kind), ["TailLost"], findings.map(describeFinding).join());
    assertGreater(lastAfter, 180);
    await Deno.remove(directory, { recursive: true });
  });
}

for (
  const [what, damage] of [
    ["deleted", (path: string) => Deno.removeSync(path)],
    ["emptied", (path: string) => Deno.truncateSync(path, 0)],
  ] as const
) {
  Deno.test(`damaged log: kept though its file is ${what}, it is moved aside with it`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_log_" });
    await count(directory, (number) => number >= 20);
    damage(`${directory}/store.kv`);
    const { findings } = await look(directory);
    assertEquals(findings.map(({ kind }) => kind), ["StoreMovedAside"]);
    assertGreater(Deno.statSync(`${directory}/${ASIDE}-wal`).size, 0);
    assertEquals((await look(directory)).findings, []);
    await Deno.remove(directory, { recursive: true });
  });
}

/** The files of a store that was closed in order, made once; `older.kv` has half of the records. */
let filled: { readonly files: ReadonlyMap<string, Uint8Array>; readonly last: number } | null = null;

/** Returns the number of the last commit. */
async function layOut(directory: string): Promise<number> {
  if (filled === null) {
    const last = await fill(directory);
    const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
    filled = { files: new Map(names.map((name) => [name, Deno.readFileSync(`${directory}/${name}`)])), last };
  } else {
    for (const [name, bytes] of filled.files) Deno.writeFileSync(`${directory}/${name}`, bytes);
  }
  return filled.last;
}

async function fill(directory: string): Promise<number> {
  let last = 0;
  for (const half of [0, 1]) {
    const { store, close } = await openDenoKvStore(directory, { wallMs: WALL_MS, report: failOn });
    for (let n = 1 + half * RECORDS / 2; n <= (half + 1) * RECORDS / 2; n++) {
      await store.commit({ sets: [{ key: ["record", n], value: valueOf(n) }] });
    }
    const outcome = await store.commit({ sets: [{ key: ["other"], value: half }] });
    last = outcome.kind === "committed" ? outcome.sequence : NaN;
    await close();
    if (half === 0) Deno.copyFileSync(`${directory}/store.kv`, `${directory}/older.kv`);
  }
  return last;
}

/** Opens what is there, proves each record, and closes. */
async function look(directory: string): Promise<Pick<Damaged, "findings" | "found" | "lastAfter">> {
  const findings: Finding[] = [];
  const { store, close } = await openDenoKvStore(directory, {
    wallMs: WALL_MS,
    report: (found) => findings.push(found),
  });
  const entries = await store.list(["record"]);
  for (const { key, value } of entries) assertEquals(value, valueOf(Number(key[1])));
  const lastAfter = store.nextSequence();
  await close();
  return { findings, found: entries.length, lastAfter };
}

function valueOf(n: number): { readonly n: number; readonly text: string } {
  return { n, text: `record ${n} `.repeat(12) };
}

function failOn(finding: Finding): void {
  assertNotEquals(finding, finding, describeFinding(finding));
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(at, Deno.SeekMode.Start);
  file.writeSync(bytes);
}
