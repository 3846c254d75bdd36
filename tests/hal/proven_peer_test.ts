/** The last judgement on a peer: what cannot be read decides nothing, unless it is the peer's own certificate. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { peerFault } from "../../hal/drivers/proven_peer.ts";
import { certificates } from "../tls/certificates.ts";

const unreadable = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

Deno.test("a root or an issuer that cannot be read is passed over, in whatever place", async () => {
  const { root, intermediate, server } = await certificates();
  const peerChain = [server.p256.certificate, unreadable, intermediate.certificate];
  assertEquals(peerFault({ peer: "csms", peerChain, roots: [unreadable, root.certificate] }), null);
});

Deno.test("a certificate of the peer's that cannot be read, and none at all, prove nobody", async () => {
  const { root, server } = await certificates();
  for (const peerChain of [[unreadable, server.p256.certificate], []]) {
    const fault = peerFault({ peer: "csms", peerChain, roots: [root.certificate] });
    assertEquals(fault?.fault, "certificate");
    assertStringIncludes(fault?.message ?? "", "TLS with csms failed: its certificate is refused");
  }
});
