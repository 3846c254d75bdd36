/**
 * The port of trust for the system's OpenSSL.
 *
 * Law: the library is loaded when it is first asked and not before; where there is none, no root can be loaded.
 */
import type { Trust } from "../trust.ts";
import { certificateFlaw } from "./openssl_certificates.ts";
import { loadOpenssl, type Openssl } from "./openssl_library.ts";

export function createOpensslTrust(load: () => Openssl = loadOpenssl): Trust {
  let openssl: Openssl | null = null;
  return {
    rootFlaw: (root) => {
      try {
        openssl ??= load();
        return certificateFlaw(openssl, root);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}
