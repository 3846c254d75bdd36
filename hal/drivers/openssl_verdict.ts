/**
 * OpenSSL's verdict on a peer's certificates, for one root alone.
 *
 * Law: each root is asked by itself. Of several in one store the library climbs to the first that fits by its name, and never back:
 * so one more root could shut out those that prove the peer. This way no root takes anything away.
 */
import { withCertificates } from "./openssl_certificates.ts";
import { type Handle, type Openssl, opensslFailed, textAt, zeroEnded } from "./openssl_library.ts";

export interface Climb {
  /** STACK_OF(X509), the leaf first. */
  readonly chain: Handle;
  /** PEM. */
  readonly root: string;
  /** X509_VERIFY_PARAM: whom it must name, and what counts. Null: any name will do. */
  readonly rules: Handle;
}

/** Null when the root proves it; else in the library's own words why not. Throws a `TlsFailed` where the root cannot be read. */
export function verdict(openssl: Openssl, { chain, root, rules }: Climb): string | null {
  return withCertificates(openssl, "an installed root certificate", root, (certificates) => {
    const store = openssl.X509_STORE_new();
    const context = openssl.X509_STORE_CTX_new();
    try {
      for (const certificate of certificates) openssl.X509_STORE_add_cert(store, certificate);
      const leaf = openssl.OPENSSL_sk_value(chain, 0);
      // As a TLS client does it (`ssl_verify_cert_chain`).
      const ready = openssl.X509_STORE_CTX_init(context, store, leaf, chain) === 1 &&
        openssl.X509_STORE_CTX_set_default(context, zeroEnded("ssl_server")) === 1 &&
        applied(openssl, openssl.X509_STORE_CTX_get0_param(context), rules);
      if (!ready) throw opensslFailed(openssl, "other", "judge a certificate");
      if (openssl.X509_verify_cert(context) === 1) return null;
      const error = BigInt(openssl.X509_STORE_CTX_get_error(context));
      return textAt(openssl, openssl.X509_verify_cert_error_string(error));
    } finally {
      openssl.X509_STORE_CTX_free(context);
      openssl.X509_STORE_free(store);
      openssl.ERR_clear_error();
    }
  });
}

/** 112 bits of strength: RSA of 2048, curves of 224. */
export const SECURITY_LEVEL = 2;
/** X509_V_FLAG_PARTIAL_CHAIN: a root that another one has signed is one all the same. */
export const PARTIAL_CHAIN = 0x8_0000n;

function applied(openssl: Openssl, to: Handle, rules: Handle): boolean {
  openssl.X509_VERIFY_PARAM_set_auth_level(to, SECURITY_LEVEL);
  return openssl.X509_VERIFY_PARAM_set_flags(to, PARTIAL_CHAIN) === 1 &&
    (rules === null || openssl.X509_VERIFY_PARAM_set1(to, rules) === 1);
}
