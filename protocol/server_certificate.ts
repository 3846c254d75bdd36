/**
 * What the security white paper demands of the certificate that a central system or a server of files presents (edition 3, §2, §3;
 * RFC 5280 §6), judged on facts.
 *
 * Law: it only adds to what a driver of TLS has refused by itself (the host's name, the handshake's signature, name constraints of DNS names):
 * what one library lets pass and the other does not is refused here, for both.
 */
import {
  chainLengthMax,
  countedBelow,
  flaw,
  isOver,
  isValid,
  lengthFlaw,
  proverFlaw,
  serverAuth,
} from "./certificate.ts";
import type { CertificateFacts, SignedBy } from "./certificate_facts.ts";

/** What is wrong with a peer's certificates, the leaf first; of more than ten, others in whatever order, the first ten count. */
export function serverFlaw(
  peerChain: readonly CertificateFacts[],
  roots: readonly CertificateFacts[],
  nowMs: number,
  signedBy: SignedBy,
): string | null {
  const [leaf, ...others] = peerChain.slice(0, chainLengthMax);
  if (leaf === undefined) return "it has presented none";
  return leafFlaw(leaf, nowMs) ?? pathFlaw({ leaf, others, roots, nowMs, signedBy });
}

function leafFlaw(leaf: CertificateFacts, nowMs: number): string | null {
  const { version, keyUsage, extendedKeyUsage, basicConstraints } = leaf;
  const common = flaw(leaf);
  if (common !== null) return common;
  if (version !== 3) return `it is of version ${version}, not of version 3`;
  if (basicConstraints?.isCa === true) return "it is a CA's";
  // RFC 5246 §7.4.2 wants the one for ECDHE and the other for TLS_RSA_…; many a server has either, whatever it speaks.
  const allowed = keyUsage?.some((usage) => usage === "digitalSignature" || usage === "keyEncipherment");
  if (allowed === false) return "its key usage forbids a handshake";
  if (extendedKeyUsage?.includes(serverAuth) === false) {
    return "its extended key usage forbids to be a TLS server";
  }
  const wildcard = hostNames(leaf).find((name) => name.includes("*") && !/^\*(\.[^*]+)+$/.test(name));
  // RFC 6125 §7.2.
  if (wildcard !== undefined) {
    return `its ${JSON.stringify(wildcard)} is a wildcard for less or more than one label`;
  }
  if (isOver(leaf, nowMs)) return "it has expired";
  return isValid(leaf, nowMs) ? null : "it is not valid yet";
}

/** RFC 2818 §3.1: the common name counts where there is no alternative one. */
function hostNames({ dnsNames, subject }: CertificateFacts): readonly string[] {
  return dnsNames.length > 0 ? dnsNames : subject.commonNames;
}

interface Way {
  readonly leaf: CertificateFacts;
  readonly others: readonly CertificateFacts[];
  readonly roots: readonly CertificateFacts[];
  readonly nowMs: number;
  readonly signedBy: SignedBy;
}

/** Up from the leaf, all ways side by side: one that ends at a good root will do, and the first that is found is the shortest. */
function pathFlaw({ leaf, others, roots, nowMs, signedBy }: Way): string | null {
  const wrongs: string[] = [];
  let left = others;
  let reached = [{ certificate: leaf, below: 0 }];
  while (reached.length > 0) {
    for (const { certificate, below } of reached) {
      for (const root of roots.filter((one) => signedBy(certificate, one))) {
        const wrong = aboveFlaw(root, leaf, below, nowMs);
        if (wrong === null) return null;
        wrongs.push(`the CentralSystemRootCertificate at its end: ${wrong}`);
      }
    }
    const above = left.flatMap((one) => {
      const from = reached.find(({ certificate }) => signedBy(certificate, one));
      return from === undefined ? [] : [{ certificate: one, below: from.below }];
    });
    left = left.filter((one) => !above.some(({ certificate }) => certificate === one));
    reached = above.flatMap(({ certificate, below }) => {
      const wrong = aboveFlaw(certificate, leaf, below, nowMs);
      if (wrong === null) return [{ certificate, below: below + countedBelow(certificate) }];
      wrongs.push(`a CA above it: ${wrong}`);
      return [];
    });
  }
  return wrongs[0] ?? "its path does not end at an installed CentralSystemRootCertificate";
}

function aboveFlaw(
  authority: CertificateFacts,
  leaf: CertificateFacts,
  below: number,
  nowMs: number,
): string | null {
  // What it may sign for is told of alternative names; whether it holds for common names too each library has its own idea of.
  if (authority.hasNameConstraints && leaf.dnsNames.length === 0) {
    return "it has name constraints, and the server's certificate no DNS name among its alternative names";
  }
  return proverFlaw(authority, nowMs) ?? lengthFlaw(authority, below);
}
