/**
 * TLS over Deno's own (`node:tls`, rustls): ECDHE suites and TLS 1.3, nothing to install.
 *
 * Law: not a byte is written before the peer is proven. Of the suites only their versions are ours to choose: it offers all
 * that it has (AES-GCM and ChaCha20, each with ECDHE), and the station's rules keep TLS_RSA_… away (`station_rules.ts`).
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { connect as dialTcp, isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import {
  type Dialled,
  type PrivateKeys,
  type StreamDriver,
  type StreamTarget,
  type TlsFacts,
  TlsFailed,
  type TlsFault,
  type TlsOptions,
} from "../stream.ts";
import { createDenoTrust } from "./deno_trust.ts";
import { peerFault } from "./proven_peer.ts";
import { createTcpStream } from "./tcp_stream.ts";

export function createDenoTlsStream(privateKeys: PrivateKeys): StreamDriver {
  const plain = createTcpStream();
  return {
    dial: (target) => {
      const { host, address = host, port, tls } = target;
      if (tls === undefined) return plain.dial(target);
      try {
        const roots = usable(tls.roots);
        // What is given as `ca` takes the place of every other root, an empty list too; NODE_TLS_REJECT_UNAUTHORIZED lets nobody in.
        const proof = { ca: [...roots], rejectUnauthorized: true };
        const options = { ...proof, ...identity(tls, privateKeys), ...naming(target, tls), ...versions(tls) };
        // Half-open, since a peer that has said goodbye is still to be told ours.
        const tcp = dialTcp({ host: address, port, noDelay: true, allowHalfOpen: true });
        const socket = connect({ host, socket: ciphered(tcp), ...options });
        return wrap({ tcp, socket, peer: `${host}:${port}`, roots });
      } catch (error) {
        return refusal(error instanceof TlsFailed ? error : new TlsFailed("other", String(error)));
      }
    },
  };
}

/** One that cannot be loaded must not shut out those that can. */
function usable(roots: readonly string[]): readonly string[] {
  const flaws = roots.map(rootFlaw);
  const [first] = flaws;
  if (typeof first === "string" && !flaws.includes(null)) {
    throw new TlsFailed("other", first);
  }
  return roots.filter((_, index) => flaws[index] === null);
}

const { rootFlaw } = createDenoTrust();

/** A pair that does not fit is offered to nobody: rustls would fail, and blame the version. */
function identity({ certificate }: TlsOptions, privateKeys: PrivateKeys): ConnectionOptions {
  if (certificate === undefined) return {};
  const leaf = readCertificate(certificate.chain, "our certificate");
  const key = privateKeys(certificate.keyId);
  if (!fits(leaf, key)) {
    throw new TlsFailed(
      "other",
      `cannot use the private key ${certificate.keyId} with our certificate: they are no pair`,
    );
  }
  return { cert: certificate.chain, key };
}

function fits(leaf: X509Certificate, privateKey: string): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    throw new TlsFailed("other", "cannot read our private key: it is no PEM of a private key");
  }
}

/** Alternative names first, the common name where there are none (`checkServerIdentity`); an address is sent nowhere. */
function naming({ host }: StreamTarget, { wildcards }: TlsOptions): ConnectionOptions {
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (name, certificate) => {
      const error = checkServerIdentity(name, certificate);
      if (error !== undefined || wildcards || isIP(name) !== 0 || isNamed(name, certificate)) return error;
      return new TlsFailed(
        "certificate",
        `cannot accept a wildcard certificate for ${name}: AllowCSMSTLSWildcards is false`,
      );
    },
  };
}

function isNamed(host: string, { subject, subjectaltname }: PeerCertificate): boolean {
  const alternatives = (subjectaltname ?? "").split(", ").filter((name) => name.startsWith("DNS:"));
  const names = alternatives.length > 0 ? alternatives.map((name) => name.slice(4)) : [subject.CN].flat();
  return names.some((name) => name !== undefined && compared(name) === compared(host));
}

/** As `checkServerIdentity` does it: one dot at the end says nothing. */
function compared(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function versions({ cipherSuites }: TlsOptions): ConnectionOptions {
  const suites13 = cipherSuites.filter((suite) => !suite.includes("_WITH_"));
  return {
    minVersion: suites13.length < cipherSuites.length ? "TLSv1.2" : "TLSv1.3",
    maxVersion: suites13.length > 0 ? "TLSv1.3" : "TLSv1.2",
  };
}

/**
 * `node:tls` reads on without end, paused or not, from a socket of its own; from this one comes no more than TCP gives. The
 * price: an alert that tells the peer why it is refused does not get out.
 */
function ciphered(tcp: Socket): Duplex {
  const stream = new Duplex({
    read: () => {},
    write: (bytes, _encoding, done) => void tcp.write(bytes, done),
    final: (done) => void tcp.end(() => done()),
  });
  tcp.on("data", (bytes) => stream.push(bytes));
  tcp.on("end", () => stream.push(null));
  return stream;
}

interface Wrapped {
  readonly tcp: Socket;
  readonly socket: TLSSocket;
  /** For the words of an error. */
  readonly peer: string;
  /** PEM. */
  readonly roots: readonly string[];
}

/** A stream of our own, whose errors are ours. */
function wrap({ tcp, socket, peer, roots }: Wrapped): Dialled {
  let facts: TlsFacts | undefined;
  /** What was written before the peer was proven: when `node:tls` would let go of it, it does not promise. */
  let early: (() => void) | null = null;
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void tcp.resume(),
    write: (bytes, _encoding, done) => {
      const write = () => void socket.write(bytes, done);
      if (facts === undefined) early = write;
      else write();
    },
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy();
      tcp.destroy();
      done(error);
    },
  });
  contain(socket, (error) => {
    stream.destroy(
      new TlsFailed("certificate", `TLS with ${peer} failed: its certificates cannot be read: ${error}`),
    );
  });
  socket.on("secureConnect", () => {
    const found = factsOf(socket, roots);
    const fault = peerFault({ peer, peerChain: found.peerChain, roots });
    if (fault !== null) return void stream.destroy(fault);
    facts = found;
    early?.();
    early = null;
  });
  socket.on("data", (bytes) => {
    if (!stream.push(bytes)) tcp.pause();
  });
  socket.on("end", () => stream.push(null));
  for (const end of [tcp, socket]) end.on("error", (error) => stream.destroy(translated(error, peer)));
  return { stream, tls: () => facts };
}

/** `node:tls` reads the peer's certificates in this event, where nobody waits for what it throws at one that it cannot read. */
function contain(socket: TLSSocket, refuse: (error: unknown) => void): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "secure") return emit(event, ...args);
    try {
      return emit(event, ...args);
    } catch (error) {
      refuse(error);
      return true;
    }
  };
}

function factsOf(socket: TLSSocket, roots: readonly string[]): TlsFacts {
  const installed = new Set(roots.map((root) => new X509Certificate(root).fingerprint256));
  return {
    version: socket.getProtocol() === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2",
    cipherSuite: socket.getCipher().standardName,
    peerChain: peerChain(socket.getPeerCertificate(true), installed),
  };
}

/** As the peer has sent them, whatever twice; they are linked up to the root, which comes from us and is linked to itself. */
function peerChain(leaf: DetailedPeerCertificate, roots: ReadonlySet<string>): readonly string[] {
  const linked = new Set<DetailedPeerCertificate>();
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next !== undefined && !linked.has(next)) {
    linked.add(next);
    next = next.issuerCertificate;
  }
  const sent = [...linked].filter(({ fingerprint256 }) => !roots.has(fingerprint256));
  return [...new Set(sent.map(({ raw }) => new X509Certificate(raw).toString()))];
}

function translated(error: Error & { readonly code?: unknown }, peer: string): Error {
  if (error instanceof TlsFailed) return error;
  const code = String(error.code);
  const hungUp = code === "ECONNRESET" && error.message.startsWith("Client network socket disconnected");
  // ECONNREFUSED, ENOTFOUND and their like are the network's.
  if (!hungUp && /^E[A-Z]+$/.test(code)) return error;
  return new TlsFailed(faultOf(code, error.message), `TLS with ${peer} failed: ${error.message} (${code})`);
}

/** Those that are about us; of the others HandshakeFailure may mean that we have no certificate, too. */
const ABOUT_US = /^(.*Certificate.*|UnknownCA|AccessDenied|DecryptError)$/;

/** An alert of the peer's has rustls' words, and a code that other errors have too. */
function faultOf(code: string, message: string): TlsFault {
  const alert = /^received fatal alert: (\w+)/.exec(message)?.[1] ?? "";
  if (alert === "ProtocolVersion" || code === "ERR_SSL_UNSUPPORTED_PROTOCOL") return "version";
  if (alert === "HandshakeFailure" || alert === "InsufficientSecurity") return "cipherSuite";
  if (ABOUT_US.test(alert)) return "refusedUs";
  // Each fault of a chain has a code of its own: UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_HAS_EXPIRED …
  return code.startsWith("ERR_TLS_CERT") || !code.startsWith("E") ? "certificate" : "other";
}

function readCertificate(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new TlsFailed("other", `cannot read ${what}: ${error instanceof Error ? error.message : error}`);
  }
}

/** A stream that never connects, so that the refusal takes the way of every other failure. */
function refusal(error: TlsFailed): Dialled {
  const stream = new Duplex({ read: () => {}, write: () => {} });
  return { stream: stream.destroy(error), tls: () => undefined };
}
