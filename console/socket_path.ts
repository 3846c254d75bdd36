/**
 * Where debug sockets are: the path of a new one, and the newest that answers.
 *
 * Law: two processes never get the same path by default, and what was not named is found, never guessed.
 */
import { answererAt } from "./socket_file.ts";

/** Sockets whose path nobody chose are called so, in the directory for temporary files. */
const NAME = /^chargerd-[0-9a-f]{8}\.sock$/;

/** A path that nothing stands at yet. */
export function simulateSocketPath(directory: string = temporaryDirectory()): string {
  return `${directory}/chargerd-${crypto.randomUUID().slice(0, 8)}.sock`;
}

/** The newest of this user's sockets there that somebody answers at; null when there is none. */
export async function newestSocket(directory: string = temporaryDirectory()): Promise<string | null> {
  const sockets: { readonly path: string; readonly bornMs: number }[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (NAME.test(name)) sockets.push({ path, bornMs: await bornMs(path) });
  }
  sockets.sort((one, other) => other.bornMs - one.bornMs);
  for (const { path } of sockets) if (await answererAt(path) === "somebody") return path;
  return null;
}

function temporaryDirectory(): string {
  return Deno.env.get("TMPDIR") ?? "/tmp";
}

/** A file that has gone since it was listed is the oldest. */
async function bornMs(path: string): Promise<number> {
  try {
    return (await Deno.lstat(path)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
