/**
 * What a TLS client says first, before anything is secret (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2): what it offers, as a tool sees it.
 *
 * Law: read from the bytes of the wire, and from nothing that the client or its library says of itself.
 */

export interface ClientHello {
  /** Wire values, as 0x0303 for TLS 1.2. */
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SUPPORTED_VERSIONS = 43;
/** Of a record, and of the message in it. */
const HEADS = 5 + 4;
const VERSION_AND_RANDOM = 2 + 32;

/** Of the first bytes of a connection; null while they are not all of it. Throws a RangeError at any others. */
export function clientHello(bytes: Uint8Array): ClientHello | null {
  if (bytes.length < HEADS) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== HANDSHAKE || view.getUint8(5) !== CLIENT_HELLO) {
    throw new RangeError(`begin a connection with a ClientHello, not with ${bytes.slice(0, HEADS)}`);
  }
  if (bytes.length < 5 + view.getUint16(3)) return null;
  let at = HEADS + VERSION_AND_RANDOM;
  at += 1 + view.getUint8(at);
  const cipherSuites = words(view, at + 2, view.getUint16(at));
  at += 2 + view.getUint16(at);
  at += 1 + view.getUint8(at);
  const end = at + 2 + view.getUint16(at);
  for (at += 2; at < end; at += 4 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== SUPPORTED_VERSIONS) continue;
    return { versions: words(view, at + 5, view.getUint8(at + 4)), cipherSuites };
  }
  return { versions: [view.getUint16(HEADS)], cipherSuites };
}

function words(view: DataView, at: number, length: number): readonly number[] {
  return Array.from({ length: length / 2 }, (_, index) => view.getUint16(at + 2 * index));
}
