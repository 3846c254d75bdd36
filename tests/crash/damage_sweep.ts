/**
 * The start on a store of which one page is zeroed, or one bit of the first page has changed, on the real file.
 *
 * Law: each start succeeds; no record is missing without a word, and none more than a page holds; the start after it finds nothing to mend.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { PAGE_BYTES } from "../../storage/drivers/store_pages.ts";
import { layOut, look, RECORDS } from "../storage/damaged_store.ts";

/** Of the records that `layOut` makes. */
const RECORDS_OF_A_PAGE = 20;

const HEADER_BYTES = 100;

/** Each page zeroed, and about `count` bits of the first page, of which half are in its header. Returns how many starts that were. */
export async function sweepDamages(seed: string, count: number): Promise<number> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd_test_" });
  try {
    await layOut(directory);
    const path = `${directory}/store.kv`;
    const whole = Deno.readFileSync(path);
    const pages = whole.length / PAGE_BYTES;
    for (let page = 0; page < pages; page++) {
      const damaged = whole.slice().fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      await judge(directory, damaged, `page ${page + 1}, zeroed`);
    }
    const entropy = createSimulatedEntropy(`${seed} damages`);
    for (let round = 0; round < count; round++) {
      const bytes = round % 2 === 0 ? HEADER_BYTES : PAGE_BYTES;
      const bit = Math.floor(entropy.fraction("bit") * bytes * 8);
      const damaged = whole.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await judge(directory, damaged, `bit ${bit}`);
    }
    return pages + count;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function judge(directory: string, damaged: Uint8Array, name: string): Promise<void> {
  for (const { name } of Deno.readDirSync(directory)) Deno.removeSync(`${directory}/${name}`);
  await layOut(directory);
  Deno.writeFileSync(`${directory}/store.kv`, damaged);
  try {
    const { found, findings } = await look(directory);
    assertGreaterOrEqual(found, RECORDS - RECORDS_OF_A_PAGE);
    assert(found === RECORDS || findings.some(({ kind }) => kind === "StoreMovedAside"));
    assertEquals((await look(directory)).findings, []);
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
