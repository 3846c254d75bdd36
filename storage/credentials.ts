/**
 * Who this charge point is and how it proves it: what is kept beside the store, so that a damaged store can neither lock
 * the charger out nor lower its security.
 *
 * OCPP-J 1.6 §6.2 and security white paper A00: the AuthorizationKey is 16 to 20 bytes, written as hexadecimal; profiles 1
 * and 2 need one, profiles 2 and 3 need TLS.
 */
import { z } from "zod";

export const Credentials = z.strictObject({
  /** The last part of the URL, decoded. No colon, which would end the user name in Basic authentication (RFC 7617 §2). */
  chargePointId: z.string().min(1).max(255).regex(/^[^:]*$/, "must not contain a colon"),
  csmsUrl: z.url({ protocol: /^wss?$/, error: "must be a ws: or wss: URL" }),
  securityProfile: z.literal([0, 1, 2, 3]),
  authorizationKey: z.string().regex(/^(?:[0-9A-Fa-f]{2}){16,20}$/, "must be 16 to 20 bytes as hexadecimal")
    .exactOptional(),
}).readonly().superRefine((credentials, context) => {
  const { authorizationKey, csmsUrl, securityProfile } = credentials;
  const basicAuth = securityProfile === 1 || securityProfile === 2;
  if (basicAuth && authorizationKey === undefined) {
    context.addIssue({
      code: "custom",
      path: ["authorizationKey"],
      message: "is needed by security profiles 1 and 2",
    });
  }
  if (securityProfile >= 2 && /^ws:/i.test(csmsUrl)) {
    context.addIssue({
      code: "custom",
      path: ["csmsUrl"],
      message: "must be a wss: URL for security profiles 2 and 3",
    });
  }
});
export type Credentials = z.infer<typeof Credentials>;

export type CredentialsRead =
  /** Never written: a first boot. */
  | { readonly kind: "absent" }
  /** `damage` tells what was wrong with one of the two copies. */
  | { readonly kind: "read"; readonly credentials: Credentials; readonly damage: string | null }
  /** They were there and cannot be trusted. Not a first boot: to go on with lesser security is the operator's decision. */
  | { readonly kind: "damaged"; readonly error: string };

/** One line, and never a value: it may be a secret. */
export function whatIsWrong(error: z.ZodError<Credentials>): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "credentials"} ${message}`).join("; ");
}
