/**
 * How much room the file system of a directory still has.
 *
 * Law: what cannot be measured is not known, and is no reason to stop: the ballast is there for that (`ballast.ts`).
 */
import { statfsSync } from "node:fs";

/** Bytes that this user may still write. Throws when they cannot be measured: it takes `--allow-sys=statfs`. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
