/**
 * The stream port: the bytes under a WebSocket, plain or through TLS.
 *
 * Law: a target with `tls` is never reached in the clear, nor by a peer that the given roots do not prove: a driver that
 * cannot refuses (security white paper, profiles 2 and 3).
 *
 * The shape is `node:stream`'s, a type only, because `npm:ws` and `node:http` take nothing less as a socket. It was fixed
 * by a trial of TLS over the system's OpenSSL, which fits here (README, Decisions).
 */
import type { Duplex } from "node:stream";
import type { TlsCipherSuite } from "./station_profile.ts";

/** The far end. */
export interface StreamTarget {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** Where `host` has been found to be. Without it the driver looks it up; a certificate must be the host's in either case. */
  readonly address?: string;
  readonly port: number;
  /** The peer must be proven by TLS, like this; without it the stream is plain. */
  readonly tls?: TlsOptions;
}

/** TLS 1.2 or 1.3, without compression and renegotiation; the host's name is sent, and must be the certificate's. */
export interface TlsOptions {
  /** PEM, one certificate each. A chain must end at one of them, self-signed or not; nothing else is trusted. */
  readonly roots: readonly string[];
  /** What is offered, in this order; at least one. Deno's TLS chooses by itself (`drivers/deno_tls_stream.ts`). */
  readonly cipherSuites: readonly TlsCipherSuite[];
  /** Our own (profile 3): PEM, the leaf first, up to and without the root. The key stays with the driver of the keys. */
  readonly certificate?: { readonly chain: string; readonly keyId: string };
  /** A certificate for `*.example.com` may prove `csms.example.com` (AllowCSMSTLSWildcards). */
  readonly wildcards: boolean;
}

/** A private key as PEM, by its id. Only the drivers of TLS ask for it: no message, trace or log ever holds one. */
export type PrivateKeys = (keyId: string) => string;

/** What a handshake has come to. */
export interface TlsFacts {
  readonly version: "TLSv1.2" | "TLSv1.3";
  /** Its IANA name. */
  readonly cipherSuite: string;
  /** The peer's certificates: PEM, the leaf first, then its issuers; one that is a root of ours may be missing. */
  readonly peerChain: readonly string[];
}

export interface Dialled {
  readonly stream: Duplex;
  /** From the end of the handshake on; undefined before, and for a plain stream. */
  readonly tls: () => TlsFacts | undefined;
}

/** Drivers: plain TCP, and two of TLS. The simulated world replaces the whole WebSocket instead (`websocket.ts`). */
export interface StreamDriver {
  /**
   * Dials at once and answers a stream that keeps what is written until it is connected. Whatever goes wrong is its
   * `error` event, later; one of TLS is a `TlsFailed`. It has no time-outs: who dials destroys it. A write is done
   * when the system has taken it, so that `writableLength` tells what waits.
   */
  readonly dial: (target: StreamTarget) => Dialled;
}

/**
 * What of TLS failed, as far as the driver can tell: the peer's certificate; that it speaks only versions below 1.2; that it
 * knows none of our suites; that it refused us, mostly our certificate; anything else, such as that there is no TLS.
 */
export type TlsFault = "certificate" | "version" | "cipherSuite" | "refusedUs" | "other";

/** TLS itself failed. The network is not to blame. */
export class TlsFailed extends Error {
  override readonly name = "TlsFailed";
  readonly fault: TlsFault;

  constructor(fault: TlsFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
