/**
 * What the credentials come to for who looks at a charger: the security profile, and each certificate with its time.
 *
 * Law: no password and no key in it, nor which key it is.
 */
import type { X509 } from "../hal/x509.ts";
import type { CertificateFacts } from "../protocol/certificate_facts.ts";
import type { CertificateUse } from "../protocol/messages/security.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import { servedLast } from "../protocol/proof.ts";
import type { Credentials } from "../storage/credentials.ts";

export interface CredentialsReport {
  /** With which the central system has served the charger last. */
  readonly securityProfile: SecurityProfile;
  /** Those of changes that are still to be proven, the newest first. */
  readonly unproven: readonly SecurityProfile[];
  readonly certificates: readonly CertificateReport[];
}

export interface CertificateReport {
  readonly use: "ChargePointCertificate" | CertificateUse;
  /**
   * `unproven` is tried at the next dial, `upcoming` is not valid yet, `fallback` was replaced by a root that has not proven itself yet.
   */
  readonly state: "installed" | "unproven" | "upcoming" | "fallback";
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export function credentialsReport(
  { proofs, roots, upcoming = [] }: Credentials,
  x509: Pick<X509, "parse">,
): CredentialsReport {
  const served = servedLast(proofs);
  const newer = proofs.filter(({ number }) => number > served.number);
  /** One certificate may stand in several proofs. */
  const seen = new Set<string>();
  const own = [
    { state: "installed" as const, chain: served.certificate?.chain },
    ...newer.map(({ certificate }) => ({ state: "unproven" as const, chain: certificate?.chain })),
    ...upcoming.map(({ chain }) => ({ state: "upcoming" as const, chain })),
  ].flatMap(({ state, chain }) => {
    if (chain === undefined || seen.has(chain)) return [];
    seen.add(chain);
    return reported(x509, chain, { use: "ChargePointCertificate", state });
  });
  const installed = roots.flatMap(({ certificateType, pem, fallback }) =>
    reported(x509, pem, { use: certificateType, state: fallback === true ? "fallback" : "installed" })
  );
  return {
    securityProfile: served.securityProfile,
    unproven: newer.map(({ securityProfile }) => securityProfile),
    certificates: [...own, ...installed],
  };
}

/** Of a chain the leaf; nothing of what cannot be read, since nobody could use it either. */
function reported(
  x509: Pick<X509, "parse">,
  pem: string,
  what: Pick<CertificateReport, "use" | "state">,
): readonly CertificateReport[] {
  const parsed = x509.parse(pem);
  const [leaf] = parsed.kind === "parsed" ? parsed.certificates : [];
  if (leaf === undefined) return [];
  const { subject, issuer, serialNumber, notBeforeMs, notAfterMs } = leaf;
  return [{
    ...what,
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    serialNumber,
    notBeforeMs,
    notAfterMs,
  }];
}

function nameOf({ commonNames, organizations }: CertificateFacts["subject"]): string {
  return [...commonNames.map((name) => `CN=${name}`), ...organizations.map((name) => `O=${name}`)].join(", ");
}
