/**
 * One address of the debug socket, and how a request finds it.
 *
 * Law: every request gets an answer that says what would be right: another method, another address, a smaller body.
 */
import type { Refusal } from "./answers.ts";
import { redacted } from "./redacted.ts";

export interface Asked {
  /** What stands in the place of `{…}` in the path, decoded. */
  readonly names: readonly string[];
  /** What stands behind the path, decoded. */
  readonly query: URLSearchParams;
  /** The body as text; empty where there is none. Throws `TooLong`. */
  readonly body: () => Promise<string>;
  /** Settles when the answer has been sent, or nobody takes it any more. */
  readonly answered: Promise<void>;
}

export interface Endpoint {
  readonly method: "GET" | "POST";
  /** `{…}` stands for one segment. */
  readonly path: string;
  readonly answer: (asked: Asked) => Response | Promise<Response>;
}

/** Nothing that is asked of a charger takes more. */
const BODY_BYTES_MAX = 65_536;

class TooLong extends Error {}

export async function answer(
  endpoints: readonly Endpoint[],
  request: Request,
  answered: Promise<void>,
): Promise<Response> {
  const { pathname, searchParams: query } = new URL(request.url);
  const found = endpoints.flatMap((endpoint) => {
    const names = match(endpoint.path, pathname);
    return names === null ? [] : [{ endpoint, names }];
  });
  const chosen = found.find(({ endpoint }) => endpoint.method === request.method);
  if (chosen === undefined) return notFound(endpoints, request.method, pathname, found);
  const names = chosen.names.map(decoded);
  if (!names.every((name) => name !== null)) {
    return refusal(400, `write % and two hexadecimal digits for what is not ASCII, not "${pathname}"`);
  }
  try {
    return await chosen.endpoint.answer({ names, query, body: () => bodyOf(request), answered });
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
    return refusal(413, `send a body of at most ${BODY_BYTES_MAX} bytes`);
  }
}

/** Whatever it holds is shown without its secrets. */
export function json(status: number, value: unknown): Response {
  return Response.json(redacted(value), { status });
}

export function refusal(status: number, error: string): Response {
  const refusal: Refusal = { error };
  return json(status, refusal);
}

function notFound(
  endpoints: readonly Endpoint[],
  method: string,
  pathname: string,
  found: readonly { readonly endpoint: Endpoint }[],
): Response {
  if (found.length > 0) {
    const methods = found.map(({ endpoint }) => endpoint.method).join(", ");
    const response = refusal(405, `use ${methods} for ${pathname}, not ${method}`);
    response.headers.set("allow", methods);
    return response;
  }
  const known = endpoints.map(({ method, path }) => `${method} ${path}`).join(", ");
  return refusal(404, `ask for one of ${known}, not ${method} ${pathname}`);
}

/** Null where the path is another. */
function match(path: string, pathname: string): readonly string[] | null {
  const wanted = path.split("/");
  const given = pathname.split("/");
  if (wanted.length !== given.length) return null;
  const names: string[] = [];
  for (const [at, segment] of wanted.entries()) {
    const text = given[at] ?? "";
    if (segment.startsWith("{")) names.push(text);
    else if (segment !== text) return null;
  }
  return names;
}

function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

async function bodyOf(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new TooLong();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Of a charger that has no tree. */
export function noTree(): Response {
  return refusal(503, "switch the power on, or wait for the next boot: no actor is running");
}

/** Of an actor or a store that was asked, and has not answered in time. */
export function noAnswer(): Response {
  return refusal(504, "ask again: the charger is busy or restarting, and has not answered");
}
