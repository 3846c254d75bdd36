/**
 * A damaged store file under a name with its time, and the mark that it was not salvaged yet: an empty file beside it.
 *
 * Law: the mark is durable before the first of its parts is renamed, and goes when all that could be salvaged stands durable in a whole
 * store that has begun. So whatever a power cut leaves, which keeps renames in any order, the next start can tell how far this one came.
 */
import { syncDirectory } from "./durable_file.ts";

/** What SQLite keeps of one file, the file itself first. */
export const PARTS = ["", "-wal", "-shm", "-journal"] as const;

/** The names that are marked: none, or one, or one and behind it that of the file which was made from it and damaged before it had begun. */
export function unfinishedAsides(path: string): readonly string[] {
  const { directory, prefix } = placeOf(path);
  const marked: string[] = [];
  for (const { name } of Deno.readDirSync(directory)) {
    if (name.startsWith(prefix) && name.endsWith(MARK)) {
      marked.push(`${directory}/${name.slice(0, -MARK.length)}`);
    }
  }
  return marked.sort();
}

/** Marks a name with the time, under which the parts will stand, and returns it. Of the finished ones only the newest are kept. */
export function markAside(path: string, wallMs: number): string {
  const time = new Date(wallMs).toISOString().replaceAll(":", "-");
  let aside = `${path}.damaged-${time}`;
  for (let again = 2; [...PARTS, MARK].some((part) => sizeOf(aside + part) !== null); again++) {
    aside = `${path}.damaged-${time}.${again}`;
  }
  mark(aside);
  forgetOldest(path);
  return aside;
}

/** The same for what was made from `first`, which is marked still. However often that is damaged, only the last of them is kept. */
export function markAgain(path: string, first: string): string {
  const aside = `${first}${AGAIN}`;
  removeParts(aside);
  mark(aside);
  forgetOldest(path);
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

/** From the last to the first, which has most: whatever a power cut leaves, that one is still known then. */
export async function takeMarksOff(asides: readonly string[]): Promise<void> {
  for (const aside of asides.toReversed()) {
    Deno.removeSync(aside + MARK);
    await syncDirectory(placeOf(aside).directory);
  }
}

/** Gives the oldest of the finished ones up, and returns its name; null when there is none. */
export function giveUpOldest(path: string): string | null {
  const [oldest] = finishedAsides(path);
  if (oldest === undefined) return null;
  removeParts(oldest);
  return oldest;
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

/** Sorts behind the name it is made of. */
const AGAIN = ".again";

/** A disk that goes on damaging files must not be filled with them. */
const ASIDE_MAX = 3;

function mark(aside: string): void {
  Deno.openSync(aside + MARK, { write: true, create: true, mode: 0o600 }).close();
}

function move(from: string, to: string): void {
  if (sizeOf(from) !== null) Deno.renameSync(from, to);
}

function forgetOldest(path: string): void {
  const finished = finishedAsides(path);
  const room = ASIDE_MAX - unfinishedAsides(path).length;
  for (const aside of finished.slice(0, Math.max(0, finished.length - room))) removeParts(aside);
}

/** By name, which is by time as far as the clock was right. */
function finishedAsides(path: string): readonly string[] {
  const { directory, prefix } = placeOf(path);
  const names = new Set<string>();
  for (const { name } of Deno.readDirSync(directory)) {
    if (name.startsWith(prefix)) {
      names.add(`${directory}/${name.replace(/-(?:wal|shm|journal)$|\.unfinished$/, "")}`);
    }
  }
  for (const marked of unfinishedAsides(path)) names.delete(marked);
  return [...names].sort();
}

function placeOf(path: string): { readonly directory: string; readonly prefix: string } {
  const directory = path.slice(0, path.lastIndexOf("/"));
  return { directory, prefix: `${path.slice(directory.length + 1)}.damaged-` };
}
