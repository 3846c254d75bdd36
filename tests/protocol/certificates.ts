/** Certificates as literals: one that is good in everything, and what makes a case of it. */
import type { CertificateFacts, SignedBy } from "../../protocol/certificate_facts.ts";

export const dayMs = 86_400_000;
/** Today, in every case. */
export const nowMs = Date.UTC(2030, 0, 31);

export type Differently = Partial<Omit<CertificateFacts, "subject" | "issuer">>;

/** `issuer`: the common name of whoever has signed it. */
export function certificate(
  commonName: string,
  issuer: string,
  differently: Differently = {},
): CertificateFacts {
  return {
    pem: `${commonName} of ${issuer}`,
    version: 3,
    serialNumber: "FFF",
    subject: named(commonName),
    issuer: named(issuer),
    notBeforeMs: nowMs - dayMs,
    notAfterMs: nowMs + 365 * dayMs,
    publicKey: { kind: "EC", bits: 256, spki: `key of ${commonName}` },
    signature: { kind: "ECDSA", hash: "SHA256" },
    basicConstraints: null,
    keyUsage: null,
    extendedKeyUsage: null,
    dnsNames: [],
    hasNameConstraints: false,
    unknownCritical: [],
    ...differently,
  };
}

export function authority(
  commonName: string,
  issuer = commonName,
  differently: Differently = {},
): CertificateFacts {
  return certificate(commonName, issuer, {
    basicConstraints: { isCa: true, pathLength: null },
    keyUsage: ["keyCertSign"],
    ...differently,
  });
}

/** Here every signature that is claimed is true. */
export function signedBy(...[one, issuer]: Parameters<SignedBy>): boolean {
  return one.issuer.encoded === issuer.subject.encoded;
}

function named(commonName: string): CertificateFacts["subject"] {
  return { organizations: ["Operator"], commonNames: [commonName], encoded: commonName };
}
