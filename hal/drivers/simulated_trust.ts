/**
 * The port of trust of the simulated world, whose TLS loads whatever is a certificate there, and judges in a handshake alone.
 *
 * Law: pure.
 */
import type { Trust } from "../trust.ts";
import { createSimulatedX509 } from "./simulated_x509.ts";

export function createSimulatedTrust(): Trust {
  const x509 = createSimulatedX509();
  function rootFlaw(root: string): string | null {
    const parsed = x509.parse(root);
    return parsed.kind === "parsed" ? null : parsed.error;
  }
  return { rootFlaw, proves: (root) => rootFlaw(root) === null ? null : false };
}
