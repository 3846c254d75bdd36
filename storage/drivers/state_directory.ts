/**
 * The directory that holds all a charger remembers, and the lock that gives it to one process.
 *
 * Law: one process owns a state directory. Two writers would lose commits to each other (notes/reliability.md D2). The lock
 * is the kernel's: it ends with the process, however that ends.
 */
import { dirname, resolve } from "node:path";

export interface StateDirectory {
  readonly path: string;
  /** Gives the directory up. */
  readonly close: () => void;
}

/** The directory belongs to another process. */
export class StateDirectoryInUse extends Error {
  override readonly name = "StateDirectoryInUse";
}

/** Makes the directory if need be, for the owner's eyes only, and takes its lock. Throws `StateDirectoryInUse`. */
export function openStateDirectory(path: string): StateDirectory {
  makeDirectory(resolve(path));
  const lockPath = `${path}/lock`;
  const lock = Deno.openSync(lockPath, { read: true, write: true, create: true, mode: 0o600 });
  if (!lock.tryLockSync(true)) {
    lock.close();
    const owner = Deno.readTextFileSync(lockPath).trim();
    const who = /^\d+$/.test(owner) ? `process ${owner}` : "another process";
    throw new StateDirectoryInUse(`stop ${who} or choose another state directory: it owns ${path}`);
  }
  lock.truncateSync(0);
  lock.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  return { path, close: () => lock.close() };
}

/** A directory is durable when the one that it is in has been synced: until then a power cut takes all that was synced in it. */
function makeDirectory(path: string): void {
  if (isDirectory(path)) return;
  const parent = dirname(path);
  makeDirectory(parent);
  Deno.mkdirSync(path, { mode: 0o700 });
  using handle = Deno.openSync(parent, { read: true });
  handle.syncSync();
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
