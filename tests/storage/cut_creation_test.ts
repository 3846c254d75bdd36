/** A power cut while the store's file was being made: the next start finds nothing to lose, and makes it (`deno task crash`). */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import type { Finding } from "../../storage/finding.ts";

Deno.test("store: a file whose first transaction was cut off, with its journal, is rolled back and used", async () => {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_cut_" });
  try {
    layOutCutOff(directory);
    const findings: Finding[] = [];
    const { store, close } = await openDenoKvStore(directory, {
      wallMs: 0,
      report: (found) => findings.push(found),
    });
    assertEquals((await store.commit({ sets: [{ key: ["a"], value: 1 }] })).kind, "committed");
    await close();
    assertEquals(findings, []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Pages of a transaction that never ended are in the file, and its journal says that there were none before. */
function layOutCutOff(directory: string): void {
  const made = `${directory}/made`;
  using database = new DatabaseSync(made);
  // SQLite writes to the file before the end only when its cache is full.
  database.exec("pragma cache_size = 1; begin; create table other (value)");
  for (let row = 0; row < 20; row++) {
    database.prepare("insert into other values (?)").run(new Uint8Array(4_000));
  }
  assert(Deno.statSync(made).size > 0);
  Deno.copyFileSync(made, `${directory}/store.kv`);
  Deno.copyFileSync(`${made}-journal`, `${directory}/store.kv-journal`);
  database.exec("rollback");
}
