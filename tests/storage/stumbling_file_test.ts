/**
 * Damage that `PRAGMA integrity_check` passes and Deno KV stumbles over, or ends the process for: each start succeeds, and has all
 * that is whole in the file.
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { inspectStoreFile, KNOWN_LAYOUT, layoutOf } from "../../storage/drivers/store_file.ts";
import { FREE_BYTES_MIN } from "../../storage/reserve.ts";
import { StoreFailed } from "../../storage/store.ts";
import { ASIDE, layOut, look, RECORDS, WALL_MS } from "./damaged_store.ts";
import { encoded, runSql } from "./store_files.ts";

type Kind = "StoreMovedAside" | "RowsRepaired";

function check(sentence: string, kind: Kind, damage: (directory: string) => void): void {
  const outcome = kind === "StoreMovedAside" ? "is moved aside, and all is salvaged" : "is put right";
  Deno.test(`stumbling file: ${sentence} ${outcome}`, async () => {
    await inDirectory(async (directory) => {
      damage(directory);
      const { findings, found } = await look(directory);
      assertEquals([findings.map(({ kind }) => kind), found], [[kind], RECORDS]);
      const again = await look(directory);
      assertEquals([again.findings, again.found], [[], RECORDS]);
    });
  });
}

for (const bit of [0, 7]) {
  check(`bit ${bit} of the write version`, "StoreMovedAside", (directory) => flip(directory, 18, bit));
}
check("a migration that is not the last", "StoreMovedAside", (directory) => {
  runSql(directory, "update migration_state set version = 2");
});
check("the row data_version under another key", "StoreMovedAside", (directory) => {
  runSql(directory, "update data_version set k = 1");
});
check("no row data_version", "StoreMovedAside", (directory) => {
  runSql(directory, "delete from data_version");
});
for (const version of ["'many'", "1.5", "4611686018427387904", "-1"]) {
  check(`${version} as data_version`, "StoreMovedAside", (directory) => {
    runSql(directory, `update data_version set version = ${version}`);
  });
}
check("a migration with a number that JavaScript has not", "StoreMovedAside", (directory) => {
  runSql(directory, "update migration_state set version = 4611686018427387904");
});
check("a record of a version yet to come", "StoreMovedAside", (directory) => {
  runSql(directory, "update kv set version = 4611686018427387904 where k = ?", encoded(["record", 7]));
});
check("a data_version that would count from the beginning", "StoreMovedAside", (directory) => {
  runSql(directory, "update data_version set version = 1");
});
for (const [column, value] of [["version", "'x'"], ["version", "1.5"], ["expiration_ms", "'x'"]] as const) {
  check(`${value} as the ${column} of a record`, "RowsRepaired", (directory) => {
    runSql(directory, `update kv set ${column} = ${value} where k = ?`, encoded(["record", 7]));
  });
}
check("a record that is taken for text", "RowsRepaired", (directory) => {
  runSql(directory, "update kv set v = cast(v as text) where k = ?", encoded(["record", 7]));
});

/** A letter of the definition with one bit changed; the whole text is parsed still. */
for (
  const [what, text, at] of [
    ["the name of a record's value", "CREATE TABLE kv (\n  k blob primary key,\n  v", -1],
    ["the name of a record's key", "CREATE TABLE kv (\n  k", -1],
    ["the expiry's default", "expiration_ms integer not null default -", -1],
    ["the name of a record's version", "v_encoding integer not null,\n  v", -1],
    ["the name of a table of the queue", "CREATE TABLE queue (\n  t", -1],
    ["the column of the expiry's index, for which Deno ends the process,", "on kv (expiration_m", -1],
  ] as const
) {
  check(`${what}, changed in one bit,`, "StoreMovedAside", (directory) => {
    const found = new TextDecoder("latin1").decode(Deno.readFileSync(`${directory}/store.kv`)).indexOf(text);
    assert(found !== -1);
    flip(directory, found + text.length + at, 0);
  });
}

Deno.test("stumbling file: no bit of the tables' definitions changes unseen", async () => {
  await inDirectory((directory) => {
    const path = `${directory}/store.kv`;
    const whole = Deno.readFileSync(path);
    for (const at of definitions(whole)) {
      const bit = at % 8;
      flip(directory, at, bit);
      assertEquals(inspectStoreFile(path).kind, "damaged", `bit ${bit} of ${at}`);
      Deno.writeFileSync(path, whole);
    }
    return Promise.resolve();
  });
});

Deno.test("stumbling file: the tables that are known are those of this Deno", async () => {
  await inDirectory((directory) => {
    using database = new DatabaseSync(`${directory}/store.kv`, { readOnly: true });
    assertEquals({ deno: Deno.version.deno, checksum: layoutOf(database) }, KNOWN_LAYOUT);
    return Promise.resolve();
  });
});

for (
  const [when, fail] of [
    ["at open", { open: new TypeError("what nobody knew"), first: null }],
    ["at its first read", { open: null, first: "get" }],
    ["at its first commit", { open: null, first: "atomic" }],
  ] as const
) {
  Deno.test(`stumbling file: what KV refuses ${when} is salvaged, and is not opened again`, async () => {
    await inDirectory(async (directory) => {
      const tried: string[] = [];
      const openKv = async (path: string) => {
        tried.push(path.slice(directory.length + 1));
        if (tried.length > 1) return await Deno.openKv(path);
        if (fail.open !== null) throw fail.open;
        return failing(await Deno.openKv(path), fail.first);
      };
      const kinds: string[] = [];
      const opened = await openDenoKvStore(directory, {
        wallMs: WALL_MS,
        report: ({ kind }) => kinds.push(kind),
        medium: { openKv, freeBytes: () => FREE_BYTES_MIN },
      });
      assertEquals((await opened.store.list(["record"])).length, RECORDS);
      await opened.close();
      assertEquals([kinds, tried], [["StoreMovedAside"], ["store.kv", "store.kv.new", "store.kv"]]);
    });
  });
}

for (
  const error of [
    "database is locked",
    "database or disk is full",
    "disk I/O error",
    "attempt to write a readonly database",
    "Can not write to a read-only database.",
    "Permission denied (os error 13)",
  ]
) {
  Deno.test(`stumbling file: ${error} is not the file's fault, which stays where it is`, async () => {
    await inDirectory(async (directory) => {
      const openKv = async (path: string) => failing(await Deno.openKv(path), "atomic", error);
      const medium = { openKv, freeBytes: () => FREE_BYTES_MIN };
      const opening = openDenoKvStore(directory, { wallMs: WALL_MS, report: () => {}, medium });
      await assertReject(opening, error);
      assertEquals([...Deno.readDirSync(directory)].filter(({ name }) => name.startsWith(ASIDE)), []);
      assertEquals((await look(directory)).found, RECORDS);
    });
  });
}

/** Where the first page has the payload of its cells, one byte in five; 2 bytes for each from the 108th on say where it begins. */
function definitions(file: Uint8Array): readonly number[] {
  const page = new DataView(file.buffer, 0, 4_096);
  return Array.from({ length: page.getUint16(103) }, (_, cell) => page.getUint16(108 + 2 * cell)).flatMap(
    (at) => {
      const [high, low] = [page.getUint8(at), page.getUint8(at + 1)];
      const bytes = high < 0x80 ? high : (high & 0x7f) << 7 | low;
      return Array.from({ length: Math.floor(bytes / 5) }, (_, part) => at + 3 + part * 5);
    },
  );
}

async function assertReject(opening: Promise<unknown>, why: string): Promise<void> {
  const error = await opening.then(() => null, (error: unknown) => error);
  assert(error instanceof StoreFailed && error.message.includes(why), `${error}`);
}

/** A handle of which one method never works. */
function failing(kv: Deno.Kv, method: "get" | "atomic", error = "what nobody knew"): Deno.Kv {
  const commit = () => Promise.reject(new TypeError(error));
  const stub = method === "get" ? commit : () => new Proxy(kv.atomic(), withOwn({ commit }));
  return new Proxy(kv, withOwn({ [method]: stub })) as Deno.Kv;
}

function withOwn(own: Readonly<Record<string, unknown>>): ProxyHandler<object> {
  return {
    get: (target, name, receiver) => {
      if (typeof name === "string" && name in own) return own[name];
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      // An operation returns itself to be gone on with.
      return (...given: unknown[]) => {
        const result: unknown = member.apply(target, given);
        return result === target ? receiver : result;
      };
    },
  };
}

function flip(directory: string, at: number, bit: number): void {
  const path = `${directory}/store.kv`;
  const bytes = Deno.readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  Deno.writeFileSync(path, bytes);
}

async function inDirectory(prove: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_stumble_" });
  try {
    await layOut(directory);
    await prove(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("stumbling file: what SQLite's own ANALYZE has counted is no damage", async () => {
  await inDirectory(async (directory) => {
    runSql(directory, "analyze");
    const { findings, found } = await look(directory);
    assertEquals([findings, found], [[], RECORDS]);
  });
});
