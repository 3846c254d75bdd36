/** What the credentials come to for who looks at a charger: nothing secret, and each certificate once. */
import { assertEquals } from "@std/assert";
import { credentialsReport } from "../../actors/credentials_report.ts";
import type { Credentials } from "../../storage/credentials.ts";
import { authority, certificate } from "../protocol/certificates.ts";

const own = certificate("SN1", "root");
const next = certificate("SN1", "root", { serialNumber: "2", pem: "next" });
const root = authority("root");
const known = new Map([own, next, root].map((facts) => [facts.pem, facts]));

/** Knows these certificates and no others. */
const x509 = {
  parse: (pem: string) => {
    const facts = known.get(pem);
    return facts === undefined
      ? { kind: "malformed" as const, error: "unknown" }
      : { kind: "parsed" as const, certificates: [facts] };
  },
};

const secret = "00112233445566778899AABBCCDDEEFF";
const credentials: Credentials = {
  chargePointId: "CP001",
  csmsUrl: "ws://csms.test",
  proofs: [
    {
      number: 3,
      securityProfile: 3,
      certificate: { chain: next.pem, keyId: "key-3" },
      authorizationKey: secret,
    },
    {
      number: 2,
      securityProfile: 2,
      certificate: { chain: own.pem, keyId: "key-2" },
      authorizationKey: secret,
    },
  ],
  roots: [
    { certificateType: "CentralSystemRootCertificate", pem: root.pem },
    { certificateType: "CentralSystemRootCertificate", pem: "no certificate", fallback: true },
  ],
  upcoming: [{ chain: own.pem, keyId: "key-2" }],
};

Deno.test("the profile that was served, those to be proven, and each certificate that can be read, once", () => {
  const report = credentialsReport(credentials, x509);
  assertEquals([report.securityProfile, report.unproven], [2, [3]]);
  assertEquals(report.certificates.map(({ use, state, serialNumber }) => [use, state, serialNumber]), [
    ["ChargePointCertificate", "installed", own.serialNumber],
    ["ChargePointCertificate", "unproven", "2"],
    ["CentralSystemRootCertificate", "installed", root.serialNumber],
  ]);
});

Deno.test("neither the password nor a key's name is in it", () => {
  const text = JSON.stringify(credentialsReport(credentials, x509));
  assertEquals([text.includes(secret), text.includes("key-")], [false, false]);
});
