/**
 * The log of what a program has done to the files below one directory, as `crash_shim.c` writes it, with marks of the test's own.
 *
 * Law: records stand in the order in which they happened, over all processes that wrote the log. A mark stands behind whatever has
 * caused it: whoever makes it has heard of the effect.
 */

export type DiskRecord =
  /** A process begins. */
  | { readonly kind: "Started" }
  | { readonly kind: "Created"; readonly path: string }
  | { readonly kind: "Written"; readonly path: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "Truncated"; readonly path: string; readonly size: number }
  /** A file's content, or a directory's names. */
  | { readonly kind: "Synced"; readonly path: string }
  | { readonly kind: "Renamed"; readonly path: string; readonly to: string }
  | { readonly kind: "Unlinked"; readonly path: string }
  | { readonly kind: "DirectoryMade"; readonly path: string }
  | { readonly kind: "Marked"; readonly text: string };

/** `struct record`: operation, length of the path, length of the data, unused, and a position. */
const HEAD_BYTES = 24;
/** Behind the operations of the shim. */
const MARK = 8;

const utf8 = new TextDecoder();

export function readDiskLog(log: Uint8Array): readonly DiskRecord[] {
  const records: DiskRecord[] = [];
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  for (let at = 0; at < log.length;) {
    const operation = view.getUint32(at, true);
    const pathEnd = at + HEAD_BYTES + view.getUint32(at + 4, true);
    const end = pathEnd + view.getUint32(at + 8, true);
    const path = utf8.decode(log.subarray(at + HEAD_BYTES, pathEnd));
    records.push(
      recordOf(operation, path, log.subarray(pathEnd, end), Number(view.getBigInt64(at + 16, true))),
    );
    at = end;
  }
  return records;
}

/** A mark, to be appended to the log in one write. */
export function formatMark(text: string): Uint8Array {
  const data = new TextEncoder().encode(text);
  const record = new Uint8Array(HEAD_BYTES + data.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, MARK, true);
  view.setUint32(8, data.length, true);
  record.set(data, HEAD_BYTES);
  return record;
}

function recordOf(operation: number, path: string, bytes: Uint8Array, at: number): DiskRecord {
  switch (operation) {
    case 0:
      return { kind: "Started" };
    case 1:
      return { kind: "Created", path };
    case 2:
      return { kind: "Written", path, at, bytes };
    case 3:
      return { kind: "Truncated", path, size: at };
    case 4:
      return { kind: "Synced", path };
    case 5:
      return { kind: "Renamed", path, to: utf8.decode(bytes) };
    case 6:
      return { kind: "Unlinked", path };
    case 7:
      return { kind: "DirectoryMade", path };
    case MARK:
      return { kind: "Marked", text: utf8.decode(bytes) };
  }
  throw new RangeError(`read a log of crash_shim.c: it has no operation ${operation}`);
}
