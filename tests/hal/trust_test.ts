/** The drivers of trust keep their contract; what only OpenSSL can say, it says. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createDenoTrust } from "../../hal/drivers/deno_trust.ts";
import { loadOpenssl } from "../../hal/drivers/openssl_library.ts";
import { createOpensslTrust } from "../../hal/drivers/openssl_trust.ts";
import { createSimulatedAuthority } from "../../hal/drivers/simulated_authority.ts";
import { createSimulatedTrust } from "../../hal/drivers/simulated_trust.ts";
import { testTrust, type TrustUnderTest } from "../contract/trust_contract.ts";
import { type Authority, makeAuthority } from "../tls/authority.ts";
import { countedOpenssl } from "../tls/counted_openssl.ts";
import { needing } from "../tls/installed_openssl.ts";

async function made(): Promise<Omit<TrustUnderTest, "trust"> & { readonly authority: Authority }> {
  const root = await makeAuthority({ subject: "/O=Operator/CN=Root" });
  const { certificate: otherRoot } = await makeAuthority({ subject: "/O=Operator/CN=Root" });
  const below = await root.authority({ subject: "/O=Operator/CN=Sub" });
  const leaf = await below.issue({ subject: "/O=Operator/CN=csms.test" });
  return {
    authority: root,
    root: root.certificate,
    otherRoot,
    peerChain: [leaf.certificate, below.certificate],
  };
}

testTrust("openssl", "library", async () => ({ trust: createOpensslTrust(), ...await made() }));
testTrust("node:tls", "nothing", async () => ({ trust: createDenoTrust(), ...await made() }));
testTrust("simulated", "nothing", () => {
  const rootOf = (commonName: string) =>
    createSimulatedAuthority({ organization: "Operator", commonName }, commonName, 0).certificate;
  const [root, otherRoot] = [rootOf("Root"), rootOf("Other")];
  return Promise.resolve({ trust: createSimulatedTrust(), root, otherRoot, peerChain: [root, root] });
});

Deno.test({
  ...needing("library", "openssl: of a root alone it says yes or no, and frees what it has made"),
  fn: async () => {
    const counted = countedOpenssl();
    const trust = createOpensslTrust(counted.load);
    const { authority, root, otherRoot, peerChain } = await made();
    const named = { subject: "/O=Operator/CN=csms.test" };
    const weak = await authority.issue({ ...named, key: "weak" });
    const forClients = await authority.issue({ ...named, purposes: ["clientAuth"] });
    for (const { certificate } of [weak, forClients]) assertEquals(trust.proves(root, [certificate]), false);
    const said = [root, otherRoot, "no certificate"].map((one) => trust.proves(one, peerChain));
    assertEquals([...said, trust.proves(root, [])], [true, false, false, false]);
    assertEquals(trust.rootFlaw(root), null);
    counted.allFreed();
  },
});

Deno.test("openssl: where it is missing, no root can be loaded, and none proves", async () => {
  const trust = createOpensslTrust(() => loadOpenssl(["/nowhere/libssl.so.3"]));
  const { root, peerChain } = await made();
  assertStringIncludes(trust.rootFlaw(root) ?? "", "apt install libssl3");
  assertEquals(trust.proves(root, peerChain), false);
});
