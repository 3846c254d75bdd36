/** Asks a debug socket as `curl --unix-socket` does, and takes the answer as it comes. */

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => unknown;
}

export interface Asker extends Disposable {
  readonly get: (address: string) => Promise<Told>;
  /** A string goes as it is, anything else as JSON. */
  readonly post: (address: string, body?: unknown) => Promise<Told>;
  readonly send: (method: string, address: string, body?: BodyInit) => Promise<Told>;
  /** The body of a 200, still open. */
  readonly stream: (address: string) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

export function askerAt(path: string): Asker {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });

  async function send(method: string, address: string, body?: BodyInit): Promise<Told> {
    const response = await fetch(`http://charger${address}`, {
      client,
      method,
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  return {
    get: (address) => send("GET", address),
    post: (address, body) => {
      const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
      return send("POST", address, text);
    },
    send,
    stream: async (address) => {
      const response = await fetch(`http://charger${address}`, { client });
      if (response.body === null || !response.ok) throw new Error(`${address}: ${response.status}`);
      return response.body;
    },
    [Symbol.dispose]: () => client.close(),
  };
}
