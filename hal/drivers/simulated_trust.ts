/**
 * The port of trust of the simulated world, whose TLS loads whatever is a certificate there.
 *
 * Law: pure.
 */
import type { Trust } from "../trust.ts";
import { createSimulatedX509 } from "./simulated_x509.ts";

export function createSimulatedTrust(): Trust {
  const x509 = createSimulatedX509();
  return {
    rootFlaw: (root) => {
      const parsed = x509.parse(root);
      return parsed.kind === "parsed" ? null : parsed.error;
    },
  };
}
