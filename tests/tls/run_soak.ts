/**
 * `deno task soak [CONNECTS]`: connects by TLS again and again with each driver, half of the times to a peer that it must
 * refuse, and says what a connect takes and what memory is left behind.
 *
 * Law: with OpenSSL the process grows by no more than its bound in the second half; the first fills what is filled once, the
 * C library's arenas with it; else exit 1. What Deno's own TLS leaves behind is said, and is not ours to free.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import { createDenoTlsStream } from "../../hal/drivers/deno_tls_stream.ts";
import { createOpensslStream } from "../../hal/drivers/openssl_stream.ts";
import { createTlsLab, dial } from "./tls_lab.ts";

const connects = Number(Deno.args[0] ?? 10_000);
const growthBytesMax = 16_000_000;

if (!Number.isInteger(connects) || connects < 2) {
  console.error(`give how often to connect, 2 or more, as in deno task soak 10000, not ${Deno.args[0]}`);
  Deno.exit(exitCodes.usage);
}

let steady = true;
for (
  const [name, create] of [
    ["openssl", (keys) => createOpensslStream(keys)],
    ["node:tls", createDenoTlsStream],
  ] as const satisfies readonly (readonly [string, Parameters<typeof createTlsLab>[0]])[]
) {
  await using lab = await createTlsLab(create);
  const { client, root, otherRoot, server } = lab.certificates;
  const listener = await lab.server.listen({
    ...server.p256,
    forwardTo: lab.echo.port,
    clientRoots: [root.certificate],
  });
  const certificate = { chain: client.chain, keyId: "own" };
  const good = { port: listener.port, certificate };

  let before = 0;
  let connectedMs = 0;
  for (let n = 0; n < connects; n++) {
    if (n === Math.floor(connects / 2)) before = Deno.memoryUsage().rss;
    const startedMs = performance.now();
    const refused = n % 2 === 1;
    const outcome = await dial(lab, refused ? { ...good, roots: [otherRoot.certificate] } : good);
    if (outcome.kind !== (refused ? "failed" : "echoed")) throw new Error(JSON.stringify(outcome));
    if (!refused) connectedMs += performance.now() - startedMs;
  }
  const growth = Deno.memoryUsage().rss - before;
  if (name === "openssl") steady = growth <= growthBytesMax;
  const each = (connectedMs / (connects / 2)).toFixed(1);
  console.log(
    `${name}: ${connects} connects, ${each} ms for one that echoes; ` +
      `${(before / 1e6).toFixed(1)} MB after half of them, ${(growth / 1e6).toFixed(1)} MB more at the end`,
  );
}
Deno.exit(steady ? 0 : 1);
