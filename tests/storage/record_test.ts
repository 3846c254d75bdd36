/** The envelope of a stored record: what opens is what was sealed, and nothing else opens. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { crc32 } from "../../storage/crc32.ts";
import { open, seal, VALUE_BYTES_MAX } from "../../storage/record.ts";
import type { Key, Value } from "../../storage/store.ts";
import { recordOfVersion } from "./record_versions.ts";

function check(sentence: string, prove: () => void): void {
  Deno.test({ name: `record: ${sentence}`, permissions: "none", fn: prove });
}

const valueArbitrary = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Value);
const keyArbitrary: fc.Arbitrary<Key> = fc.array(fc.oneof(fc.string(), fc.integer()), {
  minLength: 1,
  maxLength: 3,
});
const sequenceArbitrary = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const KEY: Key = ["transaction", 1];
const VALUE: Value = { idTag: "04A2B3C4", meterStartWh: 1500 };

check("every value opens as it was sealed, with its sequence number", () => {
  fc.assert(fc.property(keyArbitrary, valueArbitrary, sequenceArbitrary, (key, value, sequence) => {
    assertEquals(open(key, seal(key, value, sequence)), { kind: "record", value, sequence });
  }));
});

check("with any one bit changed it is damaged", () => {
  const whole = seal(KEY, VALUE, 1_000_017);
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const changed = whole.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assertEquals(open(KEY, changed).kind, "damaged", `bit ${bit}`);
  }
});

check("cut short at any byte it is damaged", () => {
  const whole = seal(KEY, VALUE, 1_000_017);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(open(KEY, whole.slice(0, length)).kind, "damaged", `${length} bytes`);
  }
});

check("any bytes, or what is no bytes at all, are damaged and never a value", () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.anything()), (stored) => {
    assertEquals(open(KEY, stored).kind, "damaged");
  }));
});

check("a seal of the wrong shape is damaged", () => {
  for (
    const line of [
      "1",
      "null",
      "[1,2,3]",
      "{}",
      '{"v":0,"s":1,"c":1}',
      '{"v":1,"s":1.5,"c":1}',
      '{"v":1,"s":"1","c":1}',
    ]
  ) {
    assertEquals(open(KEY, new TextEncoder().encode(`${line}\n{}`)).kind, "damaged", line);
  }
});

check("under another key it is damaged: it was written to the wrong place", () => {
  assertEquals(open(["transaction", 2], seal(KEY, VALUE, 7)).kind, "damaged");
  assertEquals(open(["transaction", "1"], seal(KEY, VALUE, 7)).kind, "damaged");
});

check("one of a newer version is neither a value nor damaged, and says what to do", () => {
  const opened = open(KEY, recordOfVersion(2, KEY, VALUE, 7));
  assert(opened.kind === "newer");
  assertStringIncludes(opened.error, '["transaction",1]: it is of version 2, this program knows 1');
});

check("one of an older version goes through every migration from there on", () => {
  const migrations = [
    (key: Key, value: Value): Value => ({ first: value, key: key[0] ?? "" }),
    (_key: Key, value: Value): Value => ({ second: value }),
  ];
  const first = { first: VALUE, key: "transaction" };
  assertEquals(open(KEY, recordOfVersion(1, KEY, VALUE, 7), migrations), {
    kind: "record",
    value: { second: first },
    sequence: 7,
  });
  assertEquals(open(KEY, recordOfVersion(2, KEY, VALUE, 7), migrations), {
    kind: "record",
    value: { second: VALUE },
    sequence: 7,
  });
  assertEquals(open(KEY, recordOfVersion(3, KEY, VALUE, 7), migrations), {
    kind: "record",
    value: VALUE,
    sequence: 7,
  });
  assertEquals(open(KEY, recordOfVersion(4, KEY, VALUE, 7), migrations).kind, "newer");
});

check("a value of 60 KiB seals, and one byte more is refused by key and size", () => {
  const most = "x".repeat(VALUE_BYTES_MAX - 2);
  assertEquals(open(KEY, seal(KEY, most, 1)).kind, "record");
  assertThrows(
    () => seal(KEY, `${most}x`, 1),
    RangeError,
    '["transaction",1]: 61441 bytes of JSON, at most 61440',
  );
});

check("numbers that JSON does not know are refused by their name", () => {
  for (const number of [NaN, Infinity, -Infinity]) {
    assertThrows(
      () => seal(KEY, { list: [1, number] }, 1),
      RangeError,
      `finite number at "1": it is ${number}`,
    );
  }
});

check("its checksum is CRC-32, whole or in parts", () => {
  const text = new TextEncoder().encode("123456789");
  assertEquals(crc32(text), 0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
    assertEquals(crc32(other, crc32(one)), crc32(Uint8Array.from([...one, ...other])));
  }));
  assertNotEquals(crc32(new Uint8Array(1)), crc32(new Uint8Array(2)));
});
