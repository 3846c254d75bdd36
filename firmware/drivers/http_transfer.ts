/**
 * Files over HTTP and HTTPS: one PUT, as `curl -T` does it.
 *
 * Law: a redirect is a new target. It is judged as the first was, stays with its scheme, and gets no password of another server.
 */
import { Buffer } from "node:buffer";
import { type ClientRequest, request } from "node:http";
import type { Socket } from "node:net";
import type { StreamDriver, TlsOptions } from "../../hal/stream.ts";
import type { TransferDriver, TransferFault, UploadOrder } from "../transfer.ts";
import type { TransferTarget } from "../transfer_target.ts";
import { httpPath, judgeTarget } from "../transfer_target.ts";
import { boundedTransfer, judgedAddress, TransferFailed, type TransferParts } from "./bounded_transfer.ts";

/** `stream` dials TCP, and TLS for https. */
export type HttpTransferParts = TransferParts & { readonly stream: StreamDriver };

const redirectsMax = 5;
/** Answers that are none yet (RFC 9110 §15.2): a flood of them fills the memory. */
const informationMax = 10;
/** Those that keep the method, and the two that only a form forgets it at. */
const REDIRECTS: readonly number[] = [301, 302, 307, 308];
const FAULTS: ReadonlyMap<number, TransferFault> = new Map([
  ...[400, 411, 413, 414, 415, 422, 431].map((status) => [status, "badMessage"] as const),
  ...[401, 403, 407].map((status) => [status, "permissionDenied"] as const),
  ...[405, 501].map((status) => [status, "notSupported"] as const),
]);
/** Whoever serves files offers what browsers know; which of these it is does not matter to the station's certificate. */
const cipherSuites: TlsOptions["cipherSuites"] = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
];

export function createHttpTransfer(parts: HttpTransferParts): TransferDriver {
  return {
    upload: (order, listener) =>
      boundedTransfer(parts.limits, (signal) => put(parts, order, signal), listener),
  };
}

async function put(parts: HttpTransferParts, order: UploadOrder, signal: AbortSignal): Promise<void> {
  let { target } = order;
  let path = httpPath(target, order.fileName);
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    const address = await judgedAddress(target.host, parts);
    signal.throwIfAborted();
    const { status, location } = await putOnce(parts, { ...order, target }, { address, path }, signal);
    if (status >= 200 && status < 300) return;
    if (!REDIRECTS.includes(status) || location === undefined) {
      throw new TransferFailed(FAULTS.get(status) ?? "failed", `${target.host} answered ${status}`);
    }
    target = redirected(target, path, location);
    path = `${target.path}${target.query}`;
  }
  throw new TransferFailed("failed", `more than ${redirectsMax} redirects`);
}

function redirected(from: TransferTarget, path: string, location: string): TransferTarget {
  const next = URL.parse(location, `${origin(from)}${path}`);
  const judged = judgeTarget(next?.href ?? "", [from.protocol]);
  if (judged.kind !== "target") {
    throw new TransferFailed("failed", `${from.host} redirects to where nothing may go`);
  }
  const { user: _, ...target } = judged.target;
  const isSame = origin(target) === origin(from);
  return isSame && from.user !== undefined ? { ...target, user: from.user } : target;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
}

function putOnce(
  { stream, limits }: HttpTransferParts,
  { target, content, roots }: UploadOrder,
  { address, path }: { readonly address: string; readonly path: string },
  signal: AbortSignal,
): Promise<Answer> {
  const { host, port } = target;
  const tls = target.protocol === "HTTPS" ? { tls: { roots, cipherSuites, wildcards: true } } : {};
  const socket = stream.dial({ host, address, port, ...tls }).stream;
  return new Promise((resolve, reject) => {
    const asked = request({
      method: "PUT",
      path,
      headers: headersOf(target, content),
      // Without an agent, so that it is one connection. Typed as a net.Socket, but any Duplex serves.
      createConnection: () => socket as Socket,
    });
    let timer = setTimeout(silent, limits.silenceTimeoutMs);

    function settle(settled: () => void): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancelled);
      asked.destroy();
      socket.destroy();
      settled();
    }
    function failed(error: Error): void {
      settle(() => reject(error));
    }
    function cancelled(): void {
      failed(new Error("it was cancelled"));
    }
    function silent(): void {
      failed(new Error(`${target.host} gave no sign for ${limits.silenceTimeoutMs} ms`));
    }
    function moved(): void {
      clearTimeout(timer);
      timer = setTimeout(silent, limits.silenceTimeoutMs);
    }

    signal.addEventListener("abort", cancelled);
    let information = 0;
    asked.on("information", () => {
      information += 1;
      if (information > informationMax) {
        failed(new Error(`${target.host} promises an answer again and again`));
      }
    });
    socket.on("error", failed);
    asked.on("error", failed);
    asked.on(
      "response",
      ({ statusCode = 0, headers }) =>
        settle(() => resolve({ status: statusCode, location: headers.location })),
    );
    send(asked, content, moved);
  });
}

const chunkBytes = 65_536;

/** Piece by piece, so that each of them is a sign that the server takes it. */
function send(asked: ClientRequest, content: Uint8Array, moved: () => void): void {
  if (content.length === 0) return void asked.end();
  asked.write(content.subarray(0, chunkBytes), (error) => {
    if (error instanceof Error) return;
    moved();
    send(asked, content.subarray(chunkBytes), moved);
  });
}

function headersOf(target: TransferTarget, content: Uint8Array): Readonly<Record<string, string | number>> {
  const { user } = target;
  const authorization = user === undefined
    ? {}
    : { authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}` };
  return {
    host: new URL(origin(target)).host,
    "content-type": "text/plain; charset=utf-8",
    "content-length": content.length,
    ...authorization,
  };
}

function origin({ protocol, host, port }: TransferTarget): string {
  return `${protocol.toLowerCase()}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
