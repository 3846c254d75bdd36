/** A central system on a loopback port that speaks bare bytes, so that it can break every rule there is. */
import { type AddressInfo, createServer, type Socket } from "node:net";

/** Lines that take the place of the good ones in the answer to an upgrade. */
type Changes = Partial<Record<"upgrade" | "accept" | "subprotocol" | "more", string>>;

/** Every promise is rejected once the connection is broken. */
export interface RawPeer {
  /** The request's lines, once they have all come. */
  readonly request: () => Promise<string>;
  /** Reads the request and answers it as it should be, but for the changes. */
  readonly upgrade: (changes?: Changes) => Promise<void>;
  readonly write: (bytes: string | Uint8Array | readonly number[]) => Promise<void>;
  /** Writes the same bytes again and again, until the connection ends. */
  readonly flood: (bytes: string | Uint8Array) => Promise<void>;
  /** Reads what has come, or the next that comes. */
  readonly read: () => Promise<Uint8Array>;
  /** Reads until the far end has closed. */
  readonly readAll: () => Promise<Uint8Array>;
  readonly shutHalf: () => void;
  readonly close: () => void;
  readonly reset: () => void;
}

export interface RawCentralSystem {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Hands each connection to `serve`. */
export async function createRawCentralSystem(serve: (peer: RawPeer) => void): Promise<RawCentralSystem> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(createRawPeer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp/AL1000`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The peer of a connection that was accepted paused. */
export function createRawPeer(socket: Socket): RawPeer {
  const chunks = socket[Symbol.asyncIterator]();

  async function read(): Promise<Uint8Array> {
    const { value, done } = await chunks.next();
    if (done) throw new Error("the charger hung up");
    return value;
  }

  async function request(): Promise<string> {
    let text = "";
    while (!text.endsWith("\r\n\r\n")) text += new TextDecoder().decode(await read());
    return text;
  }

  function write(bytes: string | Uint8Array | readonly number[]): Promise<void> {
    const raw = typeof bytes === "string" || bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
    return new Promise((resolve, reject) => {
      socket.write(raw, (error) => error === null || error === undefined ? resolve() : reject(error));
    });
  }

  return {
    request,
    upgrade: async (changes) => write(await goodAnswer(await request(), changes)),
    write,
    flood: async (bytes) => {
      for (;;) {
        await write(bytes);
        // A write that the system takes at once would leave nobody else in this process a turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    read,
    readAll: async () => {
      const all: number[] = [];
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) all.push(...next.value);
      return Uint8Array.from(all);
    },
    shutHalf: () => void socket.end(),
    close: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
  };
}

/** The answer to this request (RFC 6455 §4.2.2). */
export async function goodAnswer(request: string, changes: Changes = {}): Promise<string> {
  const key = /^sec-websocket-key: (.*)$/im.exec(request)?.[1]?.trim() ?? "";
  const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + guid));
  return [
    "HTTP/1.1 101 Switching Protocols",
    changes.upgrade ?? "Upgrade: websocket",
    "Connection: Upgrade",
    changes.accept ?? `Sec-WebSocket-Accept: ${new Uint8Array(digest).toBase64()}`,
    changes.subprotocol ?? "Sec-WebSocket-Protocol: ocpp1.6",
    changes.more ?? "X-Nothing: more",
    "\r\n",
  ].join("\r\n");
}
