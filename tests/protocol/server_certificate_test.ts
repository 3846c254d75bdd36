/** What is demanded of a peer's certificates beyond what a driver of TLS sees to (security white paper §2, §3; the FR's in the names). */
import { assertEquals, assertMatch } from "@std/assert";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import { serverFlaw } from "../../protocol/server_certificate.ts";
import type { Differently } from "./certificates.ts";
import { authority, certificate, dayMs, nowMs, signedBy } from "./certificates.ts";

const root = authority("Root");
const sub = authority("Sub", "Root");

/** Null where it is good; else what its flaw says. */
function check(
  name: string,
  peerChain: readonly CertificateFacts[],
  expected: RegExp | null,
  roots: readonly CertificateFacts[] = [authority("Other"), root],
): void {
  Deno.test({ name, permissions: "none" }, () => {
    const found = serverFlaw(peerChain, roots, nowMs, signedBy);
    if (expected === null) assertEquals(found, null);
    else assertMatch(found ?? "good", expected);
  });
}

function server(differently: Differently = {}, issuer = "Root"): CertificateFacts {
  return certificate("csms", issuer, differently);
}

const serverAuth = "1.3.6.1.5.5.7.3.1";
const isCa = { isCa: true, pathLength: null };
const leaves: readonly [string, Differently, RegExp | null][] = [
  ["a leaf of the root is good", {}, null],
  ["CA:FALSE is good", { basicConstraints: { isCa: false, pathLength: null } }, null],
  ["CA:TRUE is not", { basicConstraints: isCa }, /it is a CA's/],
  ["version 1 is not", { version: 1 }, /version 1/],
  ["FR.512: with digitalSignature", { keyUsage: ["digitalSignature"] }, null],
  ["FR.512: with keyEncipherment, for TLS_RSA_…", { keyUsage: ["keyEncipherment", "other"] }, null],
  ["FR.512: keyCertSign alone forbids a handshake", { keyUsage: ["keyCertSign"] }, /key usage forbids/],
  ["FR.512: nothing at all does", { keyUsage: [] }, /key usage forbids/],
  ["for TLS servers", { extendedKeyUsage: [serverAuth] }, null],
  ["for TLS clients alone", { extendedKeyUsage: ["1.3.6.1.5.5.7.3.2"] }, /TLS server/],
  ["FR.502: RSA of 1024 bits", { publicKey: { kind: "RSA", bits: 1_024, spki: "k" } }, /1024 bits/],
  ["FR.503: EC of 192 bits", { publicKey: { kind: "EC", bits: 192, spki: "k" } }, /192 bits/],
  ["FR.504: SHA1", { signature: { kind: "RSA", hash: "SHA1" } }, /SHA1/],
  ["critical and not understood", { unknownCritical: ["1.2.3"] }, /1\.2\.3/],
  ["with a wildcard for a label", { dnsNames: ["csms.test", "*.example.com"] }, null],
  [
    "with one for a part of it",
    { dnsNames: ["csms.test", "cs*.example.com"] },
    /"cs\*\.example\.com" is a wild/,
  ],
  ["with one further inside", { dnsNames: ["csms.*.com"] }, /wildcard/],
  ["with two", { dnsNames: ["*.*.com"] }, /wildcard/],
  ["with one for everything", { dnsNames: ["*"] }, /wildcard/],
  ["expired a millisecond ago", { notAfterMs: nowMs - 1 }, /it has expired/],
  ["valid in a millisecond", { notBeforeMs: nowMs + 1 }, /not valid yet/],
];
for (const [name, differently, expected] of leaves) {
  check(`a server's certificate: ${name}`, [server(differently)], expected);
}

check(
  "a partial wildcard in the common name, where it counts",
  [certificate("cs*.test", "Root")],
  /wildcard/,
);
check("and where it does not", [certificate("any * you like", "Root", { dnsNames: ["csms.test"] })], null);

check("none is none", [], /presented none/);
check("FR.307: of another root", [server()], /does not end at an installed/, [authority("Other")]);
check("RFC 5280 §6.1: with a CA between", [server({}, "Sub"), sub], null);
check("RFC 5280 §6.1: with a CA that is missing", [server({}, "Sub")], /does not end/);
check("in whatever order, and more than is needed", [server({}, "Sub"), root, authority("Else"), sub], null);
check("RFC 5280 §6.1: an installed CA proves, whoever has signed it", [server({}, "Sub")], null, [sub]);

const flawed: readonly [string, Differently, RegExp][] = [
  ["that must not sign certificates (FR.512)", { keyUsage: ["digitalSignature"] }, /forbids to sign/],
  ["that is none", { basicConstraints: null }, /it is not a CA's/],
  ["that has expired", { notAfterMs: nowMs - 1 }, /it has expired/],
  ["that is not valid yet", { notBeforeMs: nowMs + dayMs }, /not valid yet/],
  ["whose key is weak (FR.502)", { publicKey: { kind: "RSA", bits: 1_024, spki: "k" } }, /1024/],
];
for (const [name, differently, expected] of flawed) {
  const above = new RegExp(`^a CA above it: .*${expected.source}`);
  check(`a CA ${name}`, [server({}, "Sub"), authority("Sub", "Root", differently)], above);
  const atEnd = new RegExp(`^the CentralSystemRootCertificate at its end: .*${expected.source}`);
  check(`a root ${name}`, [server()], atEnd, [authority("Root", "Root", differently)]);
}
const constrained = { hasNameConstraints: true, unknownCritical: ["2.5.29.30"] };
const named = { dnsNames: ["csms.example.com"] };
check(
  "RFC 5280 §4.2.1.10: name constraints of a CA are the driver's to judge, on alternative names",
  [server(named, "Sub"), authority("Sub", "Root", constrained)],
  null,
);
check(
  "RFC 5280 §4.2.1.10: and none proves a common name: not a CA's",
  [server({}, "Sub"), authority("Sub", "Root", { hasNameConstraints: true })],
  /^a CA above it: it has name constraints/,
);
check(
  "RFC 5280 §4.2.1.10: nor a root's",
  [server()],
  /at its end: it has name constraints/,
  [authority("Root", "Root", constrained)],
);
check(
  "RFC 5280 §4.2: a CA with another critical extension proves nobody",
  [server(named, "Sub"), authority("Sub", "Root", { unknownCritical: ["2.5.29.30", "2.5.29.36"] })],
  /2\.5\.29\.36 is not understood/,
);

const forClients = { extendedKeyUsage: ["1.3.6.1.5.5.7.3.2"] };
const forServers = { extendedKeyUsage: ["1.3.6.1.5.5.7.3.2", serverAuth] };
check(
  "a CA that is for clients alone proves no server",
  [server({}, "Sub"), authority("Sub", "Root", forClients)],
  /a CA above it: its extended key usage/,
);
check("nor does such a root", [server()], /at its end: its extended/, [
  authority("Root", "Root", forClients),
]);
check("one that is for servers too does", [server()], null, [authority("Root", "Root", forServers)]);

const short = { basicConstraints: { isCa: true, pathLength: 0 } };
const two = [server({}, "Low"), authority("Low", "Sub")];
check("§4.2.1.9: pathLength 0 allows a leaf", [server({}, "Sub"), authority("Sub", "Root", short)], null);
check("§4.2.1.9: and no CA", [...two, authority("Sub", "Root", short)], /allows 0 CAs below it, not 1/);
check(
  "§4.2.1.9: a root's pathLength counts too",
  [server({}, "Sub"), sub],
  /at its end: it allows 0 CAs/,
  [authority("Root", "Root", short)],
);
check(
  "§4.2.1.9: it counts itself neither sent nor installed",
  [server(), authority("Root", "Root", short)],
  null,
  [
    authority("Root", "Root", short),
  ],
);

const expired = authority("Root", "Root", { pem: "the old root", notAfterMs: nowMs - 1 });
check("one good root of a name is enough, whichever comes first", [server()], null, [expired, root]);
check(
  "one good way up is enough, whichever comes first",
  [server({}, "Sub"), authority("Sub", "Gone", { pem: "by another" }), sub],
  null,
);
check(
  "CAs that have signed each other lead nowhere, and that ends",
  [server({}, "A"), authority("A", "B"), authority("B", "A")],
  /does not end/,
);
check(
  "what stands behind ten certificates is not looked at",
  [server({}, "Sub"), ...Array<CertificateFacts>(9).fill(authority("Else")), sub],
  /does not end/,
);
