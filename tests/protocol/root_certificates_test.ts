/** Which roots are installed (security white paper M03, M04, M05; AQ-1). */
import { assertEquals, assertMatch } from "@std/assert";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { CertificateHashData } from "../../protocol/messages/security.ts";
import type { HashOf, InstalledRoot, RootRules } from "../../protocol/root_certificates.ts";
import { afterSuccess, install, remove } from "../../protocol/root_certificates.ts";
import type { Differently } from "./certificates.ts";
import { authority, nowMs, signedBy } from "./certificates.ts";

function test(name: string, body: () => void): void {
  Deno.test({ name, permissions: "none" }, body);
}

const plain: RootRules = { lengthMax: 3, additionalCheck: false };
const additional: RootRules = { lengthMax: 3, additionalCheck: true };

function central(certificate: CertificateFacts, issuer = certificate, isFallback = false): InstalledRoot {
  return { certificateType: "CentralSystemRootCertificate", certificate, issuer, isFallback };
}

function manufacturer(certificate: CertificateFacts): InstalledRoot {
  return {
    certificateType: "ManufacturerRootCertificate",
    certificate,
    issuer: certificate,
    isFallback: false,
  };
}

/** Accepted with what is installed then, or why not. */
function installed(
  certificate: CertificateFacts,
  before: readonly InstalledRoot[],
  rules = plain,
  type: InstalledRoot["certificateType"] = "CentralSystemRootCertificate",
): readonly InstalledRoot[] | string {
  const came = install(type, certificate, before, rules, nowMs, signedBy);
  return came.status === "Accepted" ? came.roots : came.why;
}

const [one, two] = [authority("One"), authority("Two")];

test("M05.FR.01: a good one is added, of either type, and several of one type are", () => {
  assertEquals(installed(one, []), [central(one)]);
  assertEquals(installed(two, [central(one)]), [central(one), central(two)]);
  assertEquals(installed(one, [central(one)], plain, "ManufacturerRootCertificate"), [
    central(one),
    manufacturer(one),
  ]);
});

test("the same one again is Accepted and there once, where there is no room for another too", () => {
  const full = [central(one), central(two), manufacturer(two)];
  assertEquals(installed(one, full), full);
});

test("M05.FR.03: CertificateStoreMaxLength counts both types", () => {
  assertMatch(
    String(installed(authority("Three"), [central(one), central(two), manufacturer(two)])),
    /3 are installed/,
  );
});

test("T:078: one that is wrong in itself is Rejected, though it is there already", () => {
  const over = authority("One", "One", { notAfterMs: nowMs - 1 });
  assertMatch(String(installed(over, [central(over)])), /expired/);
});

test("one whose issuer is not here is Rejected: there were no hash data of it", () => {
  assertMatch(String(installed(authority("Sub", "Two"), [central(one)])), /neither self-signed nor/);
});

test("one that an installed root of any type has signed keeps its issuer", () => {
  const sub = authority("Sub", "Two");
  assertEquals(installed(sub, [manufacturer(two)]), [manufacturer(two), central(sub, two)]);
});

test("AdditionalRootCertificateCheck: the first needs no other, and a manufacturer's is none of it", () => {
  assertEquals(installed(one, [], additional), [central(one)]);
  const both = installed(two, [central(one)], additional, "ManufacturerRootCertificate");
  assertEquals(both, [central(one), manufacturer(two)]);
});

test("M05.FR.10: AdditionalRootCertificateCheck: not signed by the one that is there, it is Rejected", () => {
  assertMatch(String(installed(two, [central(one)], additional)), /has not signed it/);
  const signedByMaker = authority("Three", "Two");
  assertMatch(
    String(installed(signedByMaker, [manufacturer(two), central(one)], additional)),
    /has not signed it/,
  );
});

test("M05.FR.11: AdditionalRootCertificateCheck: signed by it, the old one stays as fallback", () => {
  const next = authority("Next", "One");
  const both = [manufacturer(two), central(one, one, true), central(next, one)];
  assertEquals(installed(next, [manufacturer(two), central(one)], additional), both);
  assertMatch(String(installed(authority("Later", "Next"), both, additional)), /CertificateStoreMaxLength/);
  const rules = { ...additional, lengthMax: 9 };
  assertMatch(String(installed(authority("Later", "Next"), both, rules)), /has not proven/);
});

test("M05.FR.12: the first success with the new one erases the fallback, one with the fallback does not", () => {
  const next = authority("Next", "One");
  const both = [manufacturer(one), central(one, one, true), central(next, one)];
  assertEquals(afterSuccess(both, next), [manufacturer(one), central(next, one)]);
  assertEquals(afterSuccess(both, one), both);
  assertEquals(afterSuccess([manufacturer(two), central(one, one, true)], two), [
    manufacturer(two),
    central(one, one, true),
  ]);
});

function hashOf(...[certificate, issuer, hashAlgorithm]: Parameters<HashOf>): CertificateHashData {
  return {
    hashAlgorithm,
    issuerNameHash: `${hashAlgorithm} of ${certificate.issuer.encoded}`,
    issuerKeyHash: `${hashAlgorithm} of ${issuer.publicKey.spki}`,
    serialNumber: certificate.serialNumber,
  };
}

function removed(
  asked: CertificateHashData,
  before: readonly InstalledRoot[],
  inUse: CertificateFacts | null = null,
): readonly InstalledRoot[] | string {
  const came = remove(asked, before, { inUse, nowMs, hashOf });
  return came.status === "Accepted" ? came.roots : `${came.status}: ${came.why}`;
}

test("M04.FR.01: it is found by the algorithm that was given, without regard to case and leading zeros", () => {
  const both = [central(one), central(two)];
  for (const algorithm of ["SHA256", "SHA384", "SHA512"] as const) {
    assertEquals(removed(hashOf(one, one, algorithm), both), [central(two)]);
  }
  const { issuerNameHash, issuerKeyHash, serialNumber } = hashOf(one, one, "SHA256");
  const small = {
    hashAlgorithm: "SHA256" as const,
    issuerNameHash: issuerNameHash.toLowerCase(),
    issuerKeyHash: issuerKeyHash.toLowerCase(),
    serialNumber: `00${serialNumber.toLowerCase()}`,
  };
  assertEquals(removed(small, both), [central(two)]);
});

test("M04.FR.03: each of the three has to fit", () => {
  const asked = hashOf(one, one, "SHA256");
  for (const wrong of [{ issuerNameHash: "0" }, { issuerKeyHash: "0" }, { serialNumber: "0" }]) {
    assertMatch(String(removed({ ...asked, ...wrong }, [central(one), central(two)])), /^NotFound/);
  }
});

test("AQ-1: the last CentralSystemRootCertificate stays; the last ManufacturerRootCertificate may go", () => {
  assertMatch(
    String(removed(hashOf(one, one, "SHA256"), [central(one), manufacturer(two)])),
    /^Failed: .* last/,
  );
  assertEquals(removed(hashOf(two, two, "SHA256"), [central(one), manufacturer(two)]), [central(one)]);
});

const notNow: readonly [string, Differently][] = [
  ["that has expired", { notAfterMs: nowMs - 1 }],
  ["that is not valid yet", { notBeforeMs: nowMs + 1 }],
  ["that no server may be proven by", { signature: { kind: "RSA", hash: "SHA1" } }],
];
for (const [which, differently] of notNow) {
  test(`AQ-1: one ${which} does not count beside the last that does, and may go itself`, () => {
    const idle = authority("One", "One", { pem: "idle", serialNumber: "1", ...differently });
    const both = [central(idle), central(one), manufacturer(two)];
    assertMatch(String(removed(hashOf(one, one, "SHA256"), both)), /^Failed: .* last/);
    assertEquals(removed(hashOf(idle, idle, "SHA256"), both, one), [central(one), manufacturer(two)]);
    // Where none counts, as before the clock was set, what is no worse is allowed, but for the very last.
    const other = authority("Two", "Two", differently);
    assertEquals(removed(hashOf(idle, idle, "SHA256"), [central(idle), central(other)]), [central(other)]);
    assertMatch(String(removed(hashOf(idle, idle, "SHA256"), [central(idle)])), /^Failed: .* last/);
  });
}

test("M04.FR.06: the one in use stays; as ManufacturerRootCertificate it is not in use", () => {
  const both = [central(one), central(two), manufacturer(two)];
  assertMatch(String(removed(hashOf(one, one, "SHA256"), both, one)), /^Failed: .* present connection/);
  const asked = hashOf(two, two, "SHA256");
  assertEquals(removed(asked, [central(one), manufacturer(two)], two), [central(one)]);
});

test("a successor that is taken back makes the fallback the one root again", () => {
  const next = authority("Next", "One", { serialNumber: "1000" });
  const both = [central(one, one, true), central(next, one)];
  assertEquals(removed(hashOf(next, one, "SHA256"), both, one), [central(one)]);
  assertEquals(removed(hashOf(one, one, "SHA256"), both, null), [central(next, one)]);
});
