/**
 * Asks a debug socket, over HTTP on the Unix domain socket.
 *
 * Law: an answer that is no 2xx is told in the words of whoever refused; one of another shape is not guessed at.
 */
import type { z } from "zod";
import { parseJson } from "../protocol/frame.ts";
import { Refusal } from "./answers.ts";
import { eventData } from "./event_stream.ts";
import { Refused } from "./refusals.ts";
import { answererAt } from "./socket_file.ts";

/** The charger has answered, and said no. */
export class Declined extends Error {
  override readonly name = "Declined";
}

/** Each throws `Declined` for an answer that is no 2xx, and `Refused` when the charger goes in the middle of it. */
export interface SocketClient {
  readonly text: (address: string, signal: AbortSignal) => Promise<string>;
  readonly post: (address: string, body: unknown, signal: AbortSignal) => Promise<string>;
  /** The data of server-sent events, until the stream ends. */
  readonly events: (address: string, signal: AbortSignal) => AsyncGenerator<string>;
  readonly close: () => void;
}

/** Throws `Refused` when nobody answers at `path`. */
export async function openSocketClient(path: string): Promise<SocketClient> {
  switch (await answererAt(path)) {
    case "nobody":
      throw new Refused(`start the charger, or give --socket PATH: nobody answers at ${path}`);
    case "others":
      throw new Refused(`ask as the user whose charger it is, or give --socket PATH: ${path} is not yours`);
    case "somebody":
      return clientOf(path);
  }
}

/** Throws `Refused` when a charger of another version says it differently. */
export function readAnswer<T>(schema: z.ZodType<T>, text: string): T {
  const json = parseJson(text);
  const parsed = schema.safeParse(json.kind === "json" ? json.value : undefined);
  if (parsed.success) return parsed.data;
  throw new Refused(
    "inspect with the charger's own version of this program, or with --json: it answers in another shape",
  );
}

function clientOf(path: string): SocketClient {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });

  async function ask(address: string, request: RequestInit): Promise<Response> {
    // The host is a matter of form: the connection is the socket's.
    const response = await fetch(`http://chargerd${address}`, { ...request, client });
    if (response.ok) return response;
    throw new Declined(readAnswer(Refusal, await response.text()).error);
  }

  async function text(address: string, request: RequestInit): Promise<string> {
    try {
      return await (await ask(address, request)).text();
    } catch (error) {
      throw gone(error, path);
    }
  }

  return {
    text: (address, signal) => text(address, { signal }),
    post: (address, body, signal) => text(address, { method: "POST", body: JSON.stringify(body), signal }),
    events: async function* (address, signal) {
      try {
        const { body } = await ask(address, { signal });
        if (body !== null) yield* eventData(body);
      } catch (error) {
        throw gone(error, path);
      }
    },
    close: () => client.close(),
  };
}

/** `fetch` and its bodies say so with a TypeError. */
function gone(error: unknown, path: string): unknown {
  return error instanceof TypeError ? new Refused(`look again: the charger at ${path} has gone`) : error;
}
