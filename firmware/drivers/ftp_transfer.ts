/**
 * Files over FTP, and over FTP with explicit TLS (RFC 4217): `npm:basic-ftp`, passive.
 *
 * Law: the data connection goes where the control connection does, whatever address the server names. With FTPS no name, password
 * or byte of the file goes to a server that the roots do not prove. One command has at most one reply of each kind (RFC 959 §4.2).
 */
import { Client, FTPError } from "basic-ftp";
import { once } from "node:events";
import { isIP, Socket } from "node:net";
import { Readable } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";
import type { TransferDriver, TransferFault, UploadOrder } from "../transfer.ts";
import type { TransferTarget } from "../transfer_target.ts";
import { ftpPath } from "../transfer_target.ts";
import { boundedTransfer, judgedAddress, TransferFailed, type TransferParts } from "./bounded_transfer.ts";
import { containedSocket } from "./contained_socket.ts";

export function createFtpTransfer(parts: TransferParts): TransferDriver {
  return {
    upload: (order, listener) =>
      boundedTransfer(parts.limits, (signal) => store(parts, order, signal), listener),
  };
}

async function store(parts: TransferParts, order: UploadOrder, signal: AbortSignal): Promise<void> {
  const { host } = order.target;
  const address = await judgedAddress(host, parts);
  signal.throwIfAborted();
  const broken = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => broken.reject(new Error("it was cancelled")));
  const client = new Client(parts.limits.silenceTimeoutMs, { allowSeparateTransferHost: false });
  watchReplies(client, host);
  contain(client, (error) => broken.reject(new Error(`cannot follow ${host}: ${error}`)));
  try {
    await Promise.race([broken.promise, send(client, { ...order, address }, signal)]);
  } catch (error) {
    throw error instanceof FTPError ? new TransferFailed(faultOf(error.code), told(host, error)) : error;
  } finally {
    client.close();
  }
}

async function send(
  client: Client,
  { target, fileName, content, roots, address }: UploadOrder & { readonly address: string },
  signal: AbortSignal,
): Promise<void> {
  const { name: user = "anonymous", password = "guest" } = target.user ?? {};
  await client.connect(address, target.port);
  if (target.protocol === "FTPS") await secure(client, target, roots);
  signal.throwIfAborted();
  await client.sendIgnoringError("OPTS UTF8 ON");
  await client.login(user, password);
  await client.useDefaultSettings();
  await client.uploadFrom(Readable.from([content]), ftpPath(target, fileName));
}

/** `basic-ftp` counts the silence of a command only, and a handshake is none. */
async function secure(client: Client, target: TransferTarget, roots: readonly string[]): Promise<void> {
  const { host } = target;
  const silence = Promise.withResolvers<never>();
  const { timeout } = client.ftp;
  const timer = setTimeout(
    () => silence.reject(new Error(`${host} began no TLS within ${timeout} ms`)),
    timeout,
  );
  try {
    await Promise.race([silence.promise, client.useTLS(secured(target, roots))]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `basic-ftp` works in the events of its sockets, and `node:tls` reads a server's certificates in one, where nobody waits for what
 * they throw. The control connection's TLS is begun here, since its handshake is as much a stranger's as what follows it; that of a data connection
 * `basic-ftp` begins, and hands out before a byte of it has come.
 */
function contain(client: Client, broken: (error: unknown) => void): void {
  const { ftp, prepareTransfer } = client;
  ftp._newSocket = () => containedSocket(new Socket(), broken);
  client.useTLS = async (options = {}) => {
    const reply = await client.send("AUTH TLS");
    const socket = containedSocket(connect({ ...options, socket: ftp.socket }), broken);
    await once(socket, "secureConnect");
    ftp.socket = socket;
    ftp.tlsOptions = options;
    return reply;
  };
  client.prepareTransfer = async (context) => {
    const reply = await prepareTransfer(context);
    if (context.hasTLS && context.dataSocket !== undefined) containedSocket(context.dataSocket, broken);
    return reply;
  };
}

/**
 * `basic-ftp` begins the upload anew at each 150, and sends the password anew at each 331: thousands fit in one packet. Nor does it
 * notice a data connection that was closed in order, and Deno's `pipeline` throws at one.
 */
function watchReplies({ ftp }: Client, host: string): void {
  const handle = ftp.handle.bind(ftp);
  ftp.handle = (command, handler) => {
    const kinds = new Set<number>();
    return handle(command, (reply, task) => {
      if (reply instanceof Error) return handler(reply, task);
      const kind = Math.floor(reply.code / 100);
      const fault = kinds.has(kind)
        ? `it answered one command with ${kind}xx twice`
        : kind === 1 && ftp.dataSocket?.destroyed === true
        ? "it closed the data connection before it had the file"
        : null;
      if (fault !== null) return ftp.closeWithError(new Error(`cannot follow ${host}: ${fault}`));
      kinds.add(kind);
      handler(reply, task);
    });
  };
}

/** What is given as `ca` takes the place of every other root, an empty list too, and no variable of the environment's lets another in. */
function secured({ host }: TransferTarget, roots: readonly string[]): ConnectionOptions {
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  return { ca: [...roots], rejectUnauthorized: true, minVersion: "TLSv1.2", ...named };
}

const FAULTS: ReadonlyMap<number, TransferFault> = new Map([
  ...[430, 530, 532, 550, 553].map((code) => [code, "permissionDenied"] as const),
  ...[431, 500, 502, 504, 534].map((code) => [code, "notSupported"] as const),
  ...[501, 503].map((code) => [code, "badMessage"] as const),
]);

function faultOf(code: number): TransferFault {
  return FAULTS.get(code) ?? "failed";
}

/** Without the server's own words, which may repeat what it was told. */
function told(host: string, { code }: FTPError): string {
  return `${host} answered ${code}`;
}
