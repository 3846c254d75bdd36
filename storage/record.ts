/**
 * The envelope of a stored record: two lines of JSON, the seal and the data.
 *
 *     {"v":1,"s":1000017,"c":3735928559}
 *     {"idTag":"04A2B3C4", …}
 *
 * `v` is the version of the data's shape, `s` the sequence number of the commit that wrote it, `c` a CRC-32 over key, v, s
 * and data. Law: this envelope is the same in all versions, so that an older program can tell a newer record from a damaged
 * one; and what does not open is never a value.
 */
import { crc32 } from "./crc32.ts";
import { quote } from "./key.ts";
import type { Key, Value } from "./store.ts";

/** As UTF-8. Deno KV takes 65,536 bytes a value; the rest is for the seal and to spare. */
export const VALUE_BYTES_MAX = 60 * 1024;

/** Turns a value of one version into one of the next; the key tells the kind of record. Pure. */
export type Migration = (key: Key, value: Value) => Value;

/** The first leads from version 1 to 2. A release that changes the shape of a record appends one. */
const MIGRATIONS: readonly Migration[] = [];

export type Opened =
  | { readonly kind: "record"; readonly value: Value; readonly sequence: number }
  | { readonly kind: "damaged"; readonly error: string }
  /** Whole, but written by a newer program than this: to be neither used nor thrown away. */
  | { readonly kind: "newer"; readonly error: string };

/** The bytes to store. Throws when the value is too large or is not JSON: a mistake of the caller. */
export function seal(
  key: Key,
  value: Value,
  sequence: number,
  bytesMax = VALUE_BYTES_MAX,
): Uint8Array<ArrayBuffer> {
  const data = jsonOf(value);
  const version = MIGRATIONS.length + 1;
  const checksum = crc32(utf8.encode(`${contextOf(key, version, sequence)}${data}`));
  const seal = `${JSON.stringify({ v: version, s: sequence, c: checksum })}\n`;
  const bytes = utf8.encode(`${seal}${data}`);
  const dataBytes = bytes.length - seal.length;
  if (dataBytes > bytesMax) {
    throw new RangeError(
      `split the value of ${quote(key)}: ${dataBytes} bytes of JSON, at most ${bytesMax}`,
    );
  }
  return bytes;
}

/** Whether `stored` was written at `key` as it is, in whatever version: all that `open` proves, without the value. */
export function isWhole(key: Key, stored: Uint8Array): boolean {
  const sealed = unseal(stored);
  return sealed !== null && fits(key, stored, sealed);
}

/** What `stored` holds for `key`. The last argument is there for the test of a migration. */
export function open(key: Key, stored: unknown, migrations: readonly Migration[] = MIGRATIONS): Opened {
  if (!(stored instanceof Uint8Array)) return damaged("it is not bytes");
  const sealed = unseal(stored);
  if (sealed === null) return damaged("its seal cannot be read");
  if (!fits(key, stored, sealed)) return damaged("its checksum does not fit");
  const { version, sequence } = sealed;
  const known = migrations.length + 1;
  if (version > known) {
    return {
      kind: "newer",
      error: `install the program that wrote ${
        quote(key)
      }: it is of version ${version}, this program knows ${known}`,
    };
  }
  let value = JSON.parse(fromUtf8.decode(stored.subarray(sealed.bytes))) as Value;
  for (const migrate of migrations.slice(version - 1)) value = migrate(key, value);
  return { kind: "record", value, sequence };
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

interface Sealed {
  readonly version: number;
  readonly sequence: number;
  readonly checksum: number;
  /** Of the seal, which is ASCII, and its line feed. */
  readonly bytes: number;
}

function unseal(stored: Uint8Array): Sealed | null {
  const end = stored.indexOf(LINE_FEED);
  if (end === -1) return null;
  const seal = parsed(fromUtf8.decode(stored.subarray(0, end)));
  if (typeof seal !== "object" || seal === null || !("v" in seal && "s" in seal && "c" in seal)) return null;
  const { v: version, s: sequence, c: checksum } = seal;
  if (!isCount(version) || !isCount(sequence) || typeof checksum !== "number") return null;
  return { version, sequence, checksum, bytes: end + 1 };
}

const LINE_FEED = 10;

function fits(key: Key, stored: Uint8Array, { version, sequence, checksum, bytes }: Sealed): boolean {
  const context = utf8.encode(contextOf(key, version, sequence));
  return crc32(stored.subarray(bytes), crc32(context)) === checksum;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** What the checksum covers before the data: a record that was moved to another key or commit does not open. */
function contextOf(key: Key, version: number, sequence: number): string {
  return JSON.stringify([version, sequence, key]);
}

function damaged(error: string): Opened {
  return { kind: "damaged", error };
}

/** `JSON.stringify` writes NaN and the infinities as null, silently: only where it wrote one is each value looked at. */
function jsonOf(value: Value): string {
  const json = JSON.stringify(value);
  return json.includes("null") ? JSON.stringify(value, onlyJson) : json;
}

function onlyJson(name: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`store a finite number at ${JSON.stringify(name)}: it is ${value}`);
  }
  return value;
}
