/**
 * Whom the central system lets in, by what the charger comes with (security white paper A00, A01.FR.03, A05.FR.09).
 *
 * Law: a function of the knock, of what is demanded by then, and of the time.
 */
import type { SimulatedPeer } from "../../hal/drivers/simulated_peer.ts";
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import type { TlsFault } from "../../hal/stream.ts";
import { authorizationKeyText } from "../../protocol/authorization_key.ts";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import { simulatedPublicKey } from "../../storage/drivers/memory_key_ring.ts";
import { profileOf } from "./faulty_dial.ts";

export type Knock = SimulatedPeer["request"];

export interface Demands {
  /** As which it has come last: below that nobody is let in any more. */
  served: SecurityProfile;
  /** As which it may come as well. */
  wished: SecurityProfile | null;
  password: string;
  /** Asked for and not answered, where that is let in too. */
  offered: string | null;
  /** PEM: what the charger must have to prove the central system by. */
  root: string;
  /** Leaves that are not known yet. */
  readonly forgotten: Set<string>;
}

export interface Operator {
  /** Whose signature counts. */
  readonly authorities: readonly CertificateFacts[];
  /** The keys that the charger has. */
  readonly keyIds: () => readonly string[];
  readonly nowMs: () => number;
}

const x509 = createSimulatedX509();

/** Null lets in; a number is an HTTP status, a word the fault of TLS. */
export function refusalOf(knock: Knock, demands: Demands, operator: Operator): number | TlsFault | null {
  const profile = profileOf(knock);
  const { served, wished, password, offered } = demands;
  if (knock.tls !== undefined && !knock.tls.roots.includes(demands.root)) return "certificate";
  if (profile < served || profile > served && profile !== wished) return 403;
  switch (profile) {
    case 0:
      return null;
    case 1:
    case 2:
      return [password, offered].includes(passwordOf(knock)) ? null : 401;
    case 3:
      return isOwnCertificate(knock, demands, operator) ? null : "refusedUs";
  }
}

function isOwnCertificate(
  { tls }: Knock,
  { forgotten }: Demands,
  { authorities, keyIds, nowMs }: Operator,
): boolean {
  const { chain = "", keyId = "" } = tls?.certificate ?? {};
  const leaf = leafOf(chain);
  if (leaf === null || !keyIds().includes(keyId) || forgotten.has(leaf.pem)) return false;
  return authorities.some((one) => x509.isSignedBy(leaf, one)) &&
    leaf.publicKey.spki === simulatedPublicKey(keyId) &&
    nowMs() >= leaf.notBeforeMs && nowMs() <= leaf.notAfterMs;
}

/** What it has proven itself by: the leaf of its certificate, or its password. */
export function provenBy(knock: Knock): string {
  return leafOf(knock.tls?.certificate?.chain ?? "")?.pem ?? passwordOf(knock);
}

export function leafOf(chain: string): CertificateFacts | null {
  const parsed = x509.parse(chain);
  return parsed.kind === "parsed" ? parsed.certificates[0] ?? null : null;
}

function passwordOf({ basicAuth }: Knock): string {
  return authorizationKeyText(basicAuth?.password ?? new Uint8Array());
}
