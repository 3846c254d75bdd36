/** The driver of OpenSSL frees what it makes, loads what it needs when it needs it, and says what is missing. */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { loadOpenssl, opensslPaths } from "../../hal/drivers/openssl_library.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { certificates } from "../tls/certificates.ts";
import { type CountedOpenssl, countedOpenssl } from "../tls/counted_openssl.ts";
import { needing } from "../tls/installed_openssl.ts";
import { tap } from "../tls/tapped.ts";
import { createTlsLab, dial, target } from "../tls/tls_lab.ts";

function check(promise: string, fn: (test: Deno.TestContext) => Promise<void>): void {
  Deno.test({ ...needing("library", promise), fn });
}

check("openssl: every object is freed once, however the connection ends", async () => {
  let counted: CountedOpenssl | undefined;
  await using lab = await createTlsLab((keys) =>
    createOpensslStream(keys, () => (counted ??= countedOpenssl()).load())
  );
  const { root, client, server, otherRoot } = lab.certificates;
  const certificate = { chain: client.chain, keyId: "own" };
  const own = { forwardTo: lab.echo.port, clientRoots: [root.certificate] };
  const { port } = await lab.server.listen({ ...server.rsa, ...own });
  const cut = await lab.plain((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const silent = await lab.plain((socket) => socket.resume());
  const attempts = [
    { port, certificate },
    { port },
    { port, certificate, roots: [otherRoot.certificate] },
    { port, certificate, roots: [root.certificate, "no certificate"] },
    { port, certificate: { ...certificate, chain: "no certificate" } },
    { port, certificate: { ...certificate, keyId: "lost" } },
    { port, certificate: { ...certificate, keyId: "damaged" } },
    { port, certificate: { ...certificate, keyId: "strange" } },
    { port: cut.port, certificate },
    { port: 1, certificate },
  ];
  const outcomes = [];
  for (const attempt of attempts) outcomes.push((await dial(lab, attempt)).kind);
  const [echoed, failed, network] = ["echoed", "failed", "network"];
  assertEquals(outcomes, [echoed, failed, failed, echoed, ...Array(4).fill(failed), network, network]);

  const { stream } = lab.driver.dial(target(lab, { port: silent.port }));
  stream.destroy();
  stream.destroy();
  await new Promise((resolve) => stream.on("close", resolve));
  // A context, a session and its two memories, and a certificate at the least.
  assertGreater(counted?.allFreed() ?? 0, 5 * attempts.length);
});

/** Each in the clear (RFC 5246 §7.2, §10). */
const tails: Readonly<Record<string, Uint8Array>> = {
  "nothing more": new Uint8Array(0),
  "a goodbye (close_notify)": Uint8Array.of(21, 3, 3, 0, 2, 1, 0),
  "a fatal alert (handshake_failure)": Uint8Array.of(21, 3, 3, 0, 2, 2, 40),
  "a record of application data": Uint8Array.of(23, 3, 3, 0, 2, 1, 1),
  "junk": Uint8Array.of(255, 255, 255, 255, 255, 255, 255),
};

/** How many records of Node's its certificate is the last of, and how many its whole flight is; it asks for ours. */
const flights = {
  "TLSv1.2": { "its certificate": 2, "its flight": 5 },
  "TLSv1.3": { "its certificate": 5, "its flight": 7 },
} as const;

check(
  "openssl: a peer that no root proves hears a hello and an alert of ours, and never sees our certificate",
  async (test) => {
    await using lab = await createTlsLab(createOpensslStream);
    const { root, client, server, otherRoot } = lab.certificates;
    const certificate = { chain: client.chain, keyId: "own" };
    for (const [maxVersion, places] of Object.entries(flights)) {
      const asks = { clientRoots: [root.certificate], maxVersion: maxVersion as keyof typeof flights };
      const { port } = await lab.server.listen({ ...server.p256, ...asks, forwardTo: lab.echo.port });
      for (const [place, behind] of Object.entries(places)) {
        for (const [what, bytes] of Object.entries(tails)) {
          await test.step(`${maxVersion}: behind ${place} comes ${what}`, async () => {
            const far = await tap(lab, port, { behind, bytes });
            const outcome = await dial(lab, { port: far.port, certificate, roots: [otherRoot.certificate] });
            assertEquals(await far.said, ["ClientHello", "Alert"]);
            assertEquals(outcome.kind === "failed" && outcome.fault, "certificate", JSON.stringify(outcome));
          });
        }
      }
    }
  },
);

check("openssl: it is loaded by the first secure dial, once, and not by a plain one", async () => {
  let loads = 0;
  await using lab = await createTlsLab((keys) =>
    createOpensslStream(keys, () => {
      loads++;
      return loadOpenssl();
    })
  );
  const { stream } = lab.driver.dial({ host: "127.0.0.1", port: lab.echo.port });
  stream.write("plain");
  await new Promise((resolve) => stream.on("data", resolve));
  stream.destroy();
  assertEquals(loads, 0);
  const { port } = await lab.server.listen({ ...lab.certificates.server.p256, forwardTo: lab.echo.port });
  for (let dials = 0; dials < 2; dials++) assertEquals((await dial(lab, { port })).kind, "echoed");
  assertEquals(loads, 1);
});

Deno.test("openssl: where it is missing, a dial fails and says what to install", async () => {
  const driver = createOpensslStream(() => "", () => loadOpenssl(["/nowhere/libssl.so.3"]));
  const { root } = await certificates();
  const tls = { roots: [root.certificate], cipherSuites: [], wildcards: false };
  const { stream } = driver.dial({ host: "localhost", port: 1, tls });
  const error = await new Promise<Error>((resolve) => stream.on("error", resolve));
  assertEquals(error.name, "TlsFailed");
  assertStringIncludes(error.message, "apt install libssl3");
  assertStringIncludes(error.message, "/nowhere/libssl.so.3");
});

Deno.test("openssl: the tasks may load it from each of its places, and nothing else", () => {
  const { simulate, test } = denoJson.tasks;
  for (const task of [simulate, test]) {
    const allowed = /--allow-ffi=(\S+)/.exec(task)?.[1]?.split(",");
    assertEquals(allowed, [...opensslPaths]);
  }
});
