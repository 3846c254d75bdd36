/**
 * The stream port: the bytes under a WebSocket, plain or through TLS.
 *
 * Law: `secure` is never lowered: a driver that cannot prove the peer by TLS refuses, it does not connect in the clear
 * (security white paper, profiles 2 and 3).
 *
 * The shape is `node:stream`'s, a type only, because `npm:ws` and `node:http` take nothing less as a socket. It was fixed
 * by a trial of TLS over the system's OpenSSL, which fits here (README, Decisions).
 */
import type { Duplex } from "node:stream";

/** The far end. */
export interface StreamTarget {
  /** The peer must be proven by TLS. */
  readonly secure: boolean;
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Drivers: plain TCP, and TLS. The simulated world replaces the whole WebSocket instead (`websocket.ts`). */
export interface StreamDriver {
  /**
   * Dials at once and answers a stream that keeps what is written until it is connected. Whatever goes wrong is its
   * `error` event, later; one of TLS is a `TlsFailed`. It has no time-outs: who dials destroys it. A write is done
   * when the system has taken it, so that `writableLength` tells what waits.
   */
  readonly dial: (target: StreamTarget) => Duplex;
}

/** TLS itself failed: the peer's certificate, version or cipher, or that there is no TLS. The network is not to blame. */
export class TlsFailed extends Error {
  override readonly name = "TlsFailed";
}
