/**
 * What every driver of trust promises (hal/trust.ts).
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import type { Trust } from "../../hal/trust.ts";
import { type Needed, needing } from "../tls/installed_openssl.ts";

/** All is PEM. */
export interface TrustUnderTest {
  readonly trust: Trust;
  readonly root: string;
  readonly otherRoot: string;
  /** Below `root`, the leaf first. */
  readonly peerChain: readonly string[];
}

export function testTrust(name: string, needs: Needed, make: () => Promise<TrustUnderTest>): void {
  const unreadable = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

  function check(promise: string, test: (under: TrustUnderTest) => void): void {
    Deno.test({ ...needing(needs, `${name}: ${promise}`), fn: async () => test(await make()) });
  }

  check("a root can be loaded, and what is no certificate cannot", ({ trust, root }) => {
    assertEquals(trust.rootFlaw(root), null);
    for (const pem of [unreadable, "no certificate"]) assertNotEquals(trust.rootFlaw(pem), null);
  });

  check("a root does not say no to what it proves, nor yes to what it does not", (under) => {
    const { trust, root, otherRoot, peerChain } = under;
    assertNotEquals(trust.proves(root, peerChain), false);
    assertNotEquals(trust.proves(otherRoot, peerChain), true);
    assertNotEquals(trust.proves(root, peerChain.slice(0, 1)), true);
  });

  check("what cannot be loaded proves nobody", ({ trust, peerChain }) => {
    assertEquals(trust.proves(unreadable, peerChain), false);
  });
}
