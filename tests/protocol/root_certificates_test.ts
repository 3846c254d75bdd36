/** Which roots are installed (security white paper M03, M04, M05; AQ-1). */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { CertificateHashData } from "../../protocol/messages/security.ts";
import type {
  HashOf,
  InstalledRoot,
  Presented,
  Removing,
  RootRules,
} from "../../protocol/root_certificates.ts";
import { afterSuccess, install, remove } from "../../protocol/root_certificates.ts";
import type { Differently } from "./certificates.ts";
import { authority, certificate, nowMs, signedBy } from "./certificates.ts";

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
  assertEquals(kept(both, [serverOf("Next")]), [manufacturer(one), central(next, one)]);
  assertEquals(kept(both, [serverOf("One")]), both);
  assertEquals(kept(both, []), both);
  const alone = [manufacturer(two), central(one, one, true)];
  assertEquals(kept(alone, [serverOf("Two")]), alone);
});

/** The operator's root, issued anew under its name and key. */
function again(differently: Differently): CertificateFacts {
  return authority("One", "One", { pem: "again", serialNumber: "2", ...differently });
}

const subOfOne = authority("Sub", "One");
const throughSub = [certificate("csms", "Sub", { dnsNames: ["csms.test"] }), subOfOne];
const short: Differently = { basicConstraints: { isCa: true, pathLength: 0 } };
const constrained: Differently = { hasNameConstraints: true, unknownCritical: ["2.5.29.30"] };

test("M05.FR.13: a successor that would not prove the peer by itself does not end its fallback", () => {
  const successors: readonly Differently[] = [
    short,
    constrained,
    { notBeforeMs: nowMs + 1 },
    { notAfterMs: nowMs - 1 },
  ];
  for (const differently of successors) {
    const both = [central(one, one, true), central(again(differently), one)];
    assertEquals(kept(both, throughSub), both);
  }
  const good = central(again({}), one);
  assertEquals(kept([central(one, one, true), good], throughSub), [good]);
});

/** A server certificate that this one has signed. */
function serverOf(issuer: string): CertificateFacts {
  return certificate("csms", issuer);
}

/** What the station's TLS says of each root alone; without more it cannot say. */
type Says = Presented["proves"];

function unsaid(): null {
  return null;
}

function kept(
  installed: readonly InstalledRoot[],
  peerChain: readonly CertificateFacts[],
  proves: Says = unsaid,
): readonly InstalledRoot[] {
  return afterSuccess(installed, { peerChain, nowMs, signedBy, proves });
}

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
  peerChain: readonly CertificateFacts[] = [],
  { proves = unsaid, loads = () => true }: { readonly proves?: Says; readonly loads?: Removing["loads"] } =
    {},
): readonly InstalledRoot[] | string {
  const came = remove(asked, before, { presented: { peerChain, nowMs, signedBy, proves }, hashOf, loads });
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
    assertEquals(removed(hashOf(idle, idle, "SHA256"), both, [serverOf("One")]), [
      central(one),
      manufacturer(two),
    ]);
    // Where none counts, as before the clock was set, what is no worse is allowed, but for the very last.
    const other = authority("Two", "Two", differently);
    assertEquals(removed(hashOf(idle, idle, "SHA256"), [central(idle), central(other)]), [central(other)]);
    assertMatch(String(removed(hashOf(idle, idle, "SHA256"), [central(idle)])), /^Failed: .* last/);
  });
}

test("M04.FR.06: the one in use stays; as ManufacturerRootCertificate it is not in use", () => {
  const both = [central(one), central(two), manufacturer(two)];
  const asked = hashOf(one, one, "SHA256");
  assertMatch(String(removed(asked, both, [serverOf("One")])), /^Failed: .* present connection/);
  const other = hashOf(two, two, "SHA256");
  assertEquals(removed(other, [central(one), manufacturer(two)], [serverOf("Two")]), [central(one)]);
});

const unfit: readonly [string, Differently][] = [
  ["allows no CA below it", short],
  ["has name constraints", constrained],
  ["has expired", { notAfterMs: nowMs - 1 }],
];
for (const [which, differently] of unfit) {
  test(`M04.FR.06: the one in use stays, beside one of its name and key that ${which}, in either order`, () => {
    const asked = hashOf(one, one, "SHA256");
    const idle = again(differently);
    for (const both of [[central(idle), central(one)], [central(one), central(idle)]]) {
      const all = [...both, central(two)];
      assertMatch(String(removed(asked, all, throughSub)), /^Failed: .* present connection/);
      assertEquals(removed(hashOf(idle, one, "SHA256"), all, throughSub), [central(one), central(two)]);
    }
  });
}

test("M04.FR.06: where either of two proves the peer, either may go", () => {
  const other = again({});
  const both = [central(one), central(other)];
  assertEquals(removed(hashOf(one, one, "SHA256"), both, throughSub), [central(other)]);
  assertEquals(removed(hashOf(other, one, "SHA256"), both, throughSub), [central(one)]);
});

test("M04.FR.06: of two ways up the one that is proven counts, whichever comes first", () => {
  const [leaf] = throughSub;
  assert(leaf !== undefined);
  const crossed = authority("Sub", "Elsewhere");
  for (const peerChain of [[leaf, crossed, subOfOne], [leaf, subOfOne, crossed]]) {
    const why = removed(hashOf(one, one, "SHA256"), [central(one), central(two)], peerChain);
    assertMatch(String(why), /^Failed: .* present connection/);
  }
});

test("M04.FR.06: of two ways up either will do, unless the station's TLS says that it climbs but the other", () => {
  const [leaf] = throughSub;
  assert(leaf !== undefined);
  const both = [central(one), central(two)];
  const crossed = authority("Sub", "Two", { pem: "crossed" });
  const peerChain = [leaf, crossed, subOfOne];
  const asked = hashOf(two, two, "SHA256");
  assertEquals(removed(asked, both, peerChain), [central(one)]);
  assertEquals(removed(asked, both, peerChain, { proves: (root) => root === one }), [central(one)]);
  const firstOnly: Says = (root) => root === two;
  assertMatch(String(removed(asked, both, peerChain, { proves: firstOnly })), inUse);
  assertEquals(removed(hashOf(one, one, "SHA256"), both, peerChain, { proves: firstOnly }), [central(two)]);
  const succession = [central(two, two, true), central(one, two)];
  assertEquals(kept(succession, peerChain, firstOnly), succession);
  assertEquals(kept(succession, peerChain), [central(one, two)]);
});

const inUse = /^Failed: .* present connection/;

test("M04.FR.06: a twin stands in for the one in use only if nothing speaks against it", () => {
  const asked = hashOf(one, one, "SHA256");
  const doubtful: readonly Differently[] = [
    { extendedKeyUsage: ["1.3.6.1.5.5.7.3.2"] },
    { unknownCritical: ["2.5.29.14"] },
    { unknownCritical: ["2.5.29.32"] },
    // Not every TLS knows these.
    { publicKey: { kind: "EC", bits: 521, spki: "key of One" } },
    { publicKey: { kind: "RSA", bits: 16_384, spki: "key of One" } },
  ];
  for (const differently of doubtful) {
    const both = [central(one), central(again(differently))];
    assertMatch(String(removed(asked, both, throughSub)), inUse);
  }
  const [twin, other] = [again({}), central(two)];
  const both = [central(one), central(twin), other];
  assertMatch(String(removed(asked, both, throughSub, { proves: (root) => root !== twin })), inUse);
  assertEquals(removed(asked, both, throughSub, { proves: () => true }), [central(twin), other]);
  // What the station's TLS takes is not good for that alone.
  const clientsOnly = again({ extendedKeyUsage: [] });
  const pair = [central(one), central(clientsOnly)];
  assertMatch(String(removed(asked, pair, throughSub, { proves: () => true })), inUse);
});

test("M04.FR.06: nor does one below which the chain is such that not every TLS takes it", () => {
  const [leaf] = throughSub;
  assert(leaf !== undefined);
  const ways: readonly Differently[] = [
    { signature: { kind: "RSA-PSS", hash: "SHA256" } },
    { signature: { kind: "ECDSA", hash: "SHA512" } },
    { publicKey: { kind: "EC", bits: 224, spki: "key of Sub" } },
    { extendedKeyUsage: ["1.3.6.1.5.5.7.3.2"] },
    { unknownCritical: ["2.5.29.32"] },
    constrained,
  ];
  const both = [central(one), central(two)];
  for (const differently of ways) {
    const peerChain = [leaf, authority("Sub", "Two", { pem: "crossed", ...differently }), subOfOne];
    assertMatch(String(removed(hashOf(one, one, "SHA256"), both, peerChain)), inUse);
    assertEquals(removed(hashOf(two, two, "SHA256"), both, peerChain), [central(one)]);
  }
  const long = [
    ...throughSub,
    ...Array.from({ length: 6 }, (_, index) => authority(`Filler ${index}`, "Two")),
  ];
  const twins = [central(one), central(again({}))];
  assertMatch(String(removed(hashOf(one, one, "SHA256"), twins, long)), inUse);
  assertEquals(removed(hashOf(one, one, "SHA256"), twins, long.slice(0, 7)).length, 1);
});

test("AQ-1: one that the station's TLS cannot load does not count beside the last that does, and may go itself", () => {
  const both = [central(one), central(two)];
  const loads = (root: CertificateFacts) => root !== two;
  assertMatch(String(removed(hashOf(one, one, "SHA256"), both, [], { loads })), /^Failed: .* last/);
  assertEquals(removed(hashOf(two, two, "SHA256"), both, [], { loads }), [central(one)]);
});

test("the first ten of a peer's certificates count, as in the handshake, and its root among them is none of the way", () => {
  const fillers = Array.from({ length: 9 }, (_, index) => authority(`Filler ${index}`, "Two", constrained));
  const [leaf] = throughSub;
  assert(leaf !== undefined);
  const asked = hashOf(one, one, "SHA256");
  const both = [central(one), central(two)];
  assertEquals(removed(asked, both, [leaf, ...fillers, subOfOne]), [central(two)]);
  assertMatch(String(removed(asked, both, [...throughSub, one])), /^Failed: .* present connection/);
});

test("M04.FR.06: a way up through a CA with name constraints stands in for none without", () => {
  const [leaf] = throughSub;
  assert(leaf !== undefined);
  const limited = authority("Sub", "Two", { pem: "limited", ...constrained });
  const why = removed(hashOf(one, one, "SHA256"), [central(one), central(two)], [leaf, limited, subOfOne]);
  assertMatch(String(why), /^Failed: .* present connection/);
});

test("M04.FR.06: one with name constraints that alone proves the peer is in use, beside one that has expired", () => {
  const able = again(constrained);
  const over = authority("One", "One", { notAfterMs: nowMs - 1 });
  const all = [central(over), central(able), central(two)];
  assertMatch(
    String(removed(hashOf(able, able, "SHA256"), all, throughSub)),
    /^Failed: .* present connection/,
  );
  // Some TLS overlooks that a root has expired: only what it says of the other one lets it go.
  assertMatch(String(removed(hashOf(over, over, "SHA256"), all, throughSub)), inUse);
  const left = removed(hashOf(over, over, "SHA256"), all, throughSub, { proves: (root) => root === able });
  assertEquals(left, [central(able), central(two)]);
});

test("M04.FR.06: what has expired since the handshake is in use all the same, and when the clock was set back", () => {
  const over = authority("One", "One", { notAfterMs: nowMs - 1 });
  const leafOver = certificate("csms", "One", { notAfterMs: nowMs - 1 });
  const leafToCome = certificate("csms", "One", { notBeforeMs: nowMs + 1 });
  for (const [root, leaf] of [[over, serverOf("One")], [one, leafOver], [one, leafToCome]] as const) {
    const why = removed(hashOf(root, root, "SHA256"), [central(root), central(two)], [leaf]);
    assertMatch(String(why), /^Failed: .* present connection/);
  }
});

test("a successor that is taken back makes the fallback the one root again", () => {
  const next = authority("Next", "One", { serialNumber: "1000" });
  const both = [central(one, one, true), central(next, one)];
  assertEquals(removed(hashOf(next, one, "SHA256"), both, [serverOf("One")]), [central(one)]);
  assertEquals(removed(hashOf(one, one, "SHA256"), both), [central(next, one)]);
});
