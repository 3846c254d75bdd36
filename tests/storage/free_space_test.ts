/** The free space of a medium (notes/reliability.md D11). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { openDenoKvStore } from "../../storage/drivers/deno_kv_store.ts";
import { freeBytes } from "../../storage/drivers/free_space.ts";
import type { Finding } from "../../storage/finding.ts";

Deno.test("free space: of a directory that is there; one that is not throws", async () => {
  const directory = await Deno.makeTempDir();
  assert(freeBytes(directory) > 0);
  await Deno.remove(directory);
  assertThrows(() => freeBytes(directory));
});

Deno.test("free space: a store that cannot measure it says so once, and goes on", async () => {
  const directory = await Deno.makeTempDir();
  const findings: Finding[] = [];
  const { freeBytes, close } = await openDenoKvStore(directory, {
    wallMs: 0,
    report: (finding) => findings.push(finding),
  });
  assert((freeBytes() ?? 0) > 0);
  await close();
  await Deno.remove(directory, { recursive: true });
  assertEquals([freeBytes(), freeBytes()], [null, null]);
  assertEquals(findings.map(({ kind }) => kind), ["FreeSpaceUnknown"]);
});
