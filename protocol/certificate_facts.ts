/**
 * What an X.509 certificate says (RFC 5280), as plain facts that rules can judge.
 *
 * Law: facts come from a driver that has parsed the certificate (`hal/x509.ts`) and are true of it, whether they are good or
 * not. Two certificates are the same when their `pem` is.
 */

export interface CertificateFacts {
  /** This one alone, as the driver writes PEM: of one certificate there is one such text. */
  readonly pem: string;
  readonly version: number;
  /** Hexadecimal, upper case, without leading zeros: 4095 is `FFF`, 0 is `0`. A negative one begins with `-`. */
  readonly serialNumber: string;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** Valid from this millisecond of civil time to that, both included. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: PublicKeyFacts;
  readonly signature: SignatureFacts;
  /** Null where the extension is absent. */
  readonly basicConstraints: { readonly isCa: boolean; readonly pathLength: number | null } | null;
  readonly keyUsage: readonly KeyUsage[] | null;
  /** Object identifiers, such as 1.3.6.1.5.5.7.3.2 for clientAuth. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** Of the alternative names those of hosts, as they stand there. */
  readonly dnsNames: readonly string[];
  /** What it may sign is limited to some names (RFC 5280 §4.2.1.10); which ones is not told here. */
  readonly hasNameConstraints: boolean;
  /** Critical extensions that nobody here understands: whoever cannot process one must refuse (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[];
}

export interface DistinguishedName {
  readonly organizations: readonly string[];
  readonly commonNames: readonly string[];
  /** Its encoding in hexadecimal. Two names are the same when this is. */
  readonly encoded: string;
}

export interface PublicKeyFacts {
  readonly kind: "RSA" | "EC" | "other";
  /** Of the modulus, or of the curve's order; 0 where it is not known. */
  readonly bits: number;
  /** SubjectPublicKeyInfo in hexadecimal. Two keys are the same when this is. */
  readonly spki: string;
}

export interface SignatureFacts {
  readonly kind: "RSA" | "RSA-PSS" | "ECDSA" | "other";
  readonly hash: "SHA1" | "SHA224" | "SHA256" | "SHA384" | "SHA512" | "other";
}

/** Those that are asked for here (RFC 5280 §4.2.1.3). */
export type KeyUsage = "digitalSignature" | "keyEncipherment" | "keyCertSign" | "other";

/** Whether the second one's key has made the first one's signature, and the names fit. */
export type SignedBy = (certificate: CertificateFacts, issuer: CertificateFacts) => boolean;
