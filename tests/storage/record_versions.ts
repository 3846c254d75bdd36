/** Whole records as programs of other versions would have sealed them: the envelope is the same in all. */
import { crc32 } from "../../storage/crc32.ts";
import type { Key, Value } from "../../storage/store.ts";

export function recordOfVersion(version: number, key: Key, value: Value, sequence: number): Uint8Array {
  const text = new TextEncoder();
  const data = text.encode(JSON.stringify(value));
  const checksum = crc32(data, crc32(text.encode(JSON.stringify([version, sequence, key]))));
  const seal = text.encode(`${JSON.stringify({ v: version, s: sequence, c: checksum })}\n`);
  return Uint8Array.from([...seal, ...data]);
}

/** Of a version that is not there yet. */
export function newerRecord(key: Key): Uint8Array {
  return recordOfVersion(9, key, null, 7);
}
