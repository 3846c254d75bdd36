/**
 * The port of trust for the system's OpenSSL, which judges a chain without a handshake.
 *
 * Law: the library is loaded when it is first asked and not before; where there is none, no root can be loaded, and none proves.
 */
import { TlsFailed } from "../stream.ts";
import type { Trust } from "../trust.ts";
import { certificateFlaw, withCertificates } from "./openssl_certificates.ts";
import { loadOpenssl, type Openssl } from "./openssl_library.ts";
import { verdict } from "./openssl_verdict.ts";

export function createOpensslTrust(load: () => Openssl = loadOpenssl): Trust {
  let openssl: Openssl | null = null;
  return {
    rootFlaw: (root) => {
      try {
        return certificateFlaw(openssl ??= load(), root);
      } catch (error) {
        if (error instanceof TlsFailed) return error.message;
        throw error;
      }
    },
    proves: (root, peerChain) => {
      try {
        return proves(openssl ??= load(), root, peerChain);
      } catch (error) {
        if (error instanceof TlsFailed) return false;
        throw error;
      }
    },
  };
}

function proves(openssl: Openssl, root: string, peerChain: readonly string[]): boolean {
  return withCertificates(openssl, "the peer's certificates", peerChain.join(""), (certificates) => {
    const chain = openssl.OPENSSL_sk_new_null();
    try {
      for (const certificate of certificates) openssl.OPENSSL_sk_push(chain, certificate);
      return verdict(openssl, { chain, root, rules: null }) === null;
    } finally {
      // The stack alone: what stands in it was lent.
      openssl.OPENSSL_sk_free(chain);
    }
  });
}
