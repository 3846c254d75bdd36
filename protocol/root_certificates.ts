/**
 * Which root certificates are installed: what InstallCertificate, DeleteCertificate and GetInstalledCertificateIds come to
 * (security white paper M03, M04, M05; spec/security.md §6).
 *
 * Law: the last CentralSystemRootCertificate that may prove the central system now stays, and so does the one that proves the
 * present connection (AQ-1, M04.FR.06): no operation locks the charge point out. What proves it is judged as the handshake was.
 */
import { authorityFlaw, chainLengthMax, isValid, proverFlaw } from "./certificate.ts";
import type { CertificateFacts, SignedBy } from "./certificate_facts.ts";
import type { CertificateHashData, CertificateUse, HashAlgorithm } from "./messages/security.ts";
import { serverFlaw } from "./server_certificate.ts";

export interface InstalledRoot {
  readonly certificateType: CertificateUse;
  readonly certificate: CertificateFacts;
  /** Itself where it is self-signed. Its key goes into the hash data, even when it is not installed any more. */
  readonly issuer: CertificateFacts;
  /** It has been replaced, and is kept until its successor has proven the peer (M05.FR.11). */
  readonly isFallback: boolean;
}

export interface RootRules {
  /** CertificateStoreMaxLength, of both types together. */
  readonly lengthMax: number;
  /** AdditionalRootCertificateCheck (M05.FR.08). */
  readonly additionalCheck: boolean;
}

/** `roots` are those that are installed then: the same ones where the certificate was there already. */
export type Installation =
  | { readonly status: "Accepted"; readonly roots: readonly InstalledRoot[] }
  /** `isFlawed`: it is no good wherever it were installed. */
  | { readonly status: "Rejected"; readonly why: string; readonly isFlawed: boolean };

export function install(
  certificateType: CertificateUse,
  certificate: CertificateFacts,
  installed: readonly InstalledRoot[],
  rules: RootRules,
  nowMs: number,
  signedBy: SignedBy,
): Installation {
  const wrong = authorityFlaw(certificate, nowMs);
  if (wrong !== null) return { status: "Rejected", why: wrong, isFlawed: true };
  const ofType = installed.filter((root) => root.certificateType === certificateType);
  if (ofType.some((root) => root.certificate.pem === certificate.pem)) {
    return { status: "Accepted", roots: installed };
  }
  if (installed.length >= rules.lengthMax) {
    return rejected(`${installed.length} are installed, and CertificateStoreMaxLength is ${rules.lengthMax}`);
  }
  const issuer = [certificate, ...installed.map((root) => root.certificate)].find((one) =>
    signedBy(certificate, one)
  );
  if (issuer === undefined) return rejected("it is neither self-signed nor signed by an installed root");
  const added: InstalledRoot = { certificateType, certificate, issuer, isFallback: false };
  const succeeds = rules.additionalCheck && certificateType === "CentralSystemRootCertificate" &&
    ofType.length > 0;
  return succeeds ? successor(added, installed, ofType, signedBy) : {
    status: "Accepted",
    roots: [...installed, added],
  };
}

/** M05.FR.09, M05.FR.10: there is one CentralSystemRootCertificate, and it signs the next. */
function successor(
  added: InstalledRoot,
  installed: readonly InstalledRoot[],
  present: readonly InstalledRoot[],
  signedBy: SignedBy,
): Installation {
  if (present.some(({ isFallback }) => isFallback)) {
    return rejected("the last one that was installed has not proven the central system yet");
  }
  const signer = present.find(({ certificate }) => signedBy(added.certificate, certificate));
  if (signer === undefined) {
    return rejected(
      "AdditionalRootCertificateCheck: the installed CentralSystemRootCertificate has not signed it",
    );
  }
  const roots = installed.map((root) => present.includes(root) ? { ...root, isFallback: true } : root);
  return { status: "Accepted", roots: [...roots, { ...added, issuer: signer.certificate }] };
}

/** What the central system has presented, and when it is judged. */
export interface Presented {
  /** The leaf first; empty without TLS. */
  readonly peerChain: readonly CertificateFacts[];
  readonly nowMs: number;
  readonly signedBy: SignedBy;
}

/** What is kept once this peer has served the charge point: a fallback goes when it is proven without one (M05.FR.12, M05.FR.13). */
export function afterSuccess(
  installed: readonly InstalledRoot[],
  presented: Presented,
): readonly InstalledRoot[] {
  const succeeding = installed.filter(({ isFallback }) => !isFallback);
  return stillProven(presented, installed, succeeding) === "yes" ? succeeding : installed;
}

export type Deletion =
  | { readonly status: "Accepted"; readonly roots: readonly InstalledRoot[] }
  | { readonly status: "Failed" | "NotFound"; readonly why: string };

/** Computes the hash data of a certificate, given its issuer. */
export type HashOf = (
  certificate: CertificateFacts,
  issuer: CertificateFacts,
  algorithm: HashAlgorithm,
) => CertificateHashData;

export interface Removing {
  /** On the present connection. */
  readonly presented: Presented;
  readonly hashOf: HashOf;
}

export function remove(
  asked: CertificateHashData,
  installed: readonly InstalledRoot[],
  { presented, hashOf }: Removing,
): Deletion {
  const found = installed.filter(({ certificate, issuer }) =>
    sameHash(hashOf(certificate, issuer, asked.hashAlgorithm), asked)
  );
  if (found.length === 0) return { status: "NotFound", why: "no installed root has this hash data" };
  const left = installed.filter((root) => !found.includes(root));
  const central = found.filter(isCentral);
  if (stillProven(presented, installed, left) === "no") {
    return { status: "Failed", why: "it proves the central system on the present connection" };
  }
  const mayProve = (root: InstalledRoot): boolean => proverFlaw(root.certificate, presented.nowMs) === null;
  const counts = central.some(mayProve) ? mayProve : () => true;
  if (central.length > 0 && !left.some((root) => isCentral(root) && counts(root))) {
    return { status: "Failed", why: "it is the last CentralSystemRootCertificate that counts" };
  }
  // A successor that is taken back makes the fallback the one root again.
  const isSucceeded = left.some((root) => isCentral(root) && !root.isFallback);
  return {
    status: "Accepted",
    roots: isSucceeded ? left : left.map((root) => ({ ...root, isFallback: false })),
  };
}

/**
 * Whether those that are left prove the peer in each way in which all of them do: a driver of TLS does not tell which one it has
 * taken. "unproven": all of them do not.
 */
function stillProven(
  presented: Presented,
  installed: readonly InstalledRoot[],
  left: readonly InstalledRoot[],
): "yes" | "no" | "unproven" {
  const { nowMs, signedBy } = presented;
  // More do not count (serverFlaw).
  const peerChain = presented.peerChain.slice(0, chainLengthMax);
  const first = firstWay(peerChain, nowMs, signedBy);
  const ways: readonly Way[] = [
    // What name constraints allow only a driver can say.
    { chain: peerChain.filter(isFree), fit: (roots) => roots.filter(isFree) },
    { chain: first, fit: (roots) => roots },
    { chain: first, fit: (roots) => roots.filter(isFree) },
  ];
  // What has expired since the handshake, or lies ahead since the clock was set back, has proven it all the same.
  const once: Way = { chain: peerChain.map(endless), fit: (roots) => roots.map(endless) };
  const proves = ({ chain, fit }: Way, roots: readonly InstalledRoot[]): boolean =>
    serverFlaw(chain, fit(roots.filter(isCentral).map(({ certificate }) => certificate)), nowMs, signedBy) ===
      null;
  const open = ways.filter((way) => proves(way, installed));
  if (open.length > 0) return open.every((way) => proves(way, left)) ? "yes" : "no";
  return proves(once, installed) && !proves(once, left) ? "no" : "unproven";
}

interface Way {
  readonly chain: readonly CertificateFacts[];
  readonly fit: (roots: readonly CertificateFacts[]) => readonly CertificateFacts[];
}

/** As OpenSSL climbs: to the first issuer that is valid, and never back. */
function firstWay(
  peerChain: readonly CertificateFacts[],
  nowMs: number,
  signedBy: SignedBy,
): readonly CertificateFacts[] {
  const way: CertificateFacts[] = [];
  for (let last = peerChain[0]; last !== undefined;) {
    const certificate = last;
    way.push(certificate);
    last = peerChain.find((one) => !way.includes(one) && isValid(one, nowMs) && signedBy(certificate, one));
  }
  return way;
}

function isFree({ hasNameConstraints }: CertificateFacts): boolean {
  return !hasNameConstraints;
}

function endless(certificate: CertificateFacts): CertificateFacts {
  return { ...certificate, notBeforeMs: -Infinity, notAfterMs: Infinity };
}

function isCentral({ certificateType }: InstalledRoot): boolean {
  return certificateType === "CentralSystemRootCertificate";
}

/** CiString: without case. Leading zeros are none of the number. */
function sameHash(one: CertificateHashData, other: CertificateHashData): boolean {
  const folded = ({ issuerNameHash, issuerKeyHash, serialNumber }: CertificateHashData) =>
    [issuerNameHash, issuerKeyHash, serialNumber.replace(/^0+(?=.)/, "")].join(" ").toUpperCase();
  return folded(one) === folded(other);
}

function rejected(why: string): Installation {
  return { status: "Rejected", why, isFlawed: false };
}
