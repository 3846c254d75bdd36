/** A root that a driver of TLS cannot load shuts nobody out, and is not installed (security white paper M05; AQ-1). */
import { assert, assertEquals } from "@std/assert";
import { encoded, encodedIdentifier, TAG } from "../../hal/drivers/der.ts";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createDenoTrust } from "../../hal/drivers/deno_trust.ts";
import { createNodeX509 } from "../../hal/drivers/node_x509.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { createOpensslTrust } from "../../hal/drivers/openssl_trust.ts";
import { makeAuthority } from "../tls/authority.ts";
import { type Changes, extension, forged, octets } from "../tls/forged.ts";
import { needing } from "../tls/installed_openssl.ts";
import { createTlsLab, dial } from "../tls/tls_lab.ts";

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function validity(...times: readonly string[]): Uint8Array {
  return encoded(TAG.sequence, ...times.map((time) => encoded(TAG.utcTime, text(time))));
}

/** In place of the field at `at`. */
function put(at: number, ...instead: readonly Uint8Array[]): Changes {
  return { fields: (parts) => [...parts.slice(0, at), ...instead, ...parts.slice(at + 1)] };
}

function named(tag: number, ...value: readonly number[]): Changes {
  const pair = encoded(TAG.sequence, encodedIdentifier("2.5.4.3"), encoded(tag, octets(...value)));
  const name = encoded(TAG.sequence, encoded(TAG.set, pair));
  return {
    fields: (parts) => parts.map((part, at) => at === 3 || at === 5 ? name : part),
  };
}

const nothing = encoded(TAG.null);
const strange: Readonly<Record<string, Changes>> = {
  "a field behind its signature": { behind: [nothing] },
  "a field of nobody's behind its extensions": {
    fields: (parts) => [...parts, encoded(0xa5, nothing)],
  },
  "a month 13": put(4, validity("261301000000Z", "321399000000Z")),
  "three times of validity": put(4, validity("260101000000Z", "400101000000Z", "400101000000Z")),
  "a serial number with an octet too many": put(1, encoded(TAG.integer, octets(0, 0, 5))),
  "its extensions twice": { extensions: (list) => [...list, ...list] },
  "an extension of four": {
    extensions: (list) => [
      ...list,
      encoded(TAG.sequence, encodedIdentifier("1.2.3"), nothing, nothing, encoded(TAG.octetString)),
    ],
  },
  "a UTF8String that is no UTF-8": named(TAG.utf8String, 0xff, 0xfe),
  "a BMPString of odd length": named(TAG.bmpString, 0, 65, 0),
};
/** These only some drivers cannot load. */
const strangeToSome: Readonly<Record<string, Changes>> = {
  "a subjectUniqueID": {
    fields: (parts) => [...parts.slice(0, 7), encoded(0x82, octets(0, 1)), ...parts.slice(7)],
  },
  "a name that is no text": named(TAG.sequence, 5, 0),
  "garbage for a subjectKeyIdentifier": garbled("2.5.29.14"),
  "garbage for CRL distribution points": garbled("2.5.29.31"),
};

function garbled(type: string): Changes {
  return { extensions: (list) => [...list.slice(2), extension(type, octets(0xff, 0xff))] };
}

const x509 = createNodeX509();
const drivers = [
  { name: "openssl", create: createOpensslStream, trust: createOpensslTrust(), needs: "library" },
  { name: "node:tls", create: createDenoTlsStream, trust: createDenoTrust(), needs: "nothing" },
] as const;

for (const { name, create, trust, needs } of drivers) {
  Deno.test({
    ...needing(
      needs,
      `M05: ${name} dials round a root that it cannot load, which is Rejected when it is to be installed`,
    ),
    fn: async (test) => {
      await using lab = await createTlsLab(create);
      const { root, server } = lab.certificates;
      const { port } = await lab.server.listen({ ...server.p256, forwardTo: lab.echo.port });
      const { certificate, privateKey } = await makeAuthority({ subject: "/O=Owner/CN=Strange" });
      assertEquals(trust.rootFlaw(certificate), null);
      for (const [what, changes] of Object.entries({ ...strange, ...strangeToSome })) {
        await test.step(what, async () => {
          const pem = forged(certificate, privateKey, changes);
          if (what in strange) assertEquals(x509.parse(pem).kind, "malformed");
          for (const roots of [[pem, root.certificate], [root.certificate, pem]]) {
            assertEquals((await dial(lab, { port, roots })).kind, "echoed");
          }
          const alone = await dial(lab, { port, roots: [pem] });
          assert(alone.kind === "failed");
          assertEquals(alone.fault, trust.rootFlaw(pem) === null ? "certificate" : "other", alone.error);
        });
      }
    },
  });
}
