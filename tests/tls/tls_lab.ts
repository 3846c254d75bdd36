/**
 * One driver, and the far ends that it is tried against.
 *
 * Law: every dial ends before its lab does, and so do all the servers.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type PrivateKeys,
  type StreamDriver,
  type StreamTarget,
  type TlsFacts,
  TlsFailed,
  type TlsFault,
  type TlsOptions,
} from "../../hal/stream.ts";
import { TlsCipherSuite } from "../../hal/station_profile.ts";
import type { Workshop } from "./authority.ts";
import { type Certificates, certificates } from "./certificates.ts";
import { startTlsServer, type TlsServer } from "./tls_server.ts";

export interface TlsLab extends AsyncDisposable {
  readonly driver: StreamDriver;
  readonly certificates: Certificates;
  readonly server: TlsServer;
  /** Echoes what it gets. */
  readonly echo: PlainServer;
  /** A plain server on a loopback port; it is stopped with the lab. */
  readonly plain: (serve: (socket: Socket) => void) => Promise<PlainServer>;
}

export interface PlainServer {
  readonly port: number;
  /** Bytes that have come, of all its connections. */
  readonly bytesRead: () => number;
}

/** Of one workshop are all its certificates. */
export async function createTlsLab(
  createDriver: (keys: PrivateKeys) => StreamDriver,
  workshop?: Workshop,
): Promise<TlsLab> {
  const made = await certificates(workshop);
  const stack = new AsyncDisposableStack();
  const server = stack.use(startTlsServer());

  async function plain(serve: (socket: Socket) => void): Promise<PlainServer> {
    const sockets = new Set<Socket>();
    let bytesRead = 0;
    const listener = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", (bytes: Uint8Array) => bytesRead += bytes.length);
      serve(socket);
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    stack.defer(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    });
    return {
      port: (listener.address() as AddressInfo).port,
      bytesRead: () => bytesRead,
    };
  }

  const echo = await plain((socket) => socket.pipe(socket));
  return {
    ...{ certificates: made, server, echo, plain },
    driver: createDriver(keysOf(made)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function keysOf({ client, strangeClient }: Certificates): PrivateKeys {
  const keys: Readonly<Record<string, string>> = {
    own: client.privateKey,
    strange: strangeClient.privateKey,
    damaged: "-----BEGIN PRIVATE KEY-----",
  };
  return (keyId) => {
    const key = keys[keyId];
    if (key === undefined) throw new Error(`cannot read the private key ${keyId}: there is none`);
    return key;
  };
}

/** What a dial has come to. */
export type Outcome =
  /** What was written came back, and both sides said goodbye. */
  | { readonly kind: "echoed"; readonly tls: TlsFacts | undefined }
  | { readonly kind: "hungUp" }
  | { readonly kind: "failed"; readonly fault: TlsFault; readonly error: string }
  | { readonly kind: "network"; readonly error: string };

/** All that both drivers know. */
export const everySuite = TlsCipherSuite.options;

export type Target =
  & { readonly host?: string; readonly address?: string; readonly port: number }
  & Partial<TlsOptions>;

/** Without more it is `localhost`, proven by the root, with every suite. */
export function target(
  lab: TlsLab,
  { host = "localhost", address = host, port, ...options }: Target,
): StreamTarget {
  const roots = [lab.certificates.root.certificate];
  return { host, address, port, tls: { roots, cipherSuites: everySuite, wildcards: false, ...options } };
}

export async function dial(lab: TlsLab, peer: Target): Promise<Outcome> {
  const { stream, tls } = lab.driver.dial(target(lab, peer));
  try {
    stream.write(said);
    const heard = await hear(stream, said.length);
    if (heard.length < said.length) return { kind: "hungUp" };
    stream.end();
    await ended(stream);
    return { kind: "echoed", tls: tls() };
  } catch (error) {
    if (error instanceof TlsFailed) return { kind: "failed", fault: error.fault, error: error.message };
    return { kind: "network", error: String(error) };
  } finally {
    stream.destroy();
  }
}

const said = "a password, to be told to nobody else";

/** Less than `length` when the peer has ended before. Rejects with the stream's error. */
export function hear(stream: Duplex, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.on("error", reject);
    stream.on("end", () => resolve(text));
    stream.on("data", (bytes) => {
      text += bytes;
      if (text.length >= length) resolve(text);
    });
  });
}

function ended(stream: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on("error", reject);
    stream.on("close", () => resolve());
  });
}
