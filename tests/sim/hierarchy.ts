/**
 * The operator's certificates in the simulated world: its root, and what its root signs.
 *
 * Law: everything is valid from the day before the world begins.
 */
import { createSimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import type { SimulatedCertificate } from "../../hal/drivers/simulated_x509.ts";
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import type { ChargePointCertificate } from "../../protocol/proof.ts";
import { simulatedPublicKey } from "../../storage/drivers/memory_key_ring.ts";

/** 2026-01-01T00:00:00Z: any moment would do, but the same for every run. */
export const startWallMs = 1_767_225_600_000;

export const operator = createSimulatedAuthority(
  { organization: "Operator", commonName: "Root" },
  "root key",
  startWallMs,
);

export const operatorRoot = {
  certificateType: "CentralSystemRootCertificate",
  pem: operator.certificate,
} as const;

/** A charge point certificate of CP001 for this key, by the operator's root. */
export function ownCertificate(
  keyId: string,
  differently: Partial<SimulatedCertificate> = {},
): ChargePointCertificate {
  const request = createSimulatedX509().signingRequest({
    organization: "Operator",
    commonName: "CP001",
    publicKey: simulatedPublicKey(keyId),
    sign: () => new Uint8Array(1),
  });
  return { chain: operator.sign(request, startWallMs, differently), keyId };
}
