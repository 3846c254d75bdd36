/**
 * `openssl s_server`, which answers a client certificate that it does not know, and a missing one, by an alert: unlike
 * Node.js (`tls_server.ts`) it judges within the handshake.
 *
 * Law: it knows the clients of one root, and nothing of it outlives its disposal.
 */
import type { Issued } from "./authority.ts";

export interface RefusingServer extends AsyncDisposable {
  readonly port: number;
}

export async function startRefusingServer(
  own: Issued,
  clientRoot: string,
  version: "tls1_2" | "tls1_3",
): Promise<RefusingServer> {
  const directory = await Deno.makeTempDir({ prefix: "chargerd-refusing-" });
  const files = { chain: own.chain, key: own.privateKey, root: clientRoot };
  for (const [name, pem] of Object.entries(files)) await Deno.writeTextFile(`${directory}/${name}`, pem);
  const child = new Deno.Command("openssl", {
    args: [
      ...["s_server", `-${version}`, "-accept", "127.0.0.1:0", "-rev"],
      ...["-cert", "chain", "-cert_chain", "chain", "-key", "key"],
      ...["-CAfile", "root", "-Verify", "3", "-verify_return_error"],
    ],
    cwd: directory,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/ACCEPT 127\.0\.0\.1:\d+\n/.test(text)) text += (await output.read()).value ?? "";
  return {
    port: Number(/ACCEPT 127\.0\.0\.1:(\d+)/.exec(text)?.[1]),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await output.cancel();
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
