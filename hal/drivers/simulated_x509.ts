/**
 * X.509 of the simulated world: a certificate is its own facts in PEM's clothing, and its signature the name of a key.
 *
 * Law: pure, and worth nothing: whoever knows the name of a key may sign with it. It keeps the port's contract in everything else.
 */
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { ParsedChain, X509 } from "../x509.ts";

/** What a certificate of the simulated world is made of; the rest of its facts is good. */
export interface SimulatedCertificate {
  readonly serialNumber: string;
  readonly subject: SimulatedName;
  readonly issuer: SimulatedName;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: string;
  /** Whose key has signed it. */
  readonly signedWith: string;
  readonly isCa: boolean;
}

export interface SimulatedName {
  readonly organization: string;
  readonly commonName: string;
}

/** What a signing request of the simulated world asks for. */
export interface SimulatedRequest extends SimulatedName {
  readonly publicKey: string;
}

export function createSimulatedX509(): X509 {
  const parsed = new Map<string, ParsedChain>();
  return {
    // The charger looks at its roots again and again.
    parse: (pem) => {
      const chain = parsed.get(pem) ?? parse(pem);
      parsed.set(pem, chain);
      return chain;
    },
    isSignedBy: (certificate, issuer) =>
      certificate.issuer.encoded === issuer.subject.encoded &&
      written(certificate).signedWith === issuer.publicKey.spki,
    hashData: (certificate, issuer, hashAlgorithm) => ({
      hashAlgorithm,
      issuerNameHash: hash(certificate.issuer.encoded, hashAlgorithm),
      issuerKeyHash: hash(issuer.publicKey.spki, hashAlgorithm),
      serialNumber: certificate.serialNumber,
    }),
    signingRequest: ({ organization, commonName, publicKey, sign }) => {
      const request: SimulatedRequest = { organization, commonName, publicKey };
      sign(new TextEncoder().encode(JSON.stringify(request)));
      return clothed("CERTIFICATE REQUEST", request);
    },
  };
}

/** PEM of a certificate of the simulated world. */
export function simulatedCertificate(certificate: SimulatedCertificate): string {
  return clothed("CERTIFICATE", certificate);
}

/** What stands in a signing request of the simulated world. */
export function simulatedRequest(pem: string): SimulatedRequest {
  return unclothed(pem) as SimulatedRequest;
}

function parse(pem: string): ParsedChain {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n?/g);
  if (blocks === null || blocks.length !== pem.split("-----BEGIN ").length - 1) {
    return { kind: "malformed", error: "write each certificate as simulated PEM" };
  }
  try {
    return { kind: "parsed", certificates: blocks.map(factsOf) };
  } catch {
    return { kind: "malformed", error: "not a certificate of the simulated world" };
  }
}

function factsOf(block: string): CertificateFacts {
  const certificate = unclothed(block) as SimulatedCertificate;
  return {
    pem: simulatedCertificate(certificate),
    version: 3,
    serialNumber: certificate.serialNumber,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    notBeforeMs: certificate.notBeforeMs,
    notAfterMs: certificate.notAfterMs,
    publicKey: { kind: "EC", bits: 256, spki: certificate.publicKey },
    signature: { kind: "ECDSA", hash: "SHA256" },
    basicConstraints: { isCa: certificate.isCa, pathLength: null },
    keyUsage: null,
    extendedKeyUsage: null,
    dnsNames: [],
    hasNameConstraints: false,
    unknownCritical: [],
  };
}

function written({ pem }: CertificateFacts): SimulatedCertificate {
  return unclothed(pem) as SimulatedCertificate;
}

function nameOf({ organization, commonName }: SimulatedName): CertificateFacts["subject"] {
  return {
    organizations: [organization],
    commonNames: [commonName],
    encoded: JSON.stringify([organization, commonName]),
  };
}

/** Any text of a name is in it: percent-encoded, it looks like nothing of PEM's own. */
function clothed(label: string, value: unknown): string {
  const body = encodeURIComponent(JSON.stringify(value)).replaceAll("-", "%2D");
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function unclothed(pem: string): unknown {
  return JSON.parse(decodeURIComponent(pem.split("\n")[1] ?? ""));
}

/** FNV-1a, written as long as the algorithm's own. */
function hash(text: string, algorithm: "SHA256" | "SHA384" | "SHA512"): string {
  let h = 0x811c9dc5;
  for (const letter of `${algorithm} ${text}`) h = Math.imul(h ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0").toUpperCase().repeat(Number(algorithm.slice(3)) / 32);
}
