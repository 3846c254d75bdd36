/**
 * What every driver of X.509 promises (hal/x509.ts), as one list of tests for all drivers.
 *
 * Law: no driver has a test of a promise that is not in this list.
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { X509 } from "../../hal/x509.ts";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { KeyRing } from "../../storage/key_ring.ts";

/** Whoever signs certificates in the driver's world. All is PEM. */
export interface Signer {
  readonly certificate: string;
  /** What comes of a signing request: valid from yesterday to in thirty days. */
  readonly sign: (request: string) => Promise<string>;
}

export interface X509UnderTest {
  readonly x509: X509;
  /** It holds the key `k1`. */
  readonly ring: KeyRing;
  readonly root: (organization: string, commonName: string) => Promise<Signer>;
  /** Now, in the world of `root`. */
  readonly nowMs: () => number;
}

const dayMs = 86_400_000;

export function testX509(name: string, make: () => Promise<X509UnderTest>, ignore = false): void {
  function check(promise: string, test: (under: X509UnderTest) => Promise<void>): void {
    Deno.test({ name: `${name}: ${promise}`, ignore, fn: async () => test(await make()) });
  }

  check("a signing request comes back as a certificate of its key and names", async (under) => {
    const { x509, ring } = under;
    const root = await under.root("Operator", "Root");
    const certificate = one(x509, await root.sign(requestOf(under, "Operator, Inc.", 'SN "0001"')));
    assertEquals(certificate.subject.organizations, ["Operator, Inc."]);
    assertEquals(certificate.subject.commonNames, ['SN "0001"']);
    assertEquals(certificate.publicKey.spki, ring.publicKey("k1"));
    assertEquals([certificate.basicConstraints?.isCa ?? false, certificate.unknownCritical], [false, []]);
    assertMatch(certificate.serialNumber, /^[1-9A-F][0-9A-F]*$/);
    assert(Math.abs(certificate.notBeforeMs - (under.nowMs() - dayMs)) < dayMs / 2);
    assert(Math.abs(certificate.notAfterMs - (under.nowMs() + 30 * dayMs)) < dayMs / 2);
  });

  check("a request is one PEM block of at most 5500 characters, the longest names too", (under) => {
    const request = requestOf(under, "Ö".repeat(64), "9".repeat(25));
    assertMatch(request, /^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+\n-----END CERTIFICATE REQUEST-----\n$/);
    assert(request.length <= 5_500);
    return Promise.resolve();
  });

  check("a root is a CA's and has signed itself", async ({ x509, root }) => {
    const certificate = one(x509, (await root("Operator", "Root")).certificate);
    assertEquals(certificate.basicConstraints?.isCa, true);
    assertEquals(certificate.subject, certificate.issuer);
    assert(x509.isSignedBy(certificate, certificate));
  });

  check("a signature is the root's own, and of nobody who has but its name", async (under) => {
    const { x509 } = under;
    const [root, namesake, other] = [
      await under.root("Operator", "Root"),
      await under.root("Operator", "Root"),
      await under.root("Operator", "Other"),
    ];
    const leaf = one(x509, await root.sign(requestOf(under)));
    const by = (signer: Signer) => x509.isSignedBy(leaf, one(x509, signer.certificate));
    assertEquals([by(root), by(namesake), by(other), x509.isSignedBy(leaf, leaf)], [
      true,
      false,
      false,
      false,
    ]);
  });

  check("a chain is read in its order, whatever stands between and however lines end", async (under) => {
    const { x509 } = under;
    const root = await under.root("Operator", "Root");
    const leaf = await root.sign(requestOf(under));
    const text = `subject=one\r\n${leaf}subject=two\n${root.certificate}`.replaceAll(/\r?\n/g, "\r\n");
    const parsed = x509.parse(text);
    assert(parsed.kind === "parsed");
    assertEquals(parsed.certificates, [one(x509, leaf), one(x509, root.certificate)]);
    assertEquals(parsed.certificates.map(({ pem }) => one(x509, pem)), parsed.certificates);
  });

  check("what is no certificate is malformed", async (under) => {
    const root = await under.root("Operator", "Root");
    const begin = "-----BEGIN CERTIFICATE-----";
    const end = "-----END CERTIFICATE-----";
    const bad = [
      "",
      "nonsense",
      requestOf(under),
      `${begin}\nAAAA\n${end}\n`,
      `${begin}\n!!!!\n${end}\n`,
      `${begin}\n${end}\n`,
      root.certificate.replace(end, ""),
      `${root.certificate}${begin}\n`,
    ];
    for (const text of bad) assertEquals(under.x509.parse(text).kind, "malformed", JSON.stringify(text));
  });

  check(
    "hash data are hexadecimal of the algorithm's length, the issuer's and not the certificate's",
    async (under) => {
      const { x509 } = under;
      const signer = await under.root("Operator", "Root");
      const [root, leaf] = [one(x509, signer.certificate), one(x509, await signer.sign(requestOf(under)))];
      for (const [algorithm, digits] of [["SHA256", 64], ["SHA384", 96], ["SHA512", 128]] as const) {
        const ofLeaf = x509.hashData(leaf, root, algorithm);
        const ofRoot = x509.hashData(root, root, algorithm);
        assertEquals(ofLeaf, { ...ofRoot, serialNumber: leaf.serialNumber });
        assertMatch(ofLeaf.issuerNameHash, new RegExp(`^[0-9A-F]{${digits}}$`));
        assertMatch(ofLeaf.issuerKeyHash, new RegExp(`^[0-9A-F]{${digits}}$`));
        assertNotEquals(ofLeaf.issuerNameHash, ofLeaf.issuerKeyHash);
      }
      const namesake = one(x509, (await under.root("Operator", "Root")).certificate);
      const [ours, theirs] = [
        x509.hashData(root, root, "SHA256"),
        x509.hashData(namesake, namesake, "SHA256"),
      ];
      assertEquals(ours.issuerNameHash, theirs.issuerNameHash);
      assertNotEquals(ours.issuerKeyHash, theirs.issuerKeyHash);
    },
  );
}

function requestOf(
  { x509, ring }: X509UnderTest,
  organization = "Operator",
  commonName = "0001",
): string {
  const publicKey = ring.publicKey("k1") ?? "";
  return x509.signingRequest({
    organization,
    commonName,
    publicKey,
    sign: (bytes) => ring.sign("k1", bytes),
  });
}

function one(x509: X509, pem: string): CertificateFacts {
  const parsed = x509.parse(pem);
  const [certificate] = parsed.kind === "parsed" ? parsed.certificates : [];
  assert(certificate !== undefined, `no certificate in ${pem}`);
  return certificate;
}
