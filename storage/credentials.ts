/**
 * Who this charge point is and how it proves it: what is kept beside the store, so that a damaged store can neither lock
 * the charger out nor lower its security.
 *
 * OCPP-J 1.6 §6.2 and security white paper A00, M05: identity, addresses, the proofs (`protocol/proof.ts`) and the roots
 * against which whoever answers is judged. Never a private key: those stay with the key driver.
 */
import { z } from "zod";
import { CertificateUse } from "../protocol/messages/security.ts";
import { ChargePointCertificate, Proofs, SecurityProfile, UPCOMING_MAX } from "../protocol/proof.ts";

/** A message carries 5,500 characters (M05); written in lines of 64, as it is kept, it has at most so many. */
const pemLengthMax = 5_700;

/** A certificate that others are judged by. */
export const InstalledRoot = z.strictObject({
  certificateType: CertificateUse,
  /** PEM. */
  pem: z.string().min(1).max(pemLengthMax),
  /** Replaced by another that it has signed, and kept until that one has proven itself (M05.FR.09 to M05.FR.13). */
  fallback: z.literal(true).exactOptional(),
  /** PEM of whoever has signed it, where that is another: of its key are the hash data, also when it is not installed any more. */
  issuer: z.string().min(1).max(pemLengthMax).exactOptional(),
}).readonly();
export type InstalledRoot = z.infer<typeof InstalledRoot>;

/** By which the AuthorizationKey that the operator gave last is known again; it cannot be had back from it. In hexadecimal. */
export const GivenKey = z.strictObject({
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
}).readonly();
export type GivenKey = z.infer<typeof GivenKey>;

const csmsUrl = z.url({ protocol: /^wss?$/, error: "must be a ws: or wss: URL" });

export const Credentials = z.strictObject({
  /** The last part of the URL, decoded. No colon, which would end the user name in Basic authentication (RFC 7617 §2). */
  chargePointId: z.string().min(1).max(255).regex(/^[^:]*$/, "must not contain a colon"),
  csmsUrl,
  /** Where profiles 2 and 3 are served, if elsewhere (A00.FR.006). */
  csmsSecureUrl: csmsUrl.exactOptional(),
  proofs: Proofs,
  roots: z.array(InstalledRoot).max(100).readonly(),
  /** Absent where none was given, and in files of an earlier program. */
  givenKey: GivenKey.exactOptional(),
  /** The key of the request whose certificate has not come yet (A02.FR.02). */
  pendingKeyId: z.string().min(1).max(64).exactOptional(),
  /** Certificates that are not valid yet (A02.FR.08), which take their turn when they are. */
  upcoming: z.array(ChargePointCertificate).max(UPCOMING_MAX).readonly().exactOptional(),
}).readonly();
export type Credentials = z.infer<typeof Credentials>;

export type CredentialsRead =
  /** Never written: a first boot. */
  | { readonly kind: "absent" }
  /** `damage` tells what was wrong with one of the two copies. */
  | { readonly kind: "read"; readonly credentials: Credentials; readonly damage: string | null }
  /** They were there and cannot be trusted. Not a first boot: to go on with lesser security is the operator's decision. */
  | { readonly kind: "damaged"; readonly error: string };

/** As they were kept before there was a list: one proof, and no roots. */
const Former = z.looseObject({ securityProfile: SecurityProfile, authorizationKey: z.unknown().optional() });

/** What was kept, in the present shape; it is still to be judged. */
export function inPresentShape(kept: unknown): unknown {
  const former = Former.safeParse(kept, { jitless: true });
  if (!former.success) return kept;
  const { securityProfile, authorizationKey, ...rest } = former.data;
  const key = authorizationKey === undefined ? {} : { authorizationKey };
  return { ...rest, proofs: [{ number: 1, securityProfile, ...key }], roots: [] };
}

/** One line, and never a value: it may be a secret. */
export function whatIsWrong(error: z.ZodError<Credentials>): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "credentials"} ${message}`).join("; ");
}
