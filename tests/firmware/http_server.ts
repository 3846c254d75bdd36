/**
 * A server that takes files by HTTP, plain or behind the TLS of Node.js (`tests/tls/tls_server.ts`), for the tests.
 *
 * Law: nothing of it outlives its disposal.
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { FileServer } from "../contract/transfer_contract.ts";
import { startTlsServer } from "../tls/tls_server.ts";

/** What is answered; without it the file is kept, if the password is right. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpServer extends FileServer {
  /** Of each request, in order: method, URL, Authorization. */
  readonly requests: readonly string[];
}

export async function startHttpServer(options: {
  readonly proof?: { readonly chain: string; readonly privateKey: string };
  readonly answer?: (request: IncomingMessage) => HttpAnswer | null;
} = {}): Promise<HttpServer> {
  const stack = new AsyncDisposableStack();
  const files: Record<string, string> = {};
  const requests: string[] = [];
  const wanted = `Basic ${Buffer.from("charger:secret").toString("base64")}`;
  const server = createServer(async (request, response) => {
    const { method, url = "", headers } = request;
    requests.push(`${method} ${url} ${headers.authorization ?? "-"}`);
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const answer = options.answer?.(request) ?? { status: headers.authorization === wanted ? 201 : 401 };
    const [, name] = /^\/logs\/(.*)$/.exec(url) ?? [];
    if (answer.status === 201 && name !== undefined) files[name] = String(Buffer.concat(parts));
    response.writeHead(answer.status, answer.headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port: forwardTo } = server.address() as AddressInfo;
  const { proof } = options;
  const port = proof === undefined
    ? forwardTo
    : (await stack.use(startTlsServer()).listen({ forwardTo, ...proof })).port;
  return {
    port,
    requests,
    files: () => Promise.resolve(files),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
