/**
 * X.509 with node's cryptography, which does all of it at once and without a wait.
 *
 * Law: one certificate has one PEM text here, whatever the text was that it came in. What is not understood is not signed.
 */
import { Buffer } from "node:buffer";
import { constants, createHash, createPublicKey, verify } from "node:crypto";
import type { CertificateFacts, SignatureFacts } from "../../protocol/certificate_facts.ts";
import type { HashAlgorithm } from "../../protocol/messages/security.ts";
import type { ParsedChain, SigningRequest, X509 } from "../x509.ts";
import { encoded, encodedIdentifier, NotDer, TAG } from "./der.ts";
import type { DerCertificate } from "./der_certificate.ts";
import { hex, readCertificate } from "./der_certificate.ts";

export function createNodeX509(): X509 {
  return { parse, isSignedBy, hashData, signingRequest };
}

function parse(pem: string): ParsedChain {
  const blocks = [
    ...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g),
  ];
  const begun = pem.split("-----BEGIN ").length - 1;
  if (blocks.length === 0 || blocks.length !== begun) {
    return {
      kind: "malformed",
      error: "write each certificate as PEM, -----BEGIN CERTIFICATE----- and so on",
    };
  }
  try {
    return { kind: "parsed", certificates: blocks.map(([, base64 = ""]) => factsOf(bytesOf(base64))) };
  } catch (error) {
    if (error instanceof NotDer) return { kind: "malformed", error: `not a certificate: ${error.message}` };
    throw error;
  }
}

function isSignedBy(certificate: CertificateFacts, issuer: CertificateFacts): boolean {
  if (certificate.issuer.encoded !== issuer.subject.encoded) return false;
  const { signed, signature, saltLength } = read(certificate);
  const { kind, hash } = certificate.signature;
  const algorithm = nodeHash(hash);
  // The key says how it may be used: a signature of another kind is none of its.
  if (algorithm === null || issuer.publicKey.kind !== (kind === "ECDSA" ? "EC" : "RSA")) return false;
  try {
    const key = issuer.publicKey.kind === "EC"
      ? createPublicKey({ key: Buffer.from(read(issuer).spki), format: "der", type: "spki" })
      : createPublicKey({ key: Buffer.from(read(issuer).publicKey), format: "der", type: "pkcs1" });
    const padded = kind === "RSA-PSS" ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } : key;
    return verify(algorithm, signed, padded, signature);
  } catch {
    // A curve or a key that node's cryptography cannot take: nothing it signs can be checked.
    return false;
  }
}

function hashData(
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  hashAlgorithm: HashAlgorithm,
) {
  const hash = (bytes: Uint8Array) =>
    hex(createHash(nodeHash(hashAlgorithm) ?? "sha256").update(bytes).digest());
  return {
    hashAlgorithm,
    issuerNameHash: hash(read(certificate).issuer),
    issuerKeyHash: hash(read(issuer).publicKey),
    serialNumber: certificate.serialNumber,
  };
}

/** RFC 2986 §4: version 0, subject, key, no attributes. */
function signingRequest({ organization, commonName, publicKey, sign }: SigningRequest): string {
  const spki = Uint8Array.from(Buffer.from(publicKey, "hex"));
  const information = encoded(
    TAG.sequence,
    encoded(TAG.integer, Uint8Array.of(0)),
    encoded(TAG.sequence, named("2.5.4.10", organization), named("2.5.4.3", commonName)),
    spki,
    encoded(TAG.context0),
  );
  // An EC key's identifier is in no RSA key.
  const isEc = publicKey.includes(hex(encodedIdentifier("1.2.840.10045.2.1")));
  const algorithm = isEc
    ? encoded(TAG.sequence, encodedIdentifier("1.2.840.10045.4.3.2"))
    : encoded(TAG.sequence, encodedIdentifier("1.2.840.113549.1.1.11"), encoded(TAG.null));
  const signature = encoded(TAG.bitString, Uint8Array.of(0), sign(information));
  return pemOf("CERTIFICATE REQUEST", encoded(TAG.sequence, information, algorithm, signature));
}

function named(type: string, value: string): Uint8Array {
  const text = encoded(TAG.utf8String, new TextEncoder().encode(value));
  return encoded(TAG.set, encoded(TAG.sequence, encodedIdentifier(type), text));
}

function factsOf(der: Uint8Array): CertificateFacts {
  return { pem: pemOf("CERTIFICATE", der), ...readCertificate(der).facts };
}

/** Of facts that came from here: their PEM is ours. */
function read(certificate: CertificateFacts): DerCertificate {
  return readCertificate(bytesOf(certificate.pem.replace(/-----[^-]+-----/g, "")));
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

function pemOf(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function nodeHash(hash: SignatureFacts["hash"]): string | null {
  return /^SHA(256|384|512)$/.test(hash) ? hash.toLowerCase() : null;
}
