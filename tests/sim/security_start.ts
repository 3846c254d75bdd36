/**
 * How a run begins as far as security goes: by what the charger proves itself, and how its central system takes changes.
 *
 * Law: a function of the seed; plain data, so that a scenario can be kept with it. The same authority and the same secrets in
 * every world.
 */
import { createSimulatedAuthority, type SimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import type { SecurityProfile } from "../../protocol/proof.ts";
import type { Credentials } from "../../storage/credentials.ts";
import { simulatedPublicKey } from "../../storage/drivers/memory_key_ring.ts";
import { type Draw, oneOf } from "./draw.ts";
import { startWallMs } from "./hierarchy.ts";

export interface SecurityStart {
  readonly securityProfile: SecurityProfile;
  /** Lets in what it has asked for, also where it has not heard the answer. */
  readonly takesUnheard: boolean;
  /** The charger has the operator's root from the beginning; with profiles 2 and 3 it has in any case. */
  readonly hasRoot: boolean;
}

/** Of scenarios that were kept before there was any. */
export const unsecuredStart: SecurityStart = { securityProfile: 0, takesUnheard: false, hasRoot: false };

export const firstPassword = "6f6c6420".repeat(4);
const firstKeyId = "one";
const yearMs = 365 * 86_400_000;

export function drawSecurity(draw: Draw): SecurityStart {
  return {
    securityProfile: oneOf(draw, [0, 0, 1, 1, 2, 3] as const),
    takesUnheard: draw() < 0.5,
    hasRoot: draw() < 0.7,
  };
}

/** What the charger is delivered with. */
export function firstCredentials(
  { securityProfile, hasRoot }: SecurityStart,
): { readonly credentials: Partial<Credentials>; readonly keyIds: readonly string[] } {
  if (securityProfile === 0 && !hasRoot) return { credentials: {}, keyIds: [] };
  const root = authorityOf(0);
  const isProven = securityProfile >= 2;
  const chain = root.sign(requestOf("CP001", simulatedPublicKey(firstKeyId)), startWallMs, {
    notAfterMs: startWallMs + yearMs,
  });
  const proof = {
    number: 1,
    securityProfile,
    ...(securityProfile === 0 ? {} : { authorizationKey: firstPassword }),
    ...(securityProfile === 3 ? { certificate: { chain, keyId: firstKeyId } } : {}),
  };
  const roots = isProven || hasRoot
    ? [{ certificateType: "CentralSystemRootCertificate", pem: root.certificate } as const]
    : [];
  return { credentials: { proofs: [proof], roots }, keyIds: securityProfile === 3 ? [firstKeyId] : [] };
}

/** The operator's hierarchy: the first signs itself, and each other one is signed by the one before it. */
export function authorityOf(generation: number): SimulatedAuthority {
  const key = (of: number) => `root key ${of}`;
  const name = (of: number) => ({ organization: "Operator", commonName: `Root ${of}` });
  const above = Math.max(0, generation - 1);
  return createSimulatedAuthority(name(generation), key(generation), startWallMs, {
    // No other certificate of the one above has it: by its issuer and its number a root is deleted.
    serialNumber: `A${generation}`,
    issuer: name(above),
    signedWith: simulatedPublicKey(key(above)),
  });
}

/** A signing request for this name and key. */
export function requestOf(commonName: string, publicKey: string): string {
  const sign = () => new Uint8Array(1);
  return createSimulatedX509().signingRequest({ organization: "Operator", commonName, publicKey, sign });
}
