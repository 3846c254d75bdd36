/**
 * A damaged write-ahead log (notes/reliability.md A5): SQLite cuts it off silently and no integrity check covers it; the
 * second place misses what is lost. After a SIGKILL the last commits are in the log alone.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { describeFinding } from "../../storage/finding.ts";
import { count } from "./counting.ts";
import { ASIDE, look, overwrite } from "./damaged_store.ts";

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
    const { findings, next } = await look(directory);
    assertEquals(findings.map(({ kind }) => kind), ["TailLost"], findings.map(describeFinding).join());
    assertGreater(next, 180);
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
