/**
 * ChangeConfiguration of AuthorizationKey and SecurityProfile: what may be changed, and whether the link has to prove it.
 *
 * Law: the security profile goes up or stays (security white paper A00.FR.005, A05.FR.01), and only to where everything is
 * there that the new one needs (A05.FR.02 to A05.FR.04). No refusal quotes a key.
 */
import {
  authorizationKeyBytes,
  authorizationKeyExpected,
  authorizationKeyText,
} from "./authorization_key.ts";
import type { Proof, ProofChange, SecurityProfile } from "./proof.ts";

export type SecurityChange =
  | { readonly kind: "refused"; readonly why: string }
  /** To be kept; `proven`: the connection starts over with it, and what was before stays until it has been served. */
  | { readonly kind: "change"; readonly change: ProofChange; readonly proven: boolean };

/** What the station is able to, and what it has now. */
export interface SecurityFacts {
  /** Those that the station's profile names; 0 is always one. */
  readonly securityProfiles: readonly SecurityProfile[];
  /** Plain characters are taken for a password as well (spec/rpc.md §7). */
  readonly plainAuthorizationKey: boolean;
  readonly hasCentralSystemRoot: boolean;
  /** A certificate of the charge point's own that is valid now. */
  readonly hasChargePointCertificate: boolean;
}

/** `present`: the proof of the connection that the request came on. */
export function judgeAuthorizationKey(value: string, present: Proof, facts: SecurityFacts): SecurityChange {
  const bytes = authorizationKeyBytes(value, { plain: facts.plainAuthorizationKey });
  if (bytes === null) {
    return {
      kind: "refused",
      why: `AuthorizationKey takes ${authorizationKeyExpected(facts.plainAuthorizationKey)}`,
    };
  }
  const proven = present.securityProfile === 1 || present.securityProfile === 2;
  return { kind: "change", change: { authorizationKey: authorizationKeyText(bytes) }, proven };
}

export function judgeSecurityProfile(value: string, present: Proof, facts: SecurityFacts): SecurityChange {
  const now = present.securityProfile;
  const wanted = facts.securityProfiles.find((profile) => String(profile) === value);
  if (wanted === undefined) {
    const known = facts.securityProfiles.join(", ");
    return { kind: "refused", why: `SecurityProfile takes one of ${known}, not ${JSON.stringify(value)}` };
  }
  const missing = whatIsMissing(wanted, present, facts);
  if (wanted <= now) return { kind: "refused", why: `SecurityProfile goes up from ${now}, not to ${wanted}` };
  if (missing !== null) return { kind: "refused", why: `SecurityProfile ${wanted} needs ${missing}` };
  return { kind: "change", change: { securityProfile: wanted }, proven: true };
}

function whatIsMissing(wanted: SecurityProfile, present: Proof, facts: SecurityFacts): string | null {
  const needsKey = wanted === 1 || wanted === 2;
  if (needsKey && present.authorizationKey === undefined) return "an AuthorizationKey";
  if (wanted >= 2 && !facts.hasCentralSystemRoot) return "a valid CentralSystemRootCertificate";
  if (wanted === 3 && !facts.hasChargePointCertificate) return "a valid charge point certificate";
  return null;
}
