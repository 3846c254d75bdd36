/**
 * Plain TCP under the WebSocket (security profiles 0 and 1).
 *
 * Law: small messages leave at once. With Nagle's algorithm an answer that is followed by an own CALL would wait about
 * 44 ms for the peer's delayed acknowledgement.
 */
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { type Dialled, type StreamDriver, type StreamTarget, TlsFailed } from "../stream.ts";

export function createTcpStream(): StreamDriver {
  return { dial };
}

function dial(target: StreamTarget): Dialled {
  const { host, address = host, port, tls } = target;
  const stream = tls === undefined ? connect({ host: address, port, noDelay: true }) : refusal(target);
  return { stream, tls: () => undefined };
}

/** A stream that never connects, so that the refusal takes the way of every other failure. */
function refusal({ host, port }: StreamTarget): Duplex {
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const error =
    `cannot dial ${host}:${port} by TLS: this driver has none; use one of those for security profiles 2 and 3`;
  return stream.destroy(new TlsFailed("other", error));
}
