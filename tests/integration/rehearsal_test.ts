/** The rehearsal in the real program, against real TLS, while the link is up. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSecurityLab } from "../conformance/security_lab.ts";
import { certificates } from "../tls/certificates.ts";
import { needing } from "../tls/installed_openssl.ts";
import { startTlsServer } from "../tls/tls_server.ts";
import { startSimulator } from "./simulator_process.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

const password = "first-password-1";

const promise =
  "POST /security/rehearse: profile 2 would open, a wrong password and a strange root would not, and the charger stays as it is";
Deno.test({ ...needing("library", promise), fn: rehearses });

async function rehearses(): Promise<void> {
  await using directory = await temporaryDirectory();
  await using tlsServer = startTlsServer();
  await using lab = await startSecurityLab({ profile: 1, password, tlsServer });
  const { otherRoot } = await certificates();
  const inDirectory = (name: string) => `${directory.path}/${name}`;
  const config = { csms: lab.url, csmsSecure: lab.secureUrl, rootCertificates: [lab.operator.certificate] };
  await Deno.writeTextFile(inDirectory("config.json"), JSON.stringify(config));
  await Deno.writeTextFile(inDirectory("key"), password, { mode: 0o600 });
  await using simulator = await startSimulator(
    directory.path,
    ...["--config", inDirectory("config.json"), "--auth-key-file", inDirectory("key")],
  );
  await lab.connected();
  lab.open(2);
  const rehearse = (change: unknown) => simulator.told("/security/rehearse", change);

  const wrong = await rehearse({ securityProfile: 2, authorizationKey: "another-password" });
  assertEquals([wrong["wouldOpen"], wrong["says"]], [
    false,
    "the central system would refuse it with HTTP 401",
  ]);
  const strange = await rehearse({ securityProfile: 2, rootCertificates: [otherRoot.certificate] });
  assertEquals(strange["wouldOpen"], false);
  assertStringIncludes(String(strange["says"]), "the central system's certificate would not be trusted");
  const { link } = await simulator.status();
  assertEquals([link?.state, link?.securityProfile], ["open", 1]);
  assertEquals(await rehearse({ securityProfile: 2 }), {
    securityProfile: 2,
    url: `${lab.secureUrl}/CP001`,
    wouldOpen: true,
    says: "the connection would open; whether the central system then serves it a rehearsal cannot tell",
    // Of the two that the reference offers the server takes its own favourite.
    tls: { version: "TLSv1.2", cipherSuite: "TLS_RSA_WITH_AES_256_GCM_SHA384" },
  });
}
