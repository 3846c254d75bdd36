/**
 * Attacks below OCPP: what a peer may do to the handshake and to the frames of a WebSocket (notes/reliability.md C3, rows 1 to 5).
 *
 * Law: each ends by itself or with the connection. What the driver makes of each, alone, is tried in `tests/hal/`.
 */
import type { RawPeer } from "../hal/raw_central_system.ts";

export interface TransportAttack {
  readonly name: string;
  readonly script: (peer: RawPeer) => Promise<void>;
}

const megabyte = 1_048_576;
const dripMs = 20;

export const transportAttacks: readonly TransportAttack[] = [
  { name: "a wrong accept key", script: (peer) => peer.upgrade({ accept: "Sec-WebSocket-Accept: AAAA" }) },
  { name: "no accept key", script: (peer) => peer.upgrade({ accept: "X-Nothing: more" }) },
  {
    name: "a wrong sub-protocol",
    script: (peer) => peer.upgrade({ subprotocol: "Sec-WebSocket-Protocol: ocpp9" }),
  },
  { name: "no sub-protocol", script: (peer) => peer.upgrade({ subprotocol: "X-Nothing: more" }) },
  { name: "an upgrade to nothing", script: (peer) => peer.upgrade({ upgrade: "X-Nothing: more" }) },
  ...[302, 401, 404, 503].map((status) => ({
    name: `HTTP ${status}`,
    script: answered(
      `HTTP/1.1 ${status} X\r\nLocation: ws://127.0.0.1:1/\r\nRetry-After: 1000000000\r\n\r\n`,
    ),
  })),
  { name: "a header without end", script: flooded("HTTP/1.1 101 X\r\nA: ", "a".repeat(10_000)) },
  { name: "a handshake byte by byte, and a reset", script: resetting(dripping(20)) },
  { name: "a message of 32 MiB", script: sent(frame(0x81, new Uint8Array(32 * megabyte).fill(65))) },
  { name: "an announcement of 2^62 bytes", script: sent([0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]) },
  { name: "100000 fragments", script: fragments([0x01, 1, 65], [0x00, 1, 65]) },
  { name: "100000 empty fragments", script: fragments([0x01, 0], [0x00, 0]) },
  { name: "pings without end, and no pong read", script: pingsFlooded },
  { name: "20000 messages at once", script: bursts(40, (n) => repeated(text(`[9,${n}]`), 500)) },
  {
    name: "4000 CALLs at once, and no answer read",
    script: bursts(
      20,
      (n) => joined(Array.from({ length: 200 }, (_, at) => text(`[2,"${n}-${at}","GetConfiguration",{}]`))),
    ),
  },
  {
    name: "50 CALLs of 250000 characters at once",
    script: bursts(
      50,
      (n) => text(`[2,"${n}","DataTransfer",{"vendorId":"x","data":"${"x".repeat(249_900)}"}]`),
    ),
  },
  { name: "a binary message", script: sent([0x82, 1, 65, 0x88, 0]) },
  { name: "text that is no UTF-8", script: sent([0x81, 2, 0xc3, 0x28]) },
  { name: "a masked frame", script: sent([0x81, 0x81, 1, 2, 3, 4, 5]) },
  { name: "a reserved bit", script: sent([0xc1, 1, 65]) },
  { name: "a close of one byte", script: sent([0x88, 1, 3]) },
  { name: "a reset in a frame", script: resetting(sent([0x81, 100, 65])) },
];

/** A handshake that is answered byte by byte; without end it lasts as long as the charger bears it. */
export function dripping(bytes: number): TransportAttack["script"] {
  return async (peer) => {
    await peer.request();
    await peer.write("HTTP/1.1 101 Switching Protocols\r\nX-Nothing: ");
    for (let dripped = 0; dripped < bytes; dripped++) {
      await peer.write("a");
      await new Promise((resolve) => setTimeout(resolve, dripMs));
    }
  };
}

function answered(head: string): TransportAttack["script"] {
  return async (peer) => {
    await peer.request();
    await peer.write(head);
  };
}

function resetting(script: TransportAttack["script"]): TransportAttack["script"] {
  return async (peer) => {
    await script(peer);
    peer.reset();
  };
}

function flooded(head: string, endless: string): TransportAttack["script"] {
  return async (peer) => {
    await peer.request();
    await peer.write(head);
    await peer.flood(endless);
  };
}

function sent(bytes: Uint8Array | readonly number[]): TransportAttack["script"] {
  return async (peer) => {
    await peer.upgrade();
    await peer.write(bytes);
  };
}

async function pingsFlooded(peer: RawPeer): Promise<void> {
  await peer.upgrade();
  await peer.flood(repeated(frame(0x89, new Uint8Array(125)), 1_000));
}

/** More than a message may have. */
function fragments(first: readonly number[], more: readonly number[]): TransportAttack["script"] {
  const many = repeated(Uint8Array.from(more), 20_000);
  return bursts(5, (n) => n === 0 ? joined([Uint8Array.from(first), many]) : many);
}

/** So many writes, whatever the charger says meanwhile; then the end, by which all has arrived. */
function bursts(count: number, bytes: (n: number) => Uint8Array): TransportAttack["script"] {
  return async (peer) => {
    await peer.upgrade();
    for (let n = 0; n < count; n++) await peer.write(bytes(n));
    peer.shutHalf();
  };
}

function text(text: string): Uint8Array {
  return frame(0x81, new TextEncoder().encode(text));
}

/** One unmasked frame, as a server sends them (RFC 6455 §5.2). */
function frame(head: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(length));
  const bytes = [...new Uint8Array(view.buffer)];
  const size = length < 126 ? [length] : length < 65_536 ? [126, ...bytes.slice(6)] : [127, ...bytes];
  return joined([Uint8Array.from([head, ...size]), payload]);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return joined(Array<Uint8Array>(times).fill(bytes));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
