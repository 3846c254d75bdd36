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
import { takeBytes } from "./openssl_certificates.ts";
import { type OpensslSession, peerChainOf, peerFlaw, sessionFacts } from "./openssl_session.ts";

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

/** A fatal alert (RFC 5246 §7.2.2), in the clear: nothing of ours is encrypted before it. */
const CERTIFICATE_UNKNOWN = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x2e);

/** Takes the session, and the socket as it connects. */
export function pump(parts: PumpParts): Dialled {
  const running = new Pump(parts);
  return { stream: running.stream, tls: () => running.facts };
}

class Pump {
  readonly stream: Duplex;
  facts: TlsFacts | undefined;
  readonly #parts: PumpParts;
  readonly #record = new Uint8Array(recordBytesMax);
  #phase: "handshake" | "open" | "ended" | "freed" = "handshake";
  /** Whoever reads has room for more. */
  #wanted = false;
  /** The peer's half of the TCP connection is shut. */
  #hungUp = false;
  /** What was written before the handshake was done. */
  #early: (() => void) | null = null;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.stream = new Duplex({
      allowHalfOpen: false,
      read: () => this.#read(),
      write: (bytes: Uint8Array<ArrayBuffer>, _encoding, done) => this.#write(bytes, done),
      final: (done) => this.#goodbye(done),
      destroy: (error, done) => this.#free(error, done),
    });
    const { tcp } = parts;
    tcp.on("connect", () => this.#handshake());
    tcp.on("data", (bytes: Uint8Array<ArrayBuffer>) => this.#take(bytes));
    tcp.on("end", () => {
      this.#hungUp = true;
      this.#turn();
    });
    tcp.on("error", (error) => this.stream.destroy(error));
  }

  #read(): void {
    this.#wanted = true;
    this.#parts.tcp.resume();
    this.#decrypt();
  }

  #write(bytes: Uint8Array<ArrayBuffer>, done: Done): void {
    if (this.#phase === "handshake") this.#early = () => this.#encrypt(bytes, done);
    else this.#encrypt(bytes, done);
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    const { openssl, session, tcp, peer } = this.#parts;
    if (this.#phase === "freed" || this.#phase === "ended") return;
    if (tcp.writableLength > unreadBytesMax) {
      return this.#fail(`TLS with ${peer} failed: it reads nothing of ${tcp.writableLength} bytes`);
    }
    openssl.BIO_write(session.input, bytes, bytes.length);
    this.#turn();
  }

  #turn(): void {
    if (this.#phase === "handshake") this.#handshake();
    else this.#decrypt();
  }

  #handshake(): void {
    const { openssl, session } = this.#parts;
    openssl.ERR_clear_error();
    const result = openssl.SSL_do_handshake(session.ssl);
    if (result !== 1) return this.#waitOrEnd(result);
    if (!this.#judge()) return;
    this.#flush();
    this.facts = sessionFacts(openssl, session);
    this.#phase = "open";
    this.#early?.();
    this.#early = null;
    this.#decrypt();
  }

  /** Whether the handshake may go on: as soon as the peer's certificates are here, and before the next byte is said to it. */
  #judge(): boolean {
    const { openssl, session, tcp, peer } = this.#parts;
    const peerChain = peerChainOf(openssl, session);
    const fault = peerFlaw(openssl, session, { peer, peerChain });
    if (fault === null) return true;
    // What the library would have said next is never said.
    tcp.write(CERTIFICATE_UNKNOWN);
    this.stream.destroy(fault);
    return false;
  }

  #decrypt(): void {
    const { openssl, session, tcp } = this.#parts;
    while (this.#phase === "open" && this.#wanted) {
      openssl.ERR_clear_error();
      const count = openssl.SSL_read(session.ssl, this.#record, this.#record.length);
      if (count <= 0) return this.#waitOrEnd(count);
      this.#wanted = this.stream.push(this.#record.slice(0, count));
    }
    if (this.#phase === "open") tcp.pause();
  }

  /** After a step that came to nothing: the peer has not said all, has said goodbye, or has failed. */
  #waitOrEnd(result: number): void {
    const { openssl, session, peer } = this.#parts;
    const state = openssl.SSL_get_error(session.ssl, result);
    const waits = state === WANT_READ;
    const error = waits || state === ZERO_RETURN ? null : failureOf(openssl, session, peer);
    const isShown = this.#phase === "handshake" && peerChainOf(openssl, session).length > 0;
    // Whatever else has failed: with a record too many behind its flight, what would follow it is written already.
    if (isShown && !this.#judge()) return;
    // What the protocol answers by itself, an alert that tells the peer why among it.
    this.#flush();
    if (error !== null) return void this.stream.destroy(error);
    if (waits && !this.#hungUp) return;
    if (this.#phase === "handshake") {
      return this.#fail(`TLS with ${peer} failed: the peer hung up during the handshake`);
    }
    // Without a goodbye too: whether a message was whole is for the protocol above to say, and RFC 6455 does.
    this.#phase = "ended";
    this.stream.push(null);
  }

  #encrypt(bytes: Uint8Array<ArrayBuffer>, done: Done): void {
    const { openssl, session, peer } = this.#parts;
    if (this.#phase === "freed") return done(new Error(`cannot write to ${peer}: the stream is destroyed`));
    const slice = bytes.subarray(0, sliceBytes);
    openssl.ERR_clear_error();
    if (openssl.SSL_write(session.ssl, slice, slice.length) <= 0) {
      return done(failureOf(openssl, session, peer));
    }
    const rest = bytes.subarray(slice.length);
    this.#flush((error) => error || rest.length === 0 ? done(error) : this.#encrypt(rest, done));
  }

  #goodbye(done: Done): void {
    const { openssl, session, tcp } = this.#parts;
    if (this.#phase !== "handshake") openssl.SSL_shutdown(session.ssl);
    this.#flush();
    tcp.end(() => done());
  }

  #flush(done: Done = () => {}): void {
    const { openssl, session, tcp } = this.#parts;
    const bytes = takeBytes(openssl, session.output);
    if (bytes.length === 0) done();
    else tcp.write(bytes, done);
  }

  #fail(message: string): void {
    this.stream.destroy(new TlsFailed("other", message));
  }

  #free(error: Error | null, done: Done): void {
    const { openssl, session, tcp } = this.#parts;
    const alertWaits = this.#phase === "handshake" && error instanceof TlsFailed;
    this.#phase = "freed";
    openssl.SSL_free(session.ssl);
    // Nothing but the alert waits then, and it has room.
    if (alertWaits) tcp.destroySoon();
    else tcp.destroy();
    done(error);
  }
}
