/**
 * The transfers of the program: HTTP(S) and FTP(S), with the limits that it gives them.
 *
 * Law: files have Deno's own TLS on every station: a server of files knows none of the suites that only OpenSSL still has.
 */
import { createFtpTransfer } from "../firmware/drivers/ftp_transfer.ts";
import { createHttpTransfer } from "../firmware/drivers/http_transfer.ts";
import type { TransferDriver } from "../firmware/transfer.ts";
import { transferByProtocol } from "../firmware/transfer.ts";
import type { LocalKind } from "../firmware/transfer_address.ts";
import { createDenoTlsStream } from "../hal/drivers/deno_tls_stream.ts";
import { createDenoTrust } from "../hal/drivers/deno_trust.ts";

/** A mobile network takes its time; a log is small. */
const limits = { silenceTimeoutMs: 30_000, totalTimeoutMs: 600_000 };

/** `allowed`: the local addresses to which files may go. */
export function fileTransfers(allowed: readonly LocalKind[]): TransferDriver {
  const parts = { limits, allowed };
  const http = createHttpTransfer({ ...parts, stream: createDenoTlsStream(noKey) });
  const ftp = withLoadableRoots(createFtpTransfer(parts));
  return transferByProtocol({ HTTP: http, HTTPS: http, FTP: ftp, FTPS: ftp });
}

/** A root that only the station's own TLS can load would stop every transfer; the streams of HTTP leave it out by themselves. */
function withLoadableRoots({ upload }: TransferDriver): TransferDriver {
  const { rootFlaw } = createDenoTrust();
  return {
    upload: (order, listener) =>
      upload({ ...order, roots: order.roots.filter((root) => rootFlaw(root) === null) }, listener),
  };
}

/** Nobody proves himself by a certificate to a server of files. */
function noKey(keyId: string): never {
  throw new Error(`cannot use the private key ${keyId}: it is for the central system alone`);
}
