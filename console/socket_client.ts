/**
 * Asks a debug socket, over HTTP on the Unix domain socket.
 *
 * Law: an answer that is no 200 is told in the words of whoever refused; one of another shape is not guessed at.
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

/** Each throws `Declined` for an answer that is no 200, and `Refused` when the charger goes in the middle of it. */
export interface SocketClient {
  readonly text: (address: string, signal: AbortSignal) => Promise<string>;
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

  async function get(address: string, signal: AbortSignal): Promise<Response> {
    // The host is a matter of form: the connection is the socket's.
    const response = await fetch(`http://chargerd${address}`, { client, signal });
    if (response.ok) return response;
    throw new Declined(readAnswer(Refusal, await response.text()).error);
  }

  return {
    text: async (address, signal) => {
      try {
        return await (await get(address, signal)).text();
      } catch (error) {
        throw gone(error, path);
      }
    },
    events: async function* (address, signal) {
      try {
        const { body } = await get(address, signal);
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
