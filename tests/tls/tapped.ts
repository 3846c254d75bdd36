/**
 * A tap between a driver of TLS and a server: what the driver says, record by record, and bytes of a stranger's put into what it hears.
 *
 * Law: what is put in comes in one piece with the records that stand before it, and what stands behind it comes after.
 */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import type { TlsLab } from "./tls_lab.ts";

export interface PutIn {
  /** How many of the server's records stand before it. */
  readonly behind: number;
  readonly bytes: Uint8Array;
}

export interface Tap {
  readonly port: number;
  /** The names of the records that the first to dial has said, when it has hung up (RFC 5246 §6.2.1, §7.4). */
  readonly said: Promise<readonly string[]>;
}

/** Stands before the server at this port. */
export async function tap(lab: TlsLab, serverPort: number, putIn?: PutIn): Promise<Tap> {
  const said = Promise.withResolvers<readonly string[]>();
  const { port } = await lab.plain((socket) => {
    const server = connect(serverPort, "127.0.0.1");
    // However the server ends, only what was said to it counts.
    server.on("error", () => {});
    const heard: Uint8Array[] = [];
    socket.on("data", (bytes: Uint8Array) => {
      heard.push(bytes);
      server.write(bytes);
    });
    socket.on("end", () => {
      server.end();
      socket.end();
    });
    socket.on("close", () => said.resolve(named(records(Buffer.concat(heard)))));
    let held = Buffer.alloc(0);
    let waits = putIn;
    server.on("data", (bytes: Uint8Array) => {
      held = Buffer.concat([held, bytes]);
      const before = Buffer.concat(records(held).slice(0, waits?.behind));
      if (waits !== undefined && records(before).length < waits.behind) return;
      socket.write(waits === undefined ? held : Buffer.concat([before, waits.bytes]));
      if (waits !== undefined) socket.write(held.subarray(before.length));
      waits = undefined;
      held = Buffer.alloc(0);
    });
  });
  return { port, said: said.promise };
}

/** Those that are whole. */
function records(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) break;
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return found;
}

const TYPES: Readonly<Record<number, string>> = {
  20: "ChangeCipherSpec",
  21: "Alert",
  22: "Encrypted handshake",
  23: "Application data",
};
const MESSAGES: Readonly<Record<number, string>> = {
  1: "ClientHello",
  11: "Certificate",
  15: "CertificateVerify",
  16: "ClientKeyExchange",
};

/** What a handshake's record is tells its first message, until the cipher is changed. */
function named(said: readonly Buffer[]): readonly string[] {
  const types = said.map(([type = 0]) => TYPES[type] ?? `type ${type}`);
  const clear = types.indexOf("ChangeCipherSpec");
  return said.map((record, at) => {
    const isClear = record[0] === 22 && (clear < 0 || at < clear);
    return (isClear ? MESSAGES[record[5] ?? 0] : undefined) ?? types[at] ?? "";
  });
}
