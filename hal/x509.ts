/**
 * The X.509 port: certificates read, signatures checked, hash data computed, signing requests written.
 *
 * Law: it tells what is so and judges nothing: what a certificate must be is `protocol/certificate.ts`'s to say. No function of
 * it sees a private key.
 */
import type { CertificateFacts, SignedBy } from "../protocol/certificate_facts.ts";
import type { CertificateHashData, HashAlgorithm } from "../protocol/messages/security.ts";

export type ParsedChain =
  /** In the order of the text; at least one. */
  | { readonly kind: "parsed"; readonly certificates: readonly CertificateFacts[] }
  | { readonly kind: "malformed"; readonly error: string };

/** What a signing request (RFC 2986) is made of. */
export interface SigningRequest {
  readonly organization: string;
  readonly commonName: string;
  /** SubjectPublicKeyInfo in hexadecimal: RSA, or EC on P-256. */
  readonly publicKey: string;
  /** Signs with the private key: over SHA-256, RSA by PKCS#1 v1.5, ECDSA in DER. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** Two drivers: node's cryptography, and the simulated one. Everything is done when it returns. */
export interface X509 {
  /** Reads PEM text. What is between the certificates is not read. */
  readonly parse: (pem: string) => ParsedChain;
  readonly isSignedBy: SignedBy;
  /** The OCSP CertID (RFC 6960 §4.1.1), upper case; `issuer` is the certificate itself where it is self-signed. */
  readonly hashData: (
    certificate: CertificateFacts,
    issuer: CertificateFacts,
    algorithm: HashAlgorithm,
  ) => CertificateHashData;
  /** PKCS#10 as PEM. */
  readonly signingRequest: (request: SigningRequest) => string;
}
