/**
 * TLS over the system's OpenSSL, for the suites that Deno's own TLS does not know (TLS_RSA_WITH_AES_…, the certificate's SEC-4).
 *
 * Law: the library is loaded at the first secure dial and not before; what is plain goes over TCP without it.
 */
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { type Dialled, type PrivateKeys, type StreamDriver, TlsFailed } from "../stream.ts";
import { loadOpenssl, type Openssl } from "./openssl_library.ts";
import { pump } from "./openssl_pump.ts";
import { openSession } from "./openssl_session.ts";
import { createTcpStream } from "./tcp_stream.ts";

/** Needs `--allow-ffi` for where OpenSSL lies (`load`). */
export function createOpensslStream(
  privateKeys: PrivateKeys,
  load: () => Openssl = loadOpenssl,
): StreamDriver {
  const plain = createTcpStream();
  let openssl: Openssl | null = null;

  return {
    dial: (target) => {
      const { host, address = host, port, tls } = target;
      if (tls === undefined) return plain.dial(target);
      // Half-open, since a peer that has said goodbye is still to be told ours.
      const tcp = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
      try {
        openssl ??= load();
        const session = openSession(openssl, { ...target, tls }, privateKeys);
        return pump({ openssl, session, tcp, peer: `${host}:${port}` });
      } catch (error) {
        tcp.destroy();
        return refusal(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}

/** A stream that never connects, so that the refusal takes the way of every other failure. */
function refusal(error: Error): Dialled {
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const failure = error instanceof TlsFailed ? error : new TlsFailed("other", error.message);
  return { stream: stream.destroy(failure), tls: () => undefined };
}
