/**
 * What a key may be, and the order of keys.
 *
 * Law: both drivers order and refuse alike, and no two keys that differ here are one key in the store. The order is that of
 * Deno KV: part by part; strings by their UTF-8 bytes and before numbers, numbers numerically, a key before those below it.
 */
import type { Key } from "./store.ts";

/** Deno KV takes 2,048; the house's longest key is far shorter, and a batch holds many. */
export const KEY_BYTES_MAX = 1024;

/** Where the driver keeps its own records. */
export const RESERVED = "meta";

/** Throws when `key` is none: a mistake of the caller, not of the medium. */
export function checkKey(key: Key): void {
  if (key.length === 0) throw new RangeError("give the key at least one part: it is []");
  if (key[0] === RESERVED) {
    throw new RangeError(`choose another first part: ${quote(key)} is the store's own`);
  }
  for (const part of key) {
    if (typeof part === "string" ? !part.isWellFormed() : !Number.isFinite(part) || Object.is(part, -0)) {
      throw new RangeError(`make each part well-formed text or a finite number (never -0): ${quote(key)}`);
    }
  }
  const bytes = keyBytes(key);
  if (bytes > KEY_BYTES_MAX) {
    throw new RangeError(
      `shorten the key to ${KEY_BYTES_MAX} bytes, it has ${bytes}: ${quote(key).slice(0, 80)}…`,
    );
  }
}

/** Throws when a list below `prefix`, behind `after`, makes no sense. */
export function checkRange(prefix: Key, after: Key | undefined): void {
  checkKey(prefix);
  if (after === undefined) return;
  checkKey(after);
  if (!isBelow(prefix, after)) {
    throw new RangeError(`go on after a key below ${quote(prefix)}: ${quote(after)} is not`);
  }
}

/** Its size in the store: two marks around a string's bytes (a NUL takes two), nine bytes a number. */
export function keyBytes(key: Key): number {
  let bytes = 0;
  for (const part of key) {
    if (typeof part === "number") bytes += 9;
    else bytes += 2 + textBytes(part);
  }
  return bytes;
}

/** Negative when `one` comes first, 0 when they are the same key. */
export function compareKeys(one: Key, other: Key): number {
  for (let index = 0; index < one.length; index++) {
    const part = one[index];
    const otherPart = other[index];
    if (part === undefined || otherPart === undefined) break;
    const difference = compareParts(part, otherPart);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** A key is not below itself. */
export function isBelow(prefix: Key, key: Key): boolean {
  return key.length > prefix.length && prefix.every((part, index) => part === key[index]);
}

/** As it stands in messages, and what tells two keys apart in a Map. */
export function quote(key: Key): string {
  return JSON.stringify(key);
}

function compareParts(one: string | number, other: string | number): number {
  if (typeof one === "number") return typeof other === "number" ? one - other : 1;
  return typeof other === "number" ? -1 : compareCodePoints(one, other);
}

/**
 * The order of UTF-8 bytes is that of code points; `<` compares UTF-16 units, which differs beyond U+FFFF. Where two
 * characters share their first unit, the second ones are in the order of the characters.
 */
function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    if (one.charCodeAt(index) !== other.charCodeAt(index)) {
      return (one.codePointAt(index) ?? 0) - (other.codePointAt(index) ?? 0);
    }
  }
  return one.length - other.length;
}

/** As UTF-8, a NUL escaped by a second byte; each half of a surrogate pair has two of its four bytes. */
function textBytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += unit === 0 ? 2 : 1;
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}
