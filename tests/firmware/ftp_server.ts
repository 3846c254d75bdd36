/**
 * An FTP server that we did not write (`npm:ftp-srv`), plain or with explicit TLS, for the tests.
 *
 * Law: nothing of it outlives its disposal.
 */
import type { AddressInfo } from "node:net";
import { FtpSrv } from "ftp-srv";
import type { FileServer } from "../contract/transfer_contract.ts";
import { temporaryDirectory } from "../integration/temporary_directory.ts";

/** Of what it writes about itself nothing is wanted. */
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export async function startFtpServer(
  proof?: { readonly chain: string; readonly privateKey: string },
): Promise<FileServer> {
  const directory = await temporaryDirectory();
  await Deno.mkdir(`${directory.path}/logs`);
  const server = new FtpSrv({
    url: "ftp://127.0.0.1:0",
    pasv_url: "127.0.0.1",
    pasv_min: 20_000,
    pasv_max: 30_000,
    // deno-lint-ignore no-explicit-any -- typed as a whole bunyan logger
    log: quiet as any,
    ...(proof === undefined ? {} : { tls: { key: proof.privateKey, cert: proof.chain } }),
  });
  server.on(
    "login",
    ({ username, password }, welcome, refuse) =>
      username === "charger" && password === "secret"
        ? welcome({ root: directory.path })
        : refuse(new Error("who is that?")),
  );
  await server.listen();
  return {
    port: ((server as unknown as { server: { address: () => AddressInfo } }).server.address()).port,
    files: async () => {
      const names = [...Deno.readDirSync(`${directory.path}/logs`)].map(({ name }) => name);
      const read = names.map(async (
        name,
      ) => [name, await Deno.readTextFile(`${directory.path}/logs/${name}`)]);
      return Object.fromEntries(await Promise.all(read));
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}
