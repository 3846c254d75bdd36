/**
 * The end of TLS in a process of its own, under Node.js: its OpenSSL has every suite and version that Deno's TLS has not.
 *
 * Law: what it reads and writes on its standard streams is one JSON object a line (`tls_server.ts`); it ends with its input.
 */
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { createServer } from "node:tls";

for await (const line of createInterface({ input: process.stdin })) listen(JSON.parse(line));
process.exit(0);

/** Decrypts what comes and hands it on to a plain server; what becomes of each connection is told. */
function listen({ id, options, forwardTo }) {
  const server = createServer(options, (secured) => {
    secured.setNoDelay(true);
    const { standardName: cipherSuite, version } = secured.getCipher();
    const { subject, serialNumber, modulus, bits } = secured.getPeerCertificate();
    const clientName = subject?.CN ?? null;
    const clientKey = bits === undefined ? null : { kind: modulus === undefined ? "EC" : "RSA", bits };
    const serverName = secured.servername || null;
    tell({
      kind: "Secured",
      id,
      version: secured.getProtocol() ?? version,
      cipherSuite,
      clientName,
      clientSerialNumber: serialNumber ?? null,
      clientKey,
      serverName,
    });
    // What comes before there is a listener is lost to nobody, but an end is.
    const plain = connect({ host: "127.0.0.1", port: forwardTo, noDelay: true, allowHalfOpen: true });
    secured.pipe(plain).pipe(secured);
    secured.on("error", () => plain.destroy());
    secured.on("close", () => plain.destroy());
    plain.on("error", () => secured.destroy());
    // A peer that was cut off behind us is cut off in front of us.
    plain.on("close", () => secured.destroySoon());
  });
  server.on("tlsClientError", (error) => tell({ kind: "Refused", id, error: error.message }));
  server.listen(0, "127.0.0.1", () => tell({ kind: "Listening", id, port: server.address().port }));
}

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
