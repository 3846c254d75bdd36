/** The store on a file: the port's contract, and how it is opened and closed. */
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { BALLAST_BYTES } from "../../storage/drivers/ballast.ts";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Finding } from "../../storage/finding.ts";
import { FREE_BYTES_MIN } from "../../storage/reserve.ts";
import { StoreFailed } from "../../storage/store.ts";
import { testStore } from "../contract/store_contract.ts";
import { flipBit } from "./store_files.ts";

testStore("Deno KV store", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_store_" });
  return {
    open: (report) => openDenoKvStore(directory, { wallMs: 0, report }),
    corrupt: (key) => Promise.resolve(flipBit(directory, key)),
    remove: () => Deno.remove(directory, { recursive: true }),
  };
});

interface Bench {
  readonly directory: string;
  readonly findings: Finding[];
  readonly open: () => ReturnType<typeof openDenoKvStore>;
}

function check(sentence: string, prove: (bench: Bench) => Promise<void>): void {
  Deno.test(`Deno KV store: ${sentence}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "chargerd_store_" });
    const findings: Finding[] = [];
    const report = (finding: Finding) => findings.push(finding);
    try {
      await prove({ directory, findings, open: () => openDenoKvStore(directory, { wallMs: 0, report }) });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

check("a first start and those after it find nothing wrong", async ({ open, findings }) => {
  for (let start = 1; start <= 3; start++) {
    const { store, close } = await open();
    await store.commit({ sets: [{ key: ["a"], value: start }] });
    await close();
  }
  assertEquals(findings, []);
});

check("every file is for its owner only, while open and when closed", async ({ open, directory }) => {
  const { store, close } = await open();
  await store.commit({ sets: [{ key: ["a"], value: 1 }] });
  const whileOpen = ["store.kv", "store.kv-shm", "store.kv-wal"].map((name) => modes(directory)[name]);
  assertEquals(whileOpen, ["600", "600", "600"]);
  await close();
  assertEquals(modes(directory), {
    ballast: "600",
    "high_water.1": "600",
    "high_water.2": "600",
    "store.kv": "600",
  });
  Deno.chmodSync(`${directory}/store.kv`, 0o644);
  const again = await open();
  assertEquals(modes(directory)["store.kv"], "600");
  await again.close();
});

check("with DENO_KV_DB_MODE set it refuses to start, and says what to do", async ({ open, directory }) => {
  Deno.env.set("DENO_KV_DB_MODE", "memory");
  try {
    await assertRejects(open, StoreFailed, 'unset DENO_KV_DB_MODE: it is "memory"');
  } finally {
    Deno.env.delete("DENO_KV_DB_MODE");
  }
  assertEquals([...Deno.readDirSync(directory)], []);
});

check("closing waits for the commits under way", async ({ open }) => {
  const first = await open();
  const commits = Array.from(
    { length: 30 },
    (_, n) => first.store.commit({ sets: [{ key: ["a", n], value: n }] }),
  );
  await first.close();
  assertEquals((await Promise.all(commits)).filter(({ kind }) => kind !== "committed"), []);
  const second = await open();
  assertEquals((await second.store.list(["a"])).length, 30);
  await second.close();
});

check("what is asked for after the close throws", async ({ open }) => {
  const { store, close } = await open();
  await close();
  await assertRejects(() => store.get(["a"]), StoreFailed);
  await assertRejects(() => store.list(["a"]), StoreFailed);
  await assertRejects(() => store.commit({}), StoreFailed);
});

check("a file that cannot be opened is named, and not moved", async ({ open, directory }) => {
  Deno.mkdirSync(`${directory}/store.kv`);
  await assertRejects(open, StoreFailed, `${directory}/store.kv cannot be opened`);
  assertEquals(Object.keys(modes(directory)), ["store.kv"]);
});

check("the ballast is real, given up once, and made anew at the next start", async ({ open, directory }) => {
  await (await open()).close();
  const { size, blocks } = Deno.statSync(`${directory}/ballast`);
  assertEquals([size, (blocks ?? 0) * 512 >= BALLAST_BYTES], [BALLAST_BYTES, true]);
  const { releaseBallast, close } = await open();
  assertEquals([await releaseBallast(), await releaseBallast()], [true, false]);
  await close();
  assertEquals(modes(directory)["ballast"], undefined);
  await (await open()).close();
  assertEquals(Deno.statSync(`${directory}/ballast`).size, BALLAST_BYTES);
});

for (
  const [free, isReleased] of [[FREE_BYTES_MIN - 1, true], [FREE_BYTES_MIN, false], [null, false]] as const
) {
  check(
    `a start that fails with ${free} bytes free ${isReleased ? "gives" : "does not give"} the ballast up`,
    async ({ directory, open }) => {
      await (await open()).close();
      const log = `${directory}/store.kv-wal`;
      Deno.symlinkSync("/dev/full", log); // SQLite opens no such log, and says nothing of a full disk.
      const findings: Finding[] = [];
      const report = (finding: Finding) => {
        findings.push(finding);
        if (finding.kind === "BallastReleased") Deno.removeSync(log);
      };
      const freeBytes = () => {
        if (free === null) throw new Error("it cannot be measured");
        return free;
      };
      const medium = { openKv: (path: string) => Deno.openKv(path), freeBytes };
      const opening = openDenoKvStore(directory, { wallMs: 0, report, medium });
      if (!isReleased) {
        await assertRejects(() => opening, StoreFailed, "unable to open database file");
        assertEquals(Deno.statSync(`${directory}/ballast`).size, BALLAST_BYTES);
        return;
      }
      const { store, close } = await opening;
      assertEquals(findings, [{ kind: "BallastReleased", path: `${directory}/ballast` }]);
      assertEquals((await store.commit({})).kind, "committed");
      await close();
    },
  );
}

check("a start that fails without ballast says why", async ({ directory, open, findings }) => {
  await (await open()).close();
  Deno.removeSync(`${directory}/ballast`);
  Deno.symlinkSync("/dev/full", `${directory}/store.kv-wal`);
  await assertRejects(open, StoreFailed, "store.kv cannot be opened: unable to open database file");
  assertEquals(findings, []);
});

// notes/reliability.md A1: nothing else makes a commit durable, and no one can ask the handle itself.
check("the runtime's SQLite syncs its log at every commit", () => {
  using database = new DatabaseSync(":memory:");
  const options = database.prepare("pragma compile_options").all().map((row) => row["compile_options"]);
  assert(options.includes("DEFAULT_WAL_SYNCHRONOUS=2"), `${options}`);
  return Promise.resolve();
});

check(
  "the second place follows the commits, and stands at the last one after a close",
  async ({ open, directory }) => {
    await (await open()).close();
    const { store, close } = await open();
    const first = await store.commit({});
    assert(first.kind === "committed");
    let last = first.sequence;
    while (highWater(directory) < first.sequence && last < first.sequence + 5_000) {
      const outcome = await store.commit({});
      assert(outcome.kind === "committed");
      last = outcome.sequence;
    }
    assertLess(last, first.sequence + 5_000);
    await close();
    assertEquals(highWater(directory), last);
  },
);

function highWater(directory: string): number {
  return Number(Deno.readTextFileSync(`${directory}/high_water.1`).split("\n")[1]);
}

function modes(directory: string): Record<string, string> {
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => [name, ((Deno.statSync(`${directory}/${name}`).mode ?? 0) & 0o777).toString(8)]),
  );
}
