/**
 * Plain TCP under the WebSocket (security profiles 0 and 1).
 *
 * Law: small messages leave at once. With Nagle's algorithm an answer that is followed by an own CALL would wait about
 * 44 ms for the peer's delayed acknowledgement.
 */
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { type StreamDriver, type StreamTarget, TlsFailed } from "../stream.ts";

export function createTcpStream(): StreamDriver {
  return { dial };
}

function dial(target: StreamTarget): Duplex {
  if (target.secure) return refusal(target);
  return connect({ host: target.host, port: target.port, noDelay: true });
}

/** A stream that never connects, so that the refusal takes the way of every other failure. */
function refusal(target: StreamTarget): Duplex {
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const error = `cannot dial ${target.host}:${target.port} securely: ` +
    "wss needs security profile 2 or 3, which this build does not have yet; use a ws: URL";
  return stream.destroy(new TlsFailed(error));
}
