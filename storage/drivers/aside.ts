/**
 * A damaged store file under a name with its time, and the mark that it was not salvaged yet: an empty file beside it.
 *
 * Law: the mark is durable before the first of its parts is renamed, and goes when all that could be salvaged stands durable in a whole
 * store that has begun. So whatever a power cut leaves, which keeps renames in any order, the next start can tell how far this one came.
 */
import { syncDirectory } from "./durable_file.ts";

/** What SQLite keeps of one file, the file itself first. */
export const PARTS = ["", "-wal", "-shm", "-journal"] as const;

/** The name that was marked and is marked still; null when there is none. */
export function unfinishedAside(path: string): string | null {
  const { directory, prefix } = placeOf(path);
  for (const { name } of Deno.readDirSync(directory)) {
    if (name.startsWith(prefix) && name.endsWith(MARK)) return `${directory}/${name.slice(0, -MARK.length)}`;
  }
  return null;
}

/** Marks a name with the time, under which the parts will stand, and returns it. Of those before it only the newest are kept. */
export function markAside(path: string, wallMs: number): string {
  const time = new Date(wallMs).toISOString().replaceAll(":", "-");
  let aside = `${path}.damaged-${time}`;
  for (let again = 2; [...PARTS, MARK].some((part) => sizeOf(aside + part) !== null); again++) {
    aside = `${path}.damaged-${time}.${again}`;
  }
  Deno.openSync(aside + MARK, { write: true, createNew: true, mode: 0o600 }).close();
  forgetOldest(path, aside);
  return aside;
}

/**
 * Renames what a marked name has not got yet. The file goes first: where any other part is there without it, there was none, and a file
 * that stands at `path` beside them is the new one.
 */
export async function moveAside(path: string, aside: string): Promise<void> {
  const { directory } = placeOf(path);
  // The mark, or what an earlier start has renamed and had no time to sync.
  await syncDirectory(directory);
  if (PARTS.every((part) => sizeOf(aside + part) === null)) {
    move(path, aside);
    await syncDirectory(directory);
  }
  if (sizeOf(path) !== null) return;
  for (const part of PARTS.slice(1)) move(path + part, aside + part);
  await syncDirectory(directory);
}

export async function takeMarkOff(aside: string): Promise<void> {
  Deno.removeSync(aside + MARK);
  await syncDirectory(placeOf(aside).directory);
}

/** Null when it is not there. */
export function sizeOf(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

export function removeParts(path: string): void {
  for (const part of PARTS) if (sizeOf(path + part) !== null) Deno.removeSync(path + part);
}

const MARK = ".unfinished";

/** A disk that goes on damaging files must not be filled with them. */
const ASIDE_MAX = 3;

function move(from: string, to: string): void {
  if (sizeOf(from) !== null) Deno.renameSync(from, to);
}

/** By name, which is by time as far as the clock was right; never `newest`. */
function forgetOldest(path: string, newest: string): void {
  const { directory, prefix } = placeOf(path);
  const names = new Set<string>();
  for (const { name } of Deno.readDirSync(directory)) {
    if (name.startsWith(prefix)) names.add(name.replace(/-(?:wal|shm|journal)$|\.unfinished$/, ""));
  }
  names.delete(newest.slice(directory.length + 1));
  for (const name of [...names].sort().slice(0, -(ASIDE_MAX - 1))) removeParts(`${directory}/${name}`);
}

function placeOf(path: string): { readonly directory: string; readonly prefix: string } {
  const directory = path.slice(0, path.lastIndexOf("/"));
  return { directory, prefix: `${path.slice(directory.length + 1)}.damaged-` };
}
