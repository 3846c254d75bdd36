/**
 * The pump between a TLS session in memory and its TCP socket: a `Duplex` of what is said through TLS.
 *
 * Law: the session is freed exactly once, when the stream is destroyed, whichever side ends it and how. What is read and not yet
 * wanted waits in the system, not here; a write is done when the system has taken it.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { type Dialled, type TlsFacts, TlsFailed } from "../stream.ts";
import { failureOf } from "./openssl_faults.ts";
import type { Openssl } from "./openssl_library.ts";
import { type OpensslSession, sessionFacts, takeBytes } from "./openssl_session.ts";

export interface PumpParts {
  readonly openssl: Openssl;
  readonly session: OpensslSession;
  /** Still connecting. */
  readonly tcp: Socket;
  /** For the words of an error. */
  readonly peer: string;
}

type Done = (error?: Error | null) => void;

/** Four records: what the library has to keep of a long write at a time. */
const sliceBytes = 65_536;
/** A record's content (RFC 8446 §5.1). */
const recordBytesMax = 16_384;
/** Of what nobody waits for: a peer that asks for answers of the protocol's own and reads none of them. */
const unreadBytesMax = 1_048_576;
/** SSL_ERROR_… */
const WANT_READ = 2;
const ZERO_RETURN = 6;

export function pump({ openssl, session, tcp, peer }: PumpParts): Dialled {
  let phase: "handshake" | "open" | "ended" | "freed" = "handshake";
  let facts: TlsFacts | undefined;
  let wanted = false;
  let hungUp = false;
  /** What was written before the handshake was done. */
  let early: (() => void) | null = null;
  const record = new Uint8Array(recordBytesMax);

  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => {
      wanted = true;
      tcp.resume();
      if (phase === "open") decrypt();
    },
    write: (bytes: Uint8Array<ArrayBuffer>, _encoding, done) => {
      if (phase === "handshake") early = () => encrypt(bytes, done);
      else encrypt(bytes, done);
    },
    final: goodbye,
    destroy: (error, done) => {
      const failedHandshake = phase === "handshake" && error instanceof TlsFailed;
      phase = "freed";
      openssl.SSL_free(session.ssl);
      // The alert that tells the peer why: nothing else can be waiting before it.
      if (failedHandshake) tcp.destroySoon();
      else tcp.destroy();
      done(error);
    },
  });

  function handshake(): void {
    openssl.ERR_clear_error();
    const result = openssl.SSL_do_handshake(session.ssl);
    const error = result === 1 ? null : failureAfter(result);
    flush();
    if (error !== null) return void stream.destroy(error);
    if (result !== 1) return waitForMore();
    facts = sessionFacts(openssl, session);
    phase = "open";
    early?.();
    early = null;
    decrypt();
  }

  /** Null when the session only waits for the peer, or the peer has said goodbye. */
  function failureAfter(result: number): TlsFailed | null {
    const error = openssl.SSL_get_error(session.ssl, result);
    return error === WANT_READ || error === ZERO_RETURN ? null : failureOf(openssl, session, peer);
  }

  function decrypt(): void {
    while (phase === "open" && wanted) {
      openssl.ERR_clear_error();
      const count = openssl.SSL_read(session.ssl, record, record.length);
      if (count <= 0) {
        const saidGoodbye = openssl.SSL_get_error(session.ssl, count) === ZERO_RETURN;
        const error = failureAfter(count);
        flush();
        if (error !== null) return void stream.destroy(error);
        return saidGoodbye ? end() : waitForMore();
      }
      wanted = stream.push(record.slice(0, count));
    }
    if (phase === "open" && !wanted) tcp.pause();
  }

  function waitForMore(): void {
    if (!hungUp) return;
    if (phase === "open") return end();
    stream.destroy(new TlsFailed("other", `TLS with ${peer} failed: the peer hung up during the handshake`));
  }

  /** Without a goodbye too: whether a message was whole is for the protocol above to say, and RFC 6455 does. */
  function end(): void {
    phase = "ended";
    stream.push(null);
  }

  function encrypt(bytes: Uint8Array<ArrayBuffer>, done: Done): void {
    if (phase === "freed") return done(new Error(`cannot write to ${peer}: the stream is destroyed`));
    const slice = bytes.subarray(0, sliceBytes);
    openssl.ERR_clear_error();
    if (openssl.SSL_write(session.ssl, slice, slice.length) <= 0) {
      return done(failureOf(openssl, session, peer));
    }
    const rest = bytes.subarray(slice.length);
    flush((error) => error || rest.length === 0 ? done(error) : encrypt(rest, done));
  }

  function goodbye(done: Done): void {
    if (phase === "open" || phase === "ended") {
      openssl.SSL_shutdown(session.ssl);
      flush();
    }
    tcp.end(() => done());
  }

  function flush(done: Done = () => {}): void {
    const bytes = takeBytes(openssl, session.output);
    if (bytes.length === 0) return done();
    tcp.write(bytes, done);
    if (tcp.writableLength <= unreadBytesMax) return;
    stream.destroy(
      new TlsFailed(
        "other",
        `TLS with ${peer} failed: ${tcp.writableLength} bytes wait for the peer to read`,
      ),
    );
  }

  tcp.on("connect", handshake);
  tcp.on("data", (bytes: Uint8Array<ArrayBuffer>) => {
    if (phase === "freed" || phase === "ended") return;
    openssl.BIO_write(session.input, bytes, bytes.length);
    if (phase === "handshake") handshake();
    else decrypt();
  });
  tcp.on("end", () => {
    hungUp = true;
    if (phase === "handshake") handshake();
    else decrypt();
  });
  tcp.on("error", (error) => stream.destroy(error));
  return { stream, tls: () => facts };
}
