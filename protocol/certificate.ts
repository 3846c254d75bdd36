/**
 * What the security white paper demands of a certificate (edition 3, §2, §3, §5; spec/security.md §3, §5), judged on facts.
 *
 * Law: null is good; anything else says what is wrong, for the log. It is the peer's doing and no bug.
 */
import type { CertificateFacts, SignedBy } from "./certificate_facts.ts";

/** In bits (FR.502, FR.503). */
const leastBits = { RSA: 2_048, EC: 224 } as const;

/** A month: then the charge point asks for its next certificate by itself (A03). */
const renewalBeforeMs = 30 * 86_400_000;

/** More cannot stand in a CertificateSigned.req (10,000 characters), and each costs a signature to check. */
export const chainLengthMax = 10;

/** Whoever does not understand them leaves them to a driver of TLS, or refuses. */
export const nameConstraints = "2.5.29.30";

export const serverAuth = "1.3.6.1.5.5.7.3.1";
/** They restrict nothing here, critical or not; Deno's TLS refuses the critical ones by itself, OpenSSL does not. */
const certificatePolicies = "2.5.29.32";

const clientAuth = "1.3.6.1.5.5.7.3.2";
const anyPurpose = "2.5.29.37.0";

/** What is demanded of every certificate, whoever holds it. */
export function flaw(certificate: CertificateFacts): string | null {
  const { publicKey, signature, serialNumber } = certificate;
  const unknown = certificate.unknownCritical.find((name) => name !== certificatePolicies);
  if (publicKey.kind === "other") return "its key is neither RSA nor EC";
  const least = leastBits[publicKey.kind];
  if (publicKey.bits < least) {
    return `its ${publicKey.kind} key has ${publicKey.bits} bits, at least ${least} are demanded`;
  }
  if (signature.kind === "other" || !/^SHA(256|384|512)$/.test(signature.hash)) {
    return `its signature is ${signature.kind} over ${signature.hash}: RSA or ECDSA over SHA256, SHA384 or SHA512 is demanded`;
  }
  // At most 40 digits can be told of it (CertificateHashData).
  if (!/^[0-9A-F]{1,40}$/.test(serialNumber)) {
    return `its serial number is ${serialNumber}: 0 to 20 octets are demanded`;
  }
  if (unknown !== undefined) return `its critical extension ${unknown} is not understood`;
  if (certificate.notAfterMs < certificate.notBeforeMs) return "it ends before it begins";
  return null;
}

/** What is demanded of one that signs others. One that is not valid yet is kept for later. */
export function authorityFlaw(certificate: CertificateFacts, nowMs: number): string | null {
  const { basicConstraints, keyUsage } = certificate;
  const common = flaw(certificate);
  if (common !== null) return common;
  if (certificate.version !== 3 || basicConstraints?.isCa !== true) return "it is not a CA's";
  if (keyUsage?.includes("keyCertSign") === false) return "its key usage forbids to sign certificates";
  return isOver(certificate, nowMs) ? "it has expired" : null;
}

/** What is wrong with one that shall prove a server now. The drivers of TLS understand name constraints. */
export function proverFlaw(certificate: CertificateFacts, nowMs: number): string | null {
  const unknownCritical = certificate.unknownCritical.filter((name) => name !== nameConstraints);
  const wrong = authorityFlaw({ ...certificate, unknownCritical }, nowMs);
  if (wrong !== null) return wrong;
  if (certificate.extendedKeyUsage?.includes(serverAuth) === false) {
    return "its extended key usage forbids to prove a TLS server";
  }
  return isValid(certificate, nowMs) ? null : "it is not valid yet";
}

/** What a charge point certificate must agree with. */
export interface Requested {
  /** SubjectPublicKeyInfo of the pending key; null where nothing was requested. */
  readonly publicKey: string | null;
  /** CpoName: the subject's O (FR.509, A02.FR.13). */
  readonly organization: string;
  /** The charge point's serial number: the subject's CN (FR.511). */
  readonly commonName: string;
  /** The CentralSystemRootCertificates: the operator's hierarchy. */
  readonly roots: readonly CertificateFacts[];
}

/** What is wrong with the chain of a CertificateSigned.req, the leaf first (A02.FR.06, A02.FR.07). */
export function chainFlaw(
  chain: readonly CertificateFacts[],
  requested: Requested,
  nowMs: number,
  signedBy: SignedBy,
): string | null {
  const [leaf, ...authorities] = chain;
  if (requested.publicKey === null) return "no certificate was requested";
  if (leaf === undefined || chain.length > chainLengthMax) {
    return `the chain has ${chain.length} certificates, 1 to ${chainLengthMax} are taken`;
  }
  if (leaf.publicKey.spki !== requested.publicKey) {
    return "the first certificate is not of the key that was sent to be signed";
  }
  return leafFlaw(leaf, requested, nowMs) ?? pathFlaw(leaf, authorities, requested.roots, nowMs, signedBy);
}

function leafFlaw(leaf: CertificateFacts, requested: Requested, nowMs: number): string | null {
  const { subject, keyUsage, extendedKeyUsage, basicConstraints } = leaf;
  const common = flaw(leaf);
  if (common !== null) return common;
  if (isOver(leaf, nowMs)) return "it has expired";
  if (basicConstraints?.isCa === true) return "it is a CA's";
  if (!subject.organizations.includes(requested.organization)) {
    return `its O is ${quoted(subject.organizations)}, not CpoName ${JSON.stringify(requested.organization)}`;
  }
  if (!subject.commonNames.includes(requested.commonName)) {
    const expected = JSON.stringify(requested.commonName);
    return `its CN is ${quoted(subject.commonNames)}, not the serial number ${expected}`;
  }
  if (keyUsage?.includes("digitalSignature") === false) return "its key usage forbids to sign a handshake";
  if (extendedKeyUsage?.some((purpose) => purpose === clientAuth || purpose === anyPurpose) === false) {
    return "its extended key usage forbids to be a TLS client";
  }
  return null;
}

/** RFC 5280 §6.1: each is signed by the next, and the last by a root that is installed, or is one. */
function pathFlaw(
  leaf: CertificateFacts,
  authorities: readonly CertificateFacts[],
  roots: readonly CertificateFacts[],
  nowMs: number,
  signedBy: SignedBy,
): string | null {
  let last = leaf;
  let below = 0;
  for (const [index, authority] of authorities.entries()) {
    const wrong = authorityFlaw(authority, nowMs) ?? lengthFlaw(authority, below);
    const which = `certificate ${index + 2} of the chain`;
    if (wrong !== null) return `${which}: ${wrong}`;
    if (authority.notBeforeMs > Math.max(nowMs, leaf.notBeforeMs)) return `${which}: it is not valid yet`;
    if (!signedBy(last, authority)) return `${which}: it has not signed the one before`;
    last = authority;
    below += countedBelow(authority);
  }
  const proving = roots.filter((root) =>
    root.pem !== leaf.pem && (root.pem === last.pem || signedBy(last, root))
  );
  const wrongs = proving.map((root) => {
    if (isOver(root, nowMs)) return "the CentralSystemRootCertificate at its end has expired";
    const wrong = root.pem === last.pem ? null : lengthFlaw(root, below);
    return wrong === null ? null : `the CentralSystemRootCertificate at its end: ${wrong}`;
  });
  const [wrong = "its path does not end at an installed CentralSystemRootCertificate"] = wrongs;
  return wrongs.includes(null) ? null : wrong;
}

/** What is wrong with a CA above so many others (RFC 5280 §4.2.1.9). */
export function lengthFlaw({ basicConstraints }: CertificateFacts, below: number): string | null {
  const longest = basicConstraints?.pathLength ?? null;
  return longest === null || below <= longest ? null : `it allows ${longest} CAs below it, not ${below}`;
}

/** One that has issued itself a new key is no CA more. */
export function countedBelow({ subject, issuer }: CertificateFacts): 0 | 1 {
  return subject.encoded === issuer.encoded ? 0 : 1;
}

export function isValid({ notBeforeMs, notAfterMs }: CertificateFacts, nowMs: number): boolean {
  return nowMs >= notBeforeMs && nowMs <= notAfterMs;
}

/** When the charge point asks for its successor (A03). */
export function renewalDueMs({ notAfterMs }: CertificateFacts): number {
  return notAfterMs - renewalBeforeMs;
}

/**
 * When a new charge point certificate takes its turn: now, when it becomes valid (A02.FR.08), or never, since of several valid ones
 * that counts whose validity has begun last (A02.FR.09). `present` is null where there is none yet.
 */
export function turnOf(
  leaf: CertificateFacts,
  present: CertificateFacts | null,
  nowMs: number,
): "now" | "later" | "never" {
  if (isOver(leaf, nowMs)) return "never";
  if (leaf.notBeforeMs > nowMs) return "later";
  const isOlder = present !== null && isValid(present, nowMs) && present.notBeforeMs > leaf.notBeforeMs;
  return isOlder ? "never" : "now";
}

export function isOver({ notAfterMs }: CertificateFacts, nowMs: number): boolean {
  return nowMs > notAfterMs;
}

function quoted(names: readonly string[]): string {
  return names.length === 0 ? "absent" : names.map((name) => JSON.stringify(name)).join(", ");
}
