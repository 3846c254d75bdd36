/**
 * Which root certificates are installed: what InstallCertificate, DeleteCertificate and GetInstalledCertificateIds come to
 * (security white paper M03, M04, M05; spec/security.md §6).
 *
 * Law: the last CentralSystemRootCertificate that may prove the central system now stays, and so does every one that the present
 * peer's certificates lead to, unless one that is left surely proves that peer alone (AQ-1, M04.FR.06): no operation locks the charge
 * point out. In doubt a root stays.
 */
import { authorityFlaw, chainLengthMax, proverFlaw } from "./certificate.ts";
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
  /** What the station's own TLS says of a root alone; null where only a handshake can tell. */
  readonly proves: (root: CertificateFacts) => boolean | null;
}

/** What is kept once this peer has served the charge point: a fallback goes when it is proven without one (M05.FR.12, M05.FR.13). */
export function afterSuccess(
  installed: readonly InstalledRoot[],
  presented: Presented,
): readonly InstalledRoot[] {
  const succeeding = installed.filter(({ isFallback }) => !isFallback);
  return succeeding.some((root) => surelyProves(root, presented)) ? succeeding : installed;
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
  /** Whether the station's own TLS can load it as a root. */
  readonly loads: (root: CertificateFacts) => boolean;
}

export function remove(
  asked: CertificateHashData,
  installed: readonly InstalledRoot[],
  { presented, hashOf, loads }: Removing,
): Deletion {
  const found = installed.filter(({ certificate, issuer }) =>
    sameHash(hashOf(certificate, issuer, asked.hashAlgorithm), asked)
  );
  if (found.length === 0) return { status: "NotFound", why: "no installed root has this hash data" };
  const left = installed.filter((root) => !found.includes(root));
  const central = found.filter(isCentral);
  if (found.some((root) => isLedTo(root, presented)) && !left.some((root) => surelyProves(root, presented))) {
    return { status: "Failed", why: "it proves the central system on the present connection" };
  }
  const mayProve = ({ certificate }: InstalledRoot): boolean =>
    proverFlaw(certificate, presented.nowMs) === null && loads(certificate);
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

/** Whether the peer's certificates lead up to it, by signatures alone: then it may be the one that has proven the peer. */
function isLedTo(root: InstalledRoot, { peerChain, signedBy }: Presented): boolean {
  // More do not count (serverFlaw).
  const [leaf, ...others] = peerChain.slice(0, chainLengthMax);
  if (leaf === undefined || !isCentral(root)) return false;
  const reached = new Set([leaf]);
  // What is added is visited too.
  for (const one of reached) {
    if (signedBy(one, root.certificate)) return true;
    for (const other of others) if (signedBy(one, other)) reached.add(other);
  }
  return false;
}

/** Whether it would prove the peer if it were the only one, and without a doubt. */
function surelyProves(root: InstalledRoot, { peerChain, nowMs, signedBy, proves }: Presented): boolean {
  const { certificate } = root;
  if (!isCentral(root) || serverFlaw(peerChain, [certificate], nowMs, signedBy) !== null) return false;
  const said = proves(certificate);
  if (said !== null) return said;
  const plain = peerChain.filter(isPlain);
  return peerChain.length <= plainLengthMax && isPlain(certificate) &&
    serverFlaw(plain, [certificate], nowMs, signedBy) === null;
}

/** Rustls climbs over six CAs, and not more. */
const plainLengthMax = 7;

/** What every TLS takes, as far as these facts tell: of name constraints only a driver of TLS can say what they allow. */
function isPlain({ hasNameConstraints, unknownCritical, publicKey, signature }: CertificateFacts): boolean {
  if (hasNameConstraints || unknownCritical.length > 0 || signature.kind === "RSA-PSS") return false;
  if (publicKey.kind === "RSA") return publicKey.bits <= 8_192;
  return (publicKey.bits === 256 || publicKey.bits === 384) && signature.hash !== "SHA512";
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
