/**
 * What is salvaged of a store file, page by page: all that is in whole pages, and nothing that was deleted, since a message that comes
 * back would be a transaction that is billed twice.
 */
import { assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { LAST_ROOT, salvageRecords } from "../../storage/drivers/salvage.ts";
import { quote, RESERVED } from "../../storage/key.ts";
import { PAGE_BYTES } from "../../storage/drivers/store_pages.ts";
import { makePast, type Past, salvagedOf } from "./salvaged_store.ts";
import { encoded } from "./store_files.ts";

const KV_ROOT = 4;

let made: Promise<Past> | null = null;

function check(sentence: string, prove: (past: Past, directory: string) => void): void {
  Deno.test(`salvage: ${sentence}`, async () => {
    const past = await (made ??= makePast(130));
    const directory = await Deno.makeTempDir({ prefix: "chargerd_salvage_" });
    try {
      prove(past, directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

check("of a whole file it is each record, with its log or without", (past, directory) => {
  const { killed, closed, live } = past;
  assertGreater(live.size, 50);
  assertEquals(salvagedOf(directory, past, closed, null), live.size);
  assertEquals(salvagedOf(directory, past, killed.file, killed.log), live.size);
});

check("of a log whose file is empty, or gone, it is each record that the log holds", (past, directory) => {
  const { killed } = past;
  const blank = new Uint8Array(killed.file.length);
  const logged = salvagedOf(directory, past, blank, killed.log);
  assertGreater(logged, 0);
  assertEquals(salvagedOf(directory, past, new Uint8Array(0), killed.log), logged);
  Deno.removeSync(`${directory}/store.kv`);
  assertEquals(salvageRecords(`${directory}/store.kv`).length, logged);
  Deno.removeSync(`${directory}/store.kv-wal`);
  assertEquals(salvageRecords(`${directory}/store.kv`), []);
});

check(
  "the past of it is one that could come back: it has a tree, free pages, and records beyond a page",
  (past, directory) => {
    Deno.writeFileSync(`${directory}/store.kv`, past.closed);
    using database = new DatabaseSync(`${directory}/store.kv`, { readOnly: true });
    const free = database.prepare("pragma freelist_count").get();
    assertGreater(Number(free?.["freelist_count"]), 5);
    const roots = database.prepare("select name, rootpage from sqlite_master order by rootpage").all();
    assertEquals(roots.map(({ rootpage }) => rootpage), [2, 3, KV_ROOT, 5, 6, 7, 8, LAST_ROOT]);
    assertEquals([roots[2]?.["name"], roots.at(-1)?.["name"]], ["kv", "kv_expiration_ms_idx"]);
    assertEquals(database.prepare("pragma page_size").get(), { __proto__: null, page_size: PAGE_BYTES });
    assertEquals(past.closed[(KV_ROOT - 1) * PAGE_BYTES], 0x02);
    assertGreater(Math.max(...Array.from(past.live.values(), ({ length }) => length)), PAGE_BYTES);
    const copies = new TextDecoder("latin1").decode(past.closed).matchAll(/\{"n":(\d+),"text/g);
    const deleted = [...copies].filter(([, n]) => !past.live.has(quote(["outbox", Number(n)])));
    assertGreater(deleted.length, 20, "copies of what was deleted");
  },
);

check(
  "a first page of which nothing is left costs no record, nor does a bit of its header",
  (past, directory) => {
    const { closed, killed, live } = past;
    assertEquals(salvagedOf(directory, past, zeroed(closed, 1), null), live.size);
    assertEquals(salvagedOf(directory, past, zeroed(killed.file, 1), killed.log), live.size);
    for (let at = 0; at < 100; at += 3) {
      assertEquals(
        salvagedOf(directory, past, flipped(closed, at * 8 + at % 8), null),
        live.size,
        `byte ${at}`,
      );
    }
  },
);

check(
  "a bad root of the records costs what stands in itself, any other page no more than one holds",
  (past, directory) => {
    const { closed, live } = past;
    const left: number[] = [];
    for (let page = 1; page <= closed.length / PAGE_BYTES; page++) {
      left.push(salvagedOf(directory, past, zeroed(closed, page), null));
    }
    assertGreaterOrEqual(Math.min(...left), live.size - RECORDS_OF_A_PAGE);
  },
);

check("of two bad pages, what lies between them is there", (past, directory) => {
  const leaves = Array.from({ length: past.closed.length / PAGE_BYTES }, (_, index) => index + 1)
    .filter((page) => salvagedOf(directory, past, zeroed(past.closed, page), null) < past.live.size);
  for (const [index, leaf] of leaves.slice(1).entries()) {
    const both = zeroed(zeroed(past.closed, leaf), leaves[index] ?? NaN);
    assertGreaterOrEqual(salvagedOf(directory, past, both, null), past.live.size - 2 * RECORDS_OF_A_PAGE);
  }
});

check(
  "sixty changed bits: not one deleted record comes back, and few are lost",
  (past, directory) => {
    const entropy = createSimulatedEntropy("salvage");
    for (let round = 0; round < 60; round++) {
      const bit = Math.floor(entropy.fraction("bit") * past.closed.length * 8);
      const found = salvagedOf(directory, past, flipped(past.closed, bit), null);
      assertGreaterOrEqual(found, past.live.size - RECORDS_OF_A_PAGE, `bit ${bit}`);
    }
  },
);

check(
  "bits of the list of free pages and of the pointers to leaves: none comes back",
  (past, directory) => {
    const header = new DataView(past.closed.buffer);
    const trunk = (header.getUint32(32) - 1) * PAGE_BYTES;
    const listed = header.getUint32(trunk + 4);
    for (let bit = trunk * 8; bit < (trunk + 8 + listed * 4) * 8; bit += 23) {
      assertGreaterOrEqual(
        salvagedOf(directory, past, flipped(past.closed, bit), null),
        past.live.size - RECORDS_OF_A_PAGE,
      );
    }
    const root = (KV_ROOT - 1) * PAGE_BYTES;
    for (let cell = 0; cell < header.getUint16(root + 3); cell++) {
      const at = root + header.getUint16(root + 12 + cell * 2);
      for (let bit = at * 8 + cell % 3; bit < (at + 4) * 8; bit += 7) {
        assertGreaterOrEqual(
          salvagedOf(directory, past, flipped(past.closed, bit), null),
          past.live.size - RECORDS_OF_A_PAGE,
        );
      }
    }
  },
);

check(
  "a pointer to a leaf that is reached already costs nothing: the other one is behind it",
  (past, directory) => {
    const closed = past.closed.slice();
    const view = new DataView(closed.buffer);
    const root = (KV_ROOT - 1) * PAGE_BYTES;
    view.setUint32(root + view.getUint16(root + 12), view.getUint32(root + view.getUint16(root + 14)));
    assertEquals(salvagedOf(directory, past, closed, null), past.live.size);
  },
);

check(
  "a page whose kind or count of cells has a changed bit costs no more than it holds",
  (past, directory) => {
    for (let at = 0; at < past.closed.length; at += PAGE_BYTES) {
      if (past.closed[at] !== 0x02 && past.closed[at] !== 0x0a) continue;
      // Of its bits four, other ones in the next page.
      const page = at / PAGE_BYTES;
      for (const bit of [page % 4, 4 + page % 4, 32 + page % 4, 36 + page % 4]) {
        const found = salvagedOf(directory, past, flipped(past.closed, at * 8 + bit), null);
        assertGreaterOrEqual(found, past.live.size - RECORDS_OF_A_PAGE, `bit ${bit} of ${at}`);
      }
    }
  },
);

check(
  "a list of free pages that names a live one in the place of another brings nothing back",
  (past, directory) => {
    const closed = past.closed.slice();
    const view = new DataView(closed.buffer);
    const trunk = (view.getUint32(32) - 1) * PAGE_BYTES;
    const listed = Array.from({ length: view.getUint32(trunk + 4) }, (_, leaf) => trunk + 8 + 4 * leaf);
    const free = new Set(listed.map((at) => view.getUint32(at)));
    const beside =
      Array.from({ length: closed.length / PAGE_BYTES }, (_, index) => index + 1).find((page) =>
        !free.has(page) && (page - 1) * PAGE_BYTES !== trunk && closed[(page - 1) * PAGE_BYTES] === 0
      ) ?? NaN;
    for (const [index, at] of listed.entries()) {
      const page = view.getUint32(at);
      view.setUint32(at, [beside, KV_ROOT + 1, LAST_ROOT][index % 3] ?? NaN);
      assertEquals(salvagedOf(directory, past, closed, null), past.live.size);
      view.setUint32(at, page);
    }
  },
);

check("a list of free pages that leads back into itself ends, and is none", (past, directory) => {
  const closed = past.closed.slice();
  const view = new DataView(closed.buffer);
  const trunk = view.getUint32(32);
  view.setUint32((trunk - 1) * PAGE_BYTES, trunk);
  assertEquals(salvagedOf(directory, past, closed, null), past.live.size);
});

check("a cell below where the cells of its page begin has been deleted, and stays so", (past, directory) => {
  const closed = past.closed.slice();
  const view = new DataView(closed.buffer);
  const root = (KV_ROOT - 1) * PAGE_BYTES;
  const leaf = (view.getUint32(root + 8) - 1) * PAGE_BYTES;
  view.setUint16(leaf + 5, view.getUint16(leaf + 5) + 1);
  assertEquals(salvagedOf(directory, past, closed, null), past.live.size - 1);
});

check(
  "without a root and without the list of free pages there is nothing, and nothing comes back",
  (past, directory) => {
    const closed = zeroed(past.closed, KV_ROOT);
    new DataView(closed.buffer).setUint32(32, 0);
    assertEquals(salvagedOf(directory, past, closed, null), 0);
  },
);

check("it comes in the order of the keys, in which it takes the least room", (past, directory) => {
  salvagedOf(directory, past, past.closed, null);
  const names = salvageRecords(`${directory}/store.kv`).map(({ key }) => encoded(key).toHex());
  // A negative number is laid out otherwise.
  assertEquals(names.slice(1), names.slice(1).sort());
});

check("of a file with a log of which a byte is wrong it is what SQLite reads", (past, directory) => {
  const { killed } = past;
  const entropy = createSimulatedEntropy("log");
  const counts = new Set<number>();
  for (
    const at of [
      0,
      8,
      20,
      24,
      ...Array.from({ length: 30 }, () => entropy.fraction("at") * killed.log.length),
    ]
  ) {
    const log = flipped(killed.log, Math.floor(at) * 8);
    const path = `${directory}/${at}.kv`;
    Deno.writeFileSync(path, killed.file);
    Deno.writeFileSync(`${path}-wal`, log);
    const salvaged = salvageRecords(path).map(({ bytes }) => decoder.decode(bytes)).sort();
    using database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare("select k, v from kv where k > ?").all(encoded([RESERVED, "~"]));
    assertEquals(salvaged, rows.map(({ v }) => decoder.decode(v as Uint8Array)).sort(), `byte ${at}`);
    counts.add(salvaged.length);
  }
  assertGreater(counts.size, 1);
});

const decoder = new TextDecoder();

/** Keys are short and values are not; a root holds as many as it has leaves. */
const RECORDS_OF_A_PAGE = 40;

function zeroed(file: Uint8Array<ArrayBuffer>, page: number): Uint8Array<ArrayBuffer> {
  return file.slice().fill(0, (page - 1) * PAGE_BYTES, page * PAGE_BYTES);
}

function flipped(file: Uint8Array<ArrayBuffer>, bit: number): Uint8Array<ArrayBuffer> {
  const copy = file.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
