/** Both drivers of TLS keep the contract; and what only Deno's can do wrong: its TLS has proven a peer before our rules are asked. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createSecureContext, TLSSocket } from "node:tls";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { checkTlsStream } from "../contract/tls_stream_contract.ts";
import { unreadable } from "../tls/certificates.ts";
import { tap } from "../tls/tapped.ts";
import { createTlsLab, dial, type TlsLab } from "../tls/tls_lab.ts";
import type { TlsVersion } from "../tls/tls_server.ts";

checkTlsStream({ name: "openssl", create: createOpensslStream, needs: "library", untold: {} });
checkTlsStream({
  name: "node:tls",
  create: createDenoTlsStream,
  needs: "nothing",
  untold: { "that we have no certificate, tls1_2": "cipherSuite" },
});

const versions = ["TLSv1.2", "TLSv1.3"] as const;

/** A peer that rustls accepts and our rules refuse: its issuer is not to sign certificates. */
async function refusedByUs(lab: TlsLab, maxVersion: TlsVersion): Promise<number> {
  const { byUnwilling } = lab.certificates.server;
  return (await lab.server.listen({ ...byUnwilling, maxVersion, forwardTo: lab.echo.port })).port;
}

for (const version of versions) {
  Deno.test(`node:tls: a peer that our rules refuse hears no byte behind the handshake, ${version}`, async () => {
    await using lab = await createTlsLab(createDenoTlsStream);
    const far = await tap(lab, await refusedByUs(lab, version));
    const outcome = await dial(lab, { port: far.port });
    assert(outcome.kind === "failed", JSON.stringify(outcome));
    assertStringIncludes(outcome.error, "its certificate is refused: a CA above it");
    const said = await far.said;
    assertEquals([said[0], said.includes("Application data")], ["ClientHello", false], said.join(", "));
    assertEquals(lab.echo.bytesRead(), 0);
  });
}

Deno.test("node:tls: it is handed what is written when our rules have proven the peer, and not before", async () => {
  await using lab = await createTlsLab(createDenoTlsStream);
  const { port } = await lab.server.listen({ ...lab.certificates.server.p256, forwardTo: lab.echo.port });
  const handed: string[] = [];
  const { write } = TLSSocket.prototype;
  TLSSocket.prototype.write = new Proxy(write, {
    apply: (target, socket, args) => {
      handed.push(String(args[0]));
      return Reflect.apply(target, socket, args);
    },
  });
  try {
    for (const version of versions) {
      await dial(lab, { port: await refusedByUs(lab, version) });
      assertEquals(handed, []);
    }
    assertEquals((await dial(lab, { port })).kind, "echoed");
    assertEquals(handed.length, 1);
  } finally {
    TLSSocket.prototype.write = write;
  }
});

Deno.test("node:tls: a peer that sends a certificate which nobody can read is refused, and ends no more than that", async () => {
  await using lab = await createTlsLab(createDenoTlsStream);
  const { chain, privateKey } = lab.certificates.server.p256;
  const secureContext = createSecureContext({ cert: chain + unreadable, key: privateKey });
  let heard = "";
  const { port } = await lab.plain((socket) => {
    const secured = new TLSSocket(socket, { isServer: true, secureContext });
    secured.on("error", () => {}).on("data", (bytes) => heard += bytes);
    secured.write("said at once");
  });
  const outcome = await dial(lab, { port });
  assert(outcome.kind === "failed" && outcome.fault === "certificate", JSON.stringify(outcome));
  assertStringIncludes(outcome.error, "its certificates cannot be read");
  assertEquals(heard, "");
});

Deno.test("node:tls: another host is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
  await using lab = await createTlsLab(createDenoTlsStream);
  const { port } = await lab.server.listen({
    ...lab.certificates.server.otherHost,
    forwardTo: lab.echo.port,
  });
  Deno.env.set("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  try {
    const outcome = await dial(lab, { port });
    assert(outcome.kind === "failed" && outcome.fault === "certificate", JSON.stringify(outcome));
  } finally {
    Deno.env.delete("NODE_TLS_REJECT_UNAUTHORIZED");
  }
});
