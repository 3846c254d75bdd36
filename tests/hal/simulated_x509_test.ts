/** The X.509 of the simulated world keeps the contract of the real one. */
import { createSimulatedX509 } from "../../hal/drivers/simulated_x509.ts";
import { createMemoryKeyRing } from "../../storage/drivers/memory_key_ring.ts";
import { createSimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { testX509 } from "../contract/x509_contract.ts";

let roots = 0;

testX509("simulated", () => {
  const clock = createSimulatedClock({ startWallMs: 1_900_000_000_000 });
  return Promise.resolve({
    x509: createSimulatedX509(),
    ring: createMemoryKeyRing({ clock, generationMs: 0, keyIds: ["k1"] }).ring,
    root: (organization, commonName) => {
      const authority = createSimulatedAuthority(
        { organization, commonName },
        `root ${++roots}`,
        clock.wallMs(),
      );
      const sign = (request: string) => Promise.resolve(authority.sign(request, clock.wallMs()));
      return Promise.resolve({ certificate: authority.certificate, sign });
    },
    nowMs: () => clock.wallMs(),
  });
});
