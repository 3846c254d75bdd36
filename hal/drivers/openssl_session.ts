/**
 * One TLS client session of OpenSSL: who is trusted, what is offered, who we are, and the two memories that it reads and writes.
 *
 * Law: whatever is made here is freed here, on every path, but the session itself, which `SSL_free` ends with all it holds
 * (security white paper §2 and §3: TLS 1.2 or higher, no compression, 112 bits of strength, installed roots only).
 */
import { isIP } from "node:net";
import type { TlsCipherSuite } from "../station_profile.ts";
import { type PrivateKeys, type StreamTarget, type TlsFacts, TlsFailed, type TlsOptions } from "../stream.ts";
import { certificateFlaw, pemOf, withCertificates, withMemory } from "./openssl_certificates.ts";
import { type Handle, type Openssl, opensslFailed, textAt, zeroEnded } from "./openssl_library.ts";
import { SECURITY_LEVEL, verdict } from "./openssl_verdict.ts";
import { peerFault } from "./proven_peer.ts";

export interface OpensslSession {
  readonly ssl: Handle;
  /** From the peer: we write it, the session reads it. */
  readonly input: Handle;
  /** For the peer. */
  readonly output: Handle;
  /** PEM, those that the library can load. */
  readonly roots: readonly string[];
}

type Secured = StreamTarget & { readonly tls: TlsOptions };

/** Throws a `TlsFailed` when a root, the certificate or its key cannot be used. */
export function openSession(openssl: Openssl, target: Secured, privateKeys: PrivateKeys): OpensslSession {
  openssl.ERR_clear_error();
  const context = openssl.SSL_CTX_new(openssl.TLS_client_method());
  if (context === null) throw opensslFailed(openssl, "other", "make a TLS context");
  try {
    restrict(openssl, context, target.tls.cipherSuites);
    if (target.tls.certificate !== undefined) identify(openssl, context, target.tls.certificate, privateKeys);
    return sessionOf(openssl, context, target);
  } finally {
    openssl.SSL_CTX_free(context);
  }
}

/** PEM, the leaf first; empty until they have come. */
export function peerChainOf(openssl: Openssl, { ssl }: OpensslSession): readonly string[] {
  const chain = openssl.SSL_get_peer_cert_chain(ssl);
  const length = Math.max(0, openssl.OPENSSL_sk_num(chain));
  return Array.from({ length }, (_, index) => pemOf(openssl, openssl.OPENSSL_sk_value(chain, index)));
}

/** Null where a root proves the peer that has shown this chain; `peer` is for the words. */
export function peerFlaw(
  openssl: Openssl,
  { ssl, roots }: OpensslSession,
  { peer, peerChain }: { readonly peer: string; readonly peerChain: readonly string[] },
): TlsFailed | null {
  const climb = { chain: openssl.SSL_get_peer_cert_chain(ssl), rules: openssl.SSL_get0_param(ssl) };
  const flaws = roots.map((root) => verdict(openssl, { ...climb, root }));
  const proving = roots.filter((_, index) => flaws[index] === null);
  if (proving.length > 0) return peerFault({ peer, peerChain, roots: proving });
  const why = [...new Set(flaws)].join(", ") || "no root is installed";
  return new TlsFailed("certificate", `TLS with ${peer} failed: certificate verify failed: ${why}`);
}

export function sessionFacts(openssl: Openssl, session: OpensslSession): TlsFacts {
  const { ssl } = session;
  return {
    version: textAt(openssl, openssl.SSL_get_version(ssl)) === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2",
    cipherSuite: textAt(openssl, openssl.SSL_CIPHER_standard_name(openssl.SSL_get_current_cipher(ssl))),
    peerChain: peerChainOf(openssl, session),
  };
}

/** TLS 1.3 names its suites as IANA does; those of 1.2 have names of OpenSSL's own. */
const names12 = {
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_AES_128_GCM_SHA256: null,
  TLS_AES_256_GCM_SHA384: null,
} as const satisfies Record<TlsCipherSuite, string | null>;

const VERSION_1_2 = 0x0303n;
const VERSION_1_3 = 0x0304n;
const CONTROL = { mode: 33, chainCertificate: 89, versionMin: 123, versionMax: 124, hostName: 55 } as const;
/** SSL_MODE_NO_AUTO_CHAIN: our chain is the one that we were given. */
const MODE_OWN_CHAIN = 0x8n;
/** SSL_OP_NO_COMPRESSION, NO_RENEGOTIATION and NO_TICKET. */
const OPTIONS = 1n << 17n | 1n << 30n | 1n << 14n;
/** SSL_VERIFY_NONE: by `peerFlaw`, before the next byte is said, and not by a store of all the roots at once. */
const VERIFIED_BY_US = 0;

function restrict(openssl: Openssl, context: Handle, suites: readonly TlsCipherSuite[]): void {
  const suites12 = suites.map((suite) => names12[suite]).filter((name) => name !== null);
  const suites13 = suites.filter((suite) => names12[suite] === null);
  const least = suites12.length > 0 ? VERSION_1_2 : VERSION_1_3;
  const most = suites13.length > 0 ? VERSION_1_3 : VERSION_1_2;
  // The static RSA suites are still in.
  openssl.SSL_CTX_set_security_level(context, SECURITY_LEVEL);
  openssl.SSL_CTX_set_options(context, OPTIONS);
  openssl.SSL_CTX_ctrl(context, CONTROL.mode, MODE_OWN_CHAIN, null);
  openssl.SSL_CTX_set_verify(context, VERIFIED_BY_US, null);
  const taken = openssl.SSL_CTX_ctrl(context, CONTROL.versionMin, least, null) === 1n &&
    openssl.SSL_CTX_ctrl(context, CONTROL.versionMax, most, null) === 1n &&
    (suites12.length === 0 ||
      openssl.SSL_CTX_set_cipher_list(context, zeroEnded(suites12.join(":"))) === 1) &&
    (suites13.length === 0 || openssl.SSL_CTX_set_ciphersuites(context, zeroEnded(suites13.join(":"))) === 1);
  if (!taken) throw opensslFailed(openssl, "other", `offer ${suites.join(", ")}`);
}

/** One that the library cannot load must not shut out those that it can. */
function usable(openssl: Openssl, roots: readonly string[]): readonly string[] {
  const flaws = roots.map((root) => certificateFlaw(openssl, root));
  const [first] = flaws;
  if (typeof first === "string" && !flaws.includes(null)) throw new TlsFailed("other", first);
  return roots.filter((_, index) => flaws[index] === null);
}

function identify(
  openssl: Openssl,
  context: Handle,
  certificate: NonNullable<TlsOptions["certificate"]>,
  privateKeys: PrivateKeys,
): void {
  withCertificates(openssl, "our certificate", certificate.chain, ([leaf = null, ...issuers]) => {
    if (openssl.SSL_CTX_use_certificate(context, leaf) !== 1) {
      throw opensslFailed(openssl, "other", "use our certificate");
    }
    for (const issuer of issuers) {
      // The 1 adds a reference; the context then lets go of its own, and we of ours.
      const added = openssl.SSL_CTX_ctrl(context, CONTROL.chainCertificate, 1n, issuer);
      if (added !== 1n) throw opensslFailed(openssl, "other", "use the chain of our certificate");
    }
  });
  withPrivateKey(openssl, privateKeys(certificate.keyId), (key) => {
    // A key of another kind would be taken, beside the certificate: only the second call compares the two.
    const fits = openssl.SSL_CTX_use_PrivateKey(context, key) === 1 &&
      openssl.SSL_CTX_check_private_key(context) === 1;
    if (fits) return;
    throw opensslFailed(openssl, "other", `use the private key ${certificate.keyId} with our certificate`);
  });
}

function sessionOf(openssl: Openssl, context: Handle, target: Secured): OpensslSession {
  const roots = usable(openssl, target.tls.roots);
  const ssl = openssl.SSL_new(context);
  if (ssl === null) throw opensslFailed(openssl, "other", "make a TLS session");
  const input = openssl.BIO_new(openssl.BIO_s_mem());
  const output = openssl.BIO_new(openssl.BIO_s_mem());
  openssl.SSL_set_bio(ssl, input, output);
  openssl.SSL_set_connect_state(ssl);
  if (expect(openssl, ssl, target)) return { ssl, input, output, roots };
  const error = opensslFailed(openssl, "other", `expect a certificate for ${target.host}`);
  openssl.SSL_free(ssl);
  throw error;
}

/** X509_CHECK_FLAG_NO_WILDCARDS; or NO_PARTIAL_WILDCARDS, for `c*.example.com` is of no use to anybody. */
const HOST_FLAGS = { exact: 0x2, wildcards: 0x4 } as const;

/** The name of the host is sent, and must be among the certificate's alternative names, or if it has none its common name. */
function expect(openssl: Openssl, ssl: Handle, { host, tls }: Secured): boolean {
  const rules = openssl.SSL_get0_param(ssl);
  // A dot at its end says nothing, and is not sent (RFC 6066 §3).
  const name = zeroEnded(host.replace(/\.$/, ""));
  openssl.X509_VERIFY_PARAM_set_hostflags(rules, tls.wildcards ? HOST_FLAGS.wildcards : HOST_FLAGS.exact);
  // An address is sent nowhere (RFC 6066 §3) and must be among the alternative names (RFC 2818 §3.1).
  if (isIP(host) !== 0) return openssl.X509_VERIFY_PARAM_set1_ip_asc(rules, name) === 1;
  return openssl.X509_VERIFY_PARAM_set1_host(rules, name, 0n) === 1 &&
    openssl.SSL_ctrl(ssl, CONTROL.hostName, 0n, name) === 1n;
}

function withPrivateKey(openssl: Openssl, pem: string, use: (key: Handle) => void): void {
  const bytes = new TextEncoder().encode(pem);
  // An empty password: without one the library would ask for it at the terminal.
  const key = withMemory(
    openssl,
    bytes,
    (memory) => openssl.PEM_read_bio_PrivateKey(memory, null, null, zeroEnded("")),
  );
  bytes.fill(0);
  if (key === null) throw opensslFailed(openssl, "other", "read our private key");
  try {
    use(key);
  } finally {
    openssl.EVP_PKEY_free(key);
  }
}
