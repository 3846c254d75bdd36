/**
 * Roots of one name, through a real TLS: whatever InstallCertificate and DeleteCertificate accept, and whatever fallback goes, the next
 * dial serves (security white paper M04.FR.06, M05.FR.12, M05.FR.13; AQ-1).
 */
import { assert, assertEquals } from "@std/assert";
import { elements, encoded, encodedIdentifier, only, TAG } from "../../hal/drivers/der.ts";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createDenoTrust } from "../../hal/drivers/deno_trust.ts";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { createOpensslTrust } from "../../hal/drivers/openssl_trust.ts";
import type { CertificateFacts } from "../../protocol/certificate_facts.ts";
import type { InstalledRoot } from "../../protocol/root_certificates.ts";
import { afterSuccess, remove } from "../../protocol/root_certificates.ts";
import { type Authority, type Issued, makeAuthority } from "../tls/authority.ts";
import { type Changes, derOf, extension, forged, octets, without } from "../tls/forged.ts";
import { needing } from "../tls/installed_openssl.ts";
import { createTlsLab, dial, type TlsLab } from "../tls/tls_lab.ts";

const SKID = "2.5.29.14";
const AKID = "2.5.29.35";
const subject = "/O=Owner/CN=Root";
const names = { subject: "/O=Owner/CN=localhost", alternativeNames: "DNS:localhost" };

const x509 = createNodeX509();
const drivers = [
  { name: "openssl", create: createOpensslStream, trust: createOpensslTrust(), needs: "library" },
  { name: "node:tls", create: createDenoTlsStream, trust: createDenoTrust(), needs: "nothing" },
] as const;

function more(...added: readonly Uint8Array[]): Changes {
  return { extensions: (list) => [...list, ...added] };
}

function instead(type: string, ...put: readonly Uint8Array[]): Changes {
  return { extensions: (list) => [...without(list, type), ...put] };
}

const keyId = encoded(TAG.octetString, octets(1, 2, 3, 4));
const clientAuth = encoded(TAG.sequence, encodedIdentifier("1.3.6.1.5.5.7.3.2"));

/** What the one of the same name and key has that stays when the good one goes: which driver it may then rely on. */
const twins: Readonly<Record<string, { readonly twin: Changes; readonly does: readonly string[] }>> = {
  "is alike": { twin: {}, does: ["openssl", "node:tls"] },
  "is for clients alone": { twin: more(extension("2.5.29.37", clientAuth)), does: [] },
  "has another subjectKeyIdentifier": { twin: instead(SKID, extension(SKID, keyId)), does: ["node:tls"] },
  "has a critical subjectKeyIdentifier": {
    twin: instead(SKID, extension(SKID, keyId, "critical")),
    does: [],
  },
  "has garbage for a subjectKeyIdentifier": {
    twin: instead(SKID, extension(SKID, octets(0xff, 0xff))),
    does: ["node:tls"],
  },
  "has garbage for an authorityKeyIdentifier": {
    twin: instead(AKID, extension(AKID, octets(0xff, 0xff))),
    does: ["node:tls"],
  },
  "has garbage for CRL distribution points": {
    twin: more(extension("2.5.29.31", octets(0xff, 0xff))),
    does: [],
  },
  "has garbage for blocks of addresses": {
    twin: more(extension("1.3.6.1.5.5.7.1.7", octets(0xff, 0xff))),
    does: ["node:tls"],
  },
  "is a proxy's": {
    twin: more(
      extension(
        "1.3.6.1.5.5.7.1.14",
        encoded(TAG.sequence, encoded(TAG.sequence, encodedIdentifier("1.3.6.1.5.5.7.21.1"))),
      ),
    ),
    does: ["node:tls"],
  },
};

for (const { name, create, trust, needs } of drivers) {
  Deno.test({
    ...needing(
      needs,
      `M04.FR.06, M05.FR.13: ${name}: of two roots of one name and key the good one goes only if the other serves`,
    ),
    fn: async (test) => {
      await using lab = await createTlsLab(create);
      const root = await makeAuthority({ subject });
      const again = await makeAuthority({ subject, key: { pem: root.privateKey } });
      const leaf = await root.issue(names);
      const cases = Object.entries(twins).map(([what, { twin, does }]) => ({ what, twin, does, leaf }));
      const bySerial = namingItsIssuer(leaf, root);
      for (
        const { what, twin, does, leaf: served } of [
          ...cases,
          {
            what: "is not the one whose serial number the leaf names",
            twin: {},
            does: ["node:tls"],
            leaf: bySerial,
          },
        ]
      ) {
        await test.step(`the other ${what}`, async () => {
          const other = forged(again.certificate, root.privateKey, twin);
          const roots = [central(root.certificate, true), central(other, false)];
          const port = await serve(lab, served);
          assertEquals(await dialled(lab, port, roots), "echoed");
          const presented = {
            peerChain: [factsOf(served.chain)],
            nowMs: Date.now(),
            signedBy: x509.isSignedBy,
            proves: ({ pem }: CertificateFacts) => trust.proves(pem, [served.chain]),
          };
          const left = afterSuccess(roots, presented);
          const asked = x509.hashData(roots[0]!.certificate, roots[0]!.certificate, "SHA256");
          const loads = ({ pem }: CertificateFacts) => trust.rootFlaw(pem) === null;
          const came = remove(asked, roots, { presented, hashOf: x509.hashData, loads });
          const expected = does.includes(name) ? ["Accepted", 1] : ["Failed", 2];
          assertEquals([came.status, left.length], expected);
          // The rules say what the dial does.
          const alone = await dialled(lab, port, roots.slice(1));
          assertEquals(alone === "echoed", does.includes(name), alone);
          assertEquals(await dialled(lab, port, left), "echoed");
          if (came.status === "Accepted") assertEquals(await dialled(lab, port, came.roots), "echoed");
        });
      }
    },
  });

  Deno.test({
    ...needing(
      needs,
      `M05: ${name}: a root of the same name and another key shuts out neither its forerunner nor itself`,
    ),
    fn: async (test) => {
      await using lab = await createTlsLab(create);
      const old = await makeAuthority({ subject, pathLength: 1 });
      const next = await makeAuthority({ subject });
      const bare: Changes = { extensions: (list) => without(list, SKID, AKID) };
      const clients = await makeAuthority({
        subject,
        key: { pem: old.privateKey },
        purposes: ["clientAuth"],
      });
      for (const [what, changes] of [["as they are", {}], ["without key identifiers", bare]] as const) {
        await test.step(what, async () => {
          const roots = [old, next, clients].map(({ certificate, privateKey }) =>
            central(forged(certificate, privateKey, changes), false)
          );
          for (const authority of [old, next]) {
            const issued = await authority.issue(names);
            const chain = forged(issued.certificate, authority.privateKey, {
              extensions: (list) => without(list, AKID),
            });
            const port = await serve(lab, { ...issued, chain });
            for (const installed of [roots, roots.toReversed()]) {
              assertEquals(await dialled(lab, port, installed), "echoed");
            }
          }
        });
      }
    },
  });
}

/** Its authorityKeyIdentifier tells issuer and serial number, and no key. */
function namingItsIssuer(leaf: Issued, issuer: Authority): Issued {
  const [information] = elements(only(derOf(issuer.certificate), TAG.sequence).content);
  const [, serialNumber, , , , subject] = elements(information?.content ?? octets());
  assert(serialNumber !== undefined && subject !== undefined);
  const named = encoded(0xa1, encoded(0xa4, subject.whole));
  const identifier = encoded(TAG.sequence, named, encoded(0x82, serialNumber.content));
  const chain = forged(leaf.certificate, issuer.privateKey, instead(AKID, extension(AKID, identifier)));
  return { ...leaf, chain };
}

async function serve(lab: TlsLab, { chain, privateKey }: Issued): Promise<number> {
  return (await lab.server.listen({ chain, privateKey, forwardTo: lab.echo.port })).port;
}

async function dialled(lab: TlsLab, port: number, roots: readonly InstalledRoot[]): Promise<string> {
  const outcome = await dial(lab, { port, roots: roots.map(({ certificate }) => certificate.pem) });
  return outcome.kind === "failed" ? outcome.error : outcome.kind;
}

function central(pem: string, isFallback: boolean): InstalledRoot {
  const certificate = factsOf(pem);
  return { certificateType: "CentralSystemRootCertificate", certificate, issuer: certificate, isFallback };
}

function factsOf(pem: string): CertificateFacts {
  const parsed = x509.parse(pem);
  assert(parsed.kind === "parsed" && parsed.certificates[0] !== undefined);
  return parsed.certificates[0];
}
