/**
 * A key as Deno KV lays it out: a string between 2 and 0 (a NUL in it is 0 255), a number as 33 and its double, with the sign flipped to
 * sort.
 *
 * Law: what is decoded here KV decodes too, and to the same key; of other bytes it would throw at each list that meets them.
 */
import type { Key } from "../store.ts";

/** Null where the bytes are no key of the house. */
export function decodeKey(bytes: Uint8Array): Key | null {
  const parts: (string | number)[] = [];
  for (let at = 0; at < bytes.length;) {
    const mark = bytes[at++];
    if (mark === TEXT) {
      const end = endOfText(bytes, at);
      const text = end === null ? null : decodeText(bytes, at, end);
      if (end === null || text === null) return null;
      parts.push(text);
      at = end + 1;
    } else if (mark === NUMBER && at + 8 <= bytes.length) {
      parts.push(decodeNumber(bytes, at));
      at += 8;
    } else {
      return null;
    }
  }
  return parts.length === 0 ? null : parts;
}

const TEXT = 0x02;
const NUMBER = 0x21;

/** The index of the 0 behind it; null where there is none. */
function endOfText(bytes: Uint8Array, start: number): number | null {
  let end = bytes.indexOf(0, start);
  while (end !== -1 && bytes[end + 1] === 0xff) end = bytes.indexOf(0, end + 2);
  return end === -1 ? null : end;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Nearly all are of ASCII, which needs no decoder: every key of the store passes here at each start. */
function decodeText(bytes: Uint8Array, start: number, end: number): string | null {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0 || byte >= 0x80) return decodeAnyText(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeAnyText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes.filter((byte, at) => byte !== 0xff || bytes[at - 1] !== 0));
  } catch {
    return null;
  }
}

const double = new DataView(new ArrayBuffer(8));

/** Of a positive number the sign bit is flipped, of a negative one every bit. */
function decodeNumber(bytes: Uint8Array, start: number): number {
  const positive = (bytes[start] ?? 0) >= 0x80;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[start + index] ?? 0;
    double.setUint8(index, !positive ? byte ^ 0xff : index === 0 ? byte ^ 0x80 : byte);
  }
  return double.getFloat64(0);
}
