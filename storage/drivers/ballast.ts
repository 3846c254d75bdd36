/**
 * A file of no use, to be given up when the disk is full: SQLite needs room even to delete.
 *
 * Law: its bytes are really on the disk (random, so that no file system folds them away).
 */
import { syncDirectory } from "./durable_file.ts";

/** Room for some thousand commits: each writes about 13 KB before the log is folded back. */
export const BALLAST_BYTES = 2 * 1024 * 1024;

export interface Ballast {
  readonly path: string;
  /** Makes it, unless it is there. Rejects when the disk has no room, and leaves nothing behind. */
  readonly hold: () => Promise<void>;
  /** False when there is none to give. */
  readonly release: () => Promise<boolean>;
}

export function ballastIn(directory: string): Ballast {
  const path = `${directory}/ballast`;
  return { path, hold: () => hold(path), release: () => release(directory, path) };
}

async function hold(path: string): Promise<void> {
  const held = await Deno.stat(path).catch(() => null);
  if (held?.size === BALLAST_BYTES) return;
  try {
    using file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
    const block = new Uint8Array(64 * 1024);
    for (let written = 0; written < BALLAST_BYTES;) {
      crypto.getRandomValues(block);
      written += await file.write(block.subarray(0, BALLAST_BYTES - written));
    }
    await file.sync();
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function release(directory: string, path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  await syncDirectory(directory);
  return true;
}
