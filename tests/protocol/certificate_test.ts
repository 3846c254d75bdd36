/** What is demanded of certificates (security white paper §2, §3, A02; the FR's in the names). */
import { assertEquals, assertMatch } from "@std/assert";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { Requested } from "../../protocol/certificate.ts";
import { authorityFlaw, chainFlaw, flaw, isValid, renewalDueMs, turnOf } from "../../protocol/certificate.ts";
import type { Differently } from "./certificates.ts";
import { authority, certificate, dayMs, nowMs, signedBy } from "./certificates.ts";

function test(name: string, body: () => void): void {
  Deno.test({ name, permissions: "none" }, body);
}

/** Null where it is good; else what its flaw says. */
function check(name: string, found: string | null, expected: RegExp | null): void {
  test(name, () => {
    if (expected === null) assertEquals(found, null);
    else assertMatch(found ?? "good", expected);
  });
}

function key(kind: "RSA" | "EC" | "other", bits: number): Differently {
  return { publicKey: { kind, bits, spki: "key of CP" } };
}

const flaws: readonly [string, Differently, RegExp | null][] = [
  ["FR.502: RSA of 2048 bits is good", key("RSA", 2_048), null],
  ["FR.502: RSA of 2047 bits is not", key("RSA", 2_047), /RSA key has 2047 bits, at least 2048/],
  ["FR.503: EC of 224 bits is good", key("EC", 224), null],
  ["FR.503: EC of 223 bits is not", key("EC", 223), /EC key has 223 bits, at least 224/],
  ["FR.504: a key of another kind is not", key("other", 4_096), /neither RSA nor EC/],
  ["FR.505: RSA-PSS over SHA384 is good", { signature: { kind: "RSA-PSS", hash: "SHA384" } }, null],
  ["FR.505: PKCS#1 v1.5 over SHA256 is not forbidden", { signature: { kind: "RSA", hash: "SHA256" } }, null],
  ["FR.506: SHA512 is good", { signature: { kind: "ECDSA", hash: "SHA512" } }, null],
  ["FR.504: SHA1 is not", { signature: { kind: "RSA", hash: "SHA1" } }, /RSA over SHA1/],
  ["FR.501: SHA224 is not", { signature: { kind: "ECDSA", hash: "SHA224" } }, /ECDSA over SHA224/],
  [
    "FR.504: a signature of another kind is not",
    { signature: { kind: "other", hash: "SHA256" } },
    /other over/,
  ],
  ["FR.508: a serial number of 40 digits is good", { serialNumber: "A".repeat(40) }, null],
  ["FR.508: of 41 is not", { serialNumber: "A".repeat(41) }, /serial number/],
  ["FR.508: below zero is not", { serialNumber: "-1" }, /serial number/],
  ["RFC 5280 §4.2: nor what is critical and not understood", { unknownCritical: ["1.2.3"] }, /1\.2\.3/],
  ["§4.2.1.2: nor a key identifier that is critical", { unknownCritical: ["2.5.29.14"] }, /2\.5\.29\.14/],
  ["§4.2.1.4: policies may be", { unknownCritical: ["2.5.29.32"] }, null],
  ["nor what ends before it begins", { notAfterMs: nowMs - 2 * dayMs }, /ends before it begins/],
];
for (const [name, differently, expected] of flaws) {
  check(name, flaw(certificate("CP", "Root", differently)), expected);
}

const caFlaws: readonly [string, Differently, RegExp | null][] = [
  ["M05: a CA's is good", {}, null],
  ["M05: without key usage too", { keyUsage: null }, null],
  ["M05: without basic constraints it is none", { basicConstraints: null }, /not a CA's/],
  ["M05: CA:FALSE is none", { basicConstraints: { isCa: false, pathLength: null } }, /not a CA's/],
  ["M05: version 1 is none", { version: 1 }, /not a CA's/],
  ["FR.512: nor one that must not sign certificates", { keyUsage: ["digitalSignature"] }, /forbids to sign/],
  ["FR.502: nor one with a weak key", key("RSA", 1_024), /1024 bits/],
  ["T:078: expired a millisecond ago it is refused", { notAfterMs: nowMs - 1 }, /expired/],
  ["valid to the last millisecond", { notAfterMs: nowMs }, null],
  ["M05: not valid yet it is kept for later", { notBeforeMs: nowMs + dayMs }, null],
];
for (const [name, differently, expected] of caFlaws) {
  check(name, authorityFlaw(authority("Root", "Root", differently), nowMs), expected);
}

const root = authority("Root");
const sub = authority("Sub", "Root");
const leaf = certificate("0001", "Root");
const requested: Requested = {
  publicKey: "key of 0001",
  organization: "Operator",
  commonName: "0001",
  roots: [authority("Other"), root],
};

function chain(
  name: string,
  certificates: readonly CertificateFacts[],
  expected: RegExp | null,
  differently: Partial<Requested> = {},
): void {
  const found = chainFlaw(certificates, { ...requested, ...differently }, nowMs, signedBy);
  check(`CertificateSigned: ${name}`, found, expected);
}

function leafWith(differently: Differently): readonly CertificateFacts[] {
  return [certificate("0001", "Root", differently)];
}

chain("a leaf of the root is good", [leaf], null);
chain("and with the root behind it", [leaf, root], null);
chain("and with a CA between them", [certificate("0001", "Sub"), sub], null);
chain("A02: none was requested", [leaf], /no certificate was requested/, { publicKey: null });
chain("nothing at all", [], /has 0 certificates/);
chain("ten are taken", [certificate("0001", "Sub"), sub, ...Array<CertificateFacts>(8).fill(root)], null);
chain("eleven are too many", Array<CertificateFacts>(11).fill(leaf), /has 11 certificates/);
chain("A02: of another key than the pending one", [leaf], /not of the key/, { publicKey: "key of 0002" });
chain("the leaf has to be the first", [sub, certificate("0001", "Sub")], /not of the key/);
chain("FR.509: O is CpoName", [leaf], /its O is "Operator", not CpoName "Someone"/, {
  organization: "Someone",
});
chain("FR.511: CN is the serial number", [leaf], /its CN is "0001", not the serial number "0002"/, {
  commonName: "0002",
});
chain(
  "FR.502: a weak key",
  leafWith({ publicKey: { kind: "RSA", bits: 1_024, spki: "key of 0001" } }),
  /1024/,
);
chain("A02.FR.06: expired", leafWith({ notAfterMs: nowMs - 1 }), /expired/);
chain("A02.FR.08: not valid yet is good", leafWith({ notBeforeMs: nowMs + dayMs }), null);
chain(
  "a CA's is none of a charge point",
  leafWith({ basicConstraints: { isCa: true, pathLength: null } }),
  /a CA's/,
);
chain("FR.512: key usage without digitalSignature", leafWith({ keyUsage: ["other"] }), /key usage forbids/);
chain("FR.512: with it", leafWith({ keyUsage: ["other", "digitalSignature"] }), null);
chain("for TLS servers only", leafWith({ extendedKeyUsage: ["1.3.6.1.5.5.7.3.1"] }), /TLS client/);
chain(
  "for TLS clients too",
  leafWith({ extendedKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] }),
  null,
);
chain("for any purpose", leafWith({ extendedKeyUsage: ["2.5.29.37.0"] }), null);
chain("A02.FR.06: of a root that is not installed", [leaf], /path does not end/, {
  roots: [authority("Other")],
});
chain("a CA that is missing", [certificate("0001", "Sub")], /path does not end/);
chain("a CA that has not signed it", [leaf, sub], /certificate 2 of the chain: it has not signed/);
chain(
  "a CA that is none",
  [certificate("0001", "Sub"), certificate("Sub", "Root")],
  /certificate 2 of the chain: it is not a CA's/,
);
chain(
  "a CA that has expired",
  [certificate("0001", "Sub"), authority("Sub", "Root", { notAfterMs: nowMs - 1 })],
  /certificate 2 of the chain: it has expired/,
);
const later = { notBeforeMs: nowMs + dayMs };
chain(
  "a CA that is not valid yet",
  [certificate("0001", "Sub"), authority("Sub", "Root", later)],
  /certificate 2 of the chain: it is not valid yet/,
);
chain(
  "a CA that is when its leaf is",
  [certificate("0001", "Sub", later), authority("Sub", "Root", later)],
  null,
);
const short = authority("Short", "Root", { basicConstraints: { isCa: true, pathLength: 0 } });
chain("RFC 5280 §4.2.1.9: pathLength 0 allows a leaf", [certificate("0001", "Short"), short], null);
chain(
  "RFC 5280 §4.2.1.9: and no CA",
  [certificate("0001", "Sub"), authority("Sub", "Short"), short],
  /certificate 3 of the chain: it allows 0 CAs below it, not 1/,
);
const shortRoot = authority("Root", "Root", { basicConstraints: { isCa: true, pathLength: 0 } });
chain("RFC 5280 §4.2.1.9: a root's pathLength 0 allows a leaf", [leaf], null, { roots: [shortRoot] });
chain(
  "RFC 5280 §4.2.1.9: and no CA between them",
  [certificate("0001", "Sub"), sub],
  /CentralSystemRootCertificate at its end: it allows 0 CAs below it, not 1/,
  { roots: [shortRoot] },
);
chain(
  "RFC 5280 §4.2.1.9: a CA that has issued itself a new key does not count",
  [certificate("0001", "Short"), authority("Short"), short],
  null,
);
chain("of a root that has expired", [leaf], /at its end has expired/, {
  roots: [authority("Root", "Root", { notAfterMs: nowMs - 1 })],
});

test("a certificate is valid at both of its ends", () => {
  const { notBeforeMs, notAfterMs } = leaf;
  const at = [notBeforeMs - 1, notBeforeMs, notAfterMs, notAfterMs + 1];
  assertEquals(at.map((ms) => isValid(leaf, ms)), [false, true, true, false]);
});

test("A02.FR.08, FR.09: now, later, or never where a valid one has begun after it", () => {
  const at = (fromDays: number, toDays: number) =>
    certificate("0001", "Root", {
      notBeforeMs: nowMs + fromDays * dayMs,
      notAfterMs: nowMs + toDays * dayMs,
    });
  assertEquals(turnOf(at(0, 9), null, nowMs), "now");
  assertEquals(turnOf(at(-2, 9), at(-3, 9), nowMs), "now");
  assertEquals(turnOf(at(-2, 9), at(-2, 9), nowMs), "now");
  assertEquals(turnOf(at(-2, 9), at(-1, 9), nowMs), "never");
  assertEquals(turnOf(at(-2, 9), at(-1, -0.5), nowMs), "now");
  assertEquals(turnOf(at(1, 9), at(-1, 9), nowMs), "later");
  assertEquals(turnOf(at(-9, -1), null, nowMs), "never");
});

test("A03: the next one is asked for a month before the end", () => {
  assertEquals(renewalDueMs(leaf), nowMs + 335 * dayMs);
});
