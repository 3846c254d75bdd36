/** Cells of a damaged page: what leads out of its payload, has columns without bytes, or says that it is larger than any record is none. */
import { assertEquals } from "@std/assert";
import { treePage } from "../../storage/drivers/record_cells.ts";
import { PAGE_BYTES } from "../../storage/drivers/store_pages.ts";

const CELL_AT = 2_000;

/** A leaf with one cell, whose bytes are these. */
function cellOf(...bytes: readonly number[]) {
  const page = new DataView(new ArrayBuffer(PAGE_BYTES));
  page.setUint8(0, 0x0a);
  page.setUint16(3, 1);
  page.setUint16(5, CELL_AT);
  page.setUint16(8, CELL_AT);
  for (const [index, byte] of bytes.entries()) page.setUint8(CELL_AT + index, byte);
  return treePage({ count: 1, read: (number) => number === 1 ? page : null, [Symbol.dispose]: () => {} }, 1);
}

function check(sentence: string, prove: () => void): void {
  Deno.test({ name: `cells: ${sentence}`, permissions: "none" }, prove);
}

const none = { cells: [], below: [], beside: [] };

check("two columns of bytes are a key and its value", () => {
  const cells = [[Uint8Array.of(7, 8), Uint8Array.of(9)]] as const;
  assertEquals(cellOf(6, 3, 16, 14, 7, 8, 9), { ...none, cells });
});

check("a number in the place of either is none", () => {
  assertEquals(cellOf(5, 3, 1, 14, 7, 9), none);
  assertEquals(cellOf(6, 3, 16, 1, 7, 8, 9), none);
});

check("columns that are longer than their payload are none", () => {
  assertEquals(cellOf(6, 3, 16, 16, 7, 8, 9), none);
  assertEquals(cellOf(6, 3, 200, 14, 7, 8, 9), none);
});

check(
  "a payload of more than 128 KiB, or without an end to its length, is none, and is followed nowhere",
  () => {
    assertEquals(cellOf(0x88, 0x80, 0x01, 3, 16, 14, 7, 8, 9), none);
    assertEquals(cellOf(0xff, 0xff, 0xff, 0xff, 0xff), none);
  },
);

check("one of 128 KiB flows over", () => {
  assertEquals(cellOf(0x88, 0x80, 0x00, 3, 16, 14, 7, 8, 9)?.beside, [0]);
});
