/**
 * The file of a Unix domain socket: opened for its owner only, in a place that nobody else answers at.
 *
 * Law: it never stands in its place with a wider mode than 0600. It is made in a directory of its own beside it, which is
 * 0700, and moved; `Deno.umask` would do, but wants every permission over the system.
 */

import { Refused } from "./refusals.ts";

/** Linux gives the path of a Unix socket 108 bytes, the last of them 0; `~/s` is added while it is made. */
export const SOCKET_PATH_BYTES_MAX = 104;

/** Who is behind the socket at `path`: `others` is another user, whose sockets are not for us. */
export type Answerer = "somebody" | "others" | "nobody";

export async function answererAt(path: string): Promise<Answerer> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
    return "somebody";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.ConnectionRefused) {
      return "nobody";
    }
    // A full backlog is a process that is busy.
    if (error instanceof Deno.errors.WouldBlock) return "somebody";
    if (error instanceof Deno.errors.PermissionDenied) return "others";
    throw error;
  }
}

export interface Serving {
  /** Ends all of it. */
  readonly signal: AbortSignal;
  /** `answered` settles when the answer has been sent, or nobody takes it any more. */
  readonly answer: (request: Request, answered: Promise<void>) => Promise<Response>;
  /** What to say when `answer` has thrown. */
  readonly failed: (thrown: unknown) => Response;
}

/** Serves at `path`, in the place of a socket that a killed process has left. Throws `Refused`. */
export async function serveAt(path: string, serving: Serving): Promise<Deno.HttpServer<Deno.UnixAddr>> {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > SOCKET_PATH_BYTES_MAX) {
    throw new Refused(
      `give the socket a path of at most ${SOCKET_PATH_BYTES_MAX} bytes, not ${bytes}: ${path}`,
    );
  }
  await refuseTaken(path);
  const making = `${path}~`;
  // Left by a process that was killed right here.
  if (await fileAt(making) !== null) await Deno.remove(making, { recursive: true });
  await Deno.mkdir(making, { mode: 0o700 }).catch((error) => {
    throw new Refused(
      `choose a socket in a directory that is there and yours, not ${path}: ${error.message}`,
    );
  });
  try {
    const { signal, answer, failed } = serving;
    const server = Deno.serve(
      { path: `${making}/s`, signal, onListen: () => {}, onError: failed },
      (request, info) => answer(request, info.completed),
    );
    await Deno.chmod(`${making}/s`, 0o600);
    await Deno.rename(`${making}/s`, path);
    return server;
  } finally {
    await Deno.remove(making, { recursive: true });
  }
}

async function refuseTaken(path: string): Promise<void> {
  const file = await fileAt(path);
  if (file === null) return;
  if (!file.isSocket) throw new Refused(`give the socket another path: ${path} is a file of another kind`);
  if (await answererAt(path) !== "nobody") {
    throw new Refused(`give the socket another path, or stop the process that answers at ${path}`);
  }
}

/** The link itself, not what it points at; null where there is nothing. */
async function fileAt(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
