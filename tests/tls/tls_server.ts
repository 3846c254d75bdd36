/**
 * Servers behind TLS for tests, of whatever suites, versions and certificates: Node.js ends the TLS (`tls_server_child.mjs`),
 * a plain server on a loopback port says the rest.
 *
 * Law: nothing of it outlives its disposal.
 */
import { createEventLog, type EventLog } from "../event_log.ts";

export interface TlsServerOptions {
  /** The port on 127.0.0.1 of the plain server that gets what has been decrypted. */
  readonly forwardTo: number;
  /** PEM, as `authority.ts` makes them: `chain` is sent as it is. */
  readonly chain: string;
  readonly privateKey: string;
  /** As OpenSSL names them: `AES256-GCM-SHA384:AES128-GCM-SHA256`. Default: those of Node.js. */
  readonly ciphers?: string;
  /** Default TLS 1.2 and 1.3. Those below 1.2 need `:@SECLEVEL=0` behind the ciphers. */
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  /** A client must have a certificate of one of these; one that has not is cut off after the handshake, without an alert. */
  readonly clientRoots?: readonly string[];
}

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

export type TlsServerEvent =
  /** A handshake has succeeded. The names are the common name of the client's certificate, and the one that it called. */
  | {
    readonly kind: "Secured";
    readonly version: TlsVersion;
    /** Its IANA name. */
    readonly cipherSuite: string;
    readonly clientName: string | null;
    /** Of the certificate itself, in hexadecimal digits. */
    readonly clientSerialNumber: string | null;
    readonly clientKey: { readonly kind: "RSA" | "EC"; readonly bits: number } | null;
    readonly serverName: string | null;
  }
  | { readonly kind: "Refused"; readonly error: string };

export interface TlsListener extends EventLog<TlsServerEvent> {
  readonly port: number;
}

export interface TlsServer extends AsyncDisposable {
  readonly listen: (options: TlsServerOptions) => Promise<TlsListener>;
}

type Told = ({ readonly kind: "Listening"; readonly port: number } | TlsServerEvent) & {
  readonly id: number;
};

export function startTlsServer(): TlsServer {
  const script = new URL("tls_server_child.mjs", import.meta.url).pathname;
  const child = new Deno.Command("node", { args: [script], stdin: "piped", stdout: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const listeners: { readonly log: EventLog<TlsServerEvent>; readonly listening: (port: number) => void }[] =
    [];
  const over = readLines(child.stdout, (line) => {
    const { id, ...told }: Told = JSON.parse(line);
    if (told.kind === "Listening") listeners[id]?.listening(told.port);
    else listeners[id]?.log.listener(told);
  });

  return {
    listen: async ({ forwardTo, chain, privateKey, clientRoots, ...rest }) => {
      const log = createEventLog<TlsServerEvent>();
      const { promise: listening, resolve } = Promise.withResolvers<number>();
      const id = listeners.push({ log, listening: resolve }) - 1;
      const demands = clientRoots === undefined ? {} : { requestCert: true, ca: clientRoots };
      const options = { minVersion: "TLSv1.2", cert: chain, key: privateKey, ...demands, ...rest };
      await input.write(new TextEncoder().encode(`${JSON.stringify({ id, forwardTo, options })}\n`));
      return { ...log, port: await listening };
    },
    [Symbol.asyncDispose]: async () => {
      await input.close();
      await over;
      await child.status;
    },
  };
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
}
