/**
 * Files over FTP, and over FTP with explicit TLS (RFC 4217): `npm:basic-ftp`, passive.
 *
 * Law: the data connection goes where the control connection does, whatever address the server names. With FTPS no name, password
 * or byte of the file goes to a server that the roots do not prove. One command has at most one reply of each kind (RFC 959 §4.2).
 */
import { Client, FTPError } from "basic-ftp";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import type { TransferDriver, TransferFault, UploadOrder } from "../transfer.ts";
import type { TransferTarget } from "../transfer_target.ts";
import { ftpPath } from "../transfer_target.ts";
import { boundedTransfer, judgedAddress, TransferFailed, type TransferParts } from "./bounded_transfer.ts";

export function createFtpTransfer(parts: TransferParts): TransferDriver {
  return {
    upload: (order, listener) =>
      boundedTransfer(parts.limits, (signal) => store(parts, order, signal), listener),
  };
}

async function store(parts: TransferParts, order: UploadOrder, signal: AbortSignal): Promise<void> {
  const { target, fileName, content, roots } = order;
  const address = await judgedAddress(target.host, parts);
  signal.throwIfAborted();
  const client = new Client(parts.limits.silenceTimeoutMs, { allowSeparateTransferHost: false });
  refuseRepeatedReplies(client, target);
  signal.addEventListener("abort", () => client.close());
  try {
    const { name: user = "anonymous", password = "guest" } = target.user ?? {};
    const secure = target.protocol === "FTPS";
    await client.access({
      host: address,
      port: target.port,
      user,
      password,
      secure,
      ...(secure ? { secureOptions: secured(target, roots) } : {}),
    });
    await client.uploadFrom(Readable.from([content]), ftpPath(target, fileName));
  } catch (error) {
    throw error instanceof FTPError ? new TransferFailed(faultOf(error.code), told(target, error)) : error;
  } finally {
    client.close();
  }
}

/** `basic-ftp` begins the upload anew at each 150, and sends the password anew at each 331: thousands fit in one packet. */
function refuseRepeatedReplies({ ftp }: Client, { host }: TransferTarget): void {
  const handle = ftp.handle.bind(ftp);
  ftp.handle = (command, handler) => {
    const kinds = new Set<number>();
    return handle(command, (reply, task) => {
      if (reply instanceof Error) return handler(reply, task);
      const kind = Math.floor(reply.code / 100);
      if (kinds.has(kind)) {
        return ftp.closeWithError(
          new Error(`cannot follow ${host}: it answered one command with ${kind}xx twice`),
        );
      }
      kinds.add(kind);
      handler(reply, task);
    });
  };
}

/** What is given as `ca` takes the place of every other root, an empty list too. */
function secured({ host }: TransferTarget, roots: readonly string[]): ConnectionOptions {
  return { ca: [...roots], host, ...(isIP(host) === 0 ? { servername: host } : {}), minVersion: "TLSv1.2" };
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
function told({ host }: TransferTarget, { code }: FTPError): string {
  return `${host} answered ${code}`;
}
