/** The last judgement on a peer: what cannot be read decides nothing, unless it is the peer's own certificate. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { peerFault } from "../../hal/drivers/proven_peer.ts";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { InstalledRoot } from "../../protocol/root_certificates.ts";
import { afterSuccess, remove } from "../../protocol/root_certificates.ts";
import { makeAuthority } from "../tls/authority.ts";
import { certificates, unreadable } from "../tls/certificates.ts";

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

const x509 = createNodeX509();

function read(pem: string): CertificateFacts {
  const parsed = x509.parse(pem);
  assert(parsed.kind === "parsed" && parsed.certificates[0] !== undefined);
  return parsed.certificates[0];
}

Deno.test("M04.FR.06, M05.FR.13: whatever goes from two roots of one name and key, the peer is proven at the next dial", async () => {
  const subject = "/O=Operator/CN=Root";
  const root = await makeAuthority({ subject });
  const short = await makeAuthority({ subject, key: { pem: root.privateKey }, pathLength: 0 });
  const sub = await root.authority({ subject: "/O=Operator/CN=Sub" });
  const crossed = await sub.crossSignedBy(await makeAuthority({ subject: "/O=Elsewhere/CN=Root" }));
  const leaf = await sub.issue({ subject: "/O=Operator/CN=csms.test", alternativeNames: "DNS:csms.test" });
  const peerChain = [leaf.certificate, crossed, sub.certificate];
  const presented = {
    peerChain: peerChain.map(read),
    nowMs: Date.now(),
    signedBy: x509.isSignedBy,
    proves: () => null,
  };
  const isProven = (roots: readonly InstalledRoot[]) =>
    peerFault({ peer: "csms", peerChain, roots: roots.map(({ certificate }) => certificate.pem) }) === null;
  const central = (pem: string, isFallback: boolean): InstalledRoot => {
    const certificate = read(pem);
    return {
      certificateType: "CentralSystemRootCertificate",
      certificate,
      issuer: certificate,
      isFallback,
    };
  };
  for (const [older, newer] of [[root, short], [short, root]] as const) {
    const both = [central(older.certificate, true), central(newer.certificate, false)];
    assert(isProven(both) && isProven(afterSuccess(both, presented)));
    assertEquals(afterSuccess(both, presented).length, newer === root ? 1 : 2);
    for (const { certificate } of both) {
      const asked = x509.hashData(certificate, certificate, "SHA256");
      const came = remove(asked, both, { presented, hashOf: x509.hashData, loads: () => true });
      const isIdle = certificate.pem === read(short.certificate).pem;
      assertEquals(came.status, isIdle ? "Accepted" : "Failed");
      assert(came.status !== "Accepted" || isProven(came.roots));
    }
  }
});
