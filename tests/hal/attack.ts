/**
 * Attacks on the WebSocket over `npm:ws`: what the peer does, and what must come of it.
 *
 * Law: whatever the peer does, one `Closed` comes, as the last event, and the socket is let go.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { createTcpStream } from "../../hal/drivers/tcp_stream.ts";
import { createWsWebSocket } from "../../hal/drivers/ws_websocket.ts";
import type {
  CloseReason,
  WebSocketConnection,
  WebSocketEvent,
  WebSocketTarget,
} from "../../hal/websocket.ts";
import { createEventLog } from "../event_log.ts";
import { createRawCentralSystem, type RawPeer } from "./raw_central_system.ts";

export const driver = createWsWebSocket(createTcpStream());
export const limits = {
  subprotocols: ["ocpp1.6"],
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 50,
  payloadBytesMax: 65_536,
};

type Script = (peer: RawPeer) => Promise<void>;

/** A reason in full, or the layer alone where the words are those of `ws` and `node:http`. */
export type Expected = CloseReason | "tcp" | "websocket";

export interface Attack {
  readonly peer: (peer: RawPeer, closed: Promise<unknown>) => Promise<void>;
  /** What the charger does once it is open. */
  readonly charger?: (connection: WebSocketConnection) => void;
  /** The same, with each text as it comes. */
  readonly heard?: (text: string) => void;
  readonly target?: Partial<WebSocketTarget>;
  readonly received?: readonly string[];
  readonly ends: Expected;
}

/** No attack may hold the charger longer, nor cost it more memory. */
const endsWithinMs = 5_000;
const memoryBytesMax = 100_000_000;

export async function survive(attack: Attack): Promise<void> {
  const overdue = Promise.withResolvers<never>();
  const timer = setTimeout(() => overdue.reject(new Error(`no end after ${endsWithinMs} ms`)), endsWithinMs);
  try {
    await Promise.race([judge(attack), overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function judge(attack: Attack): Promise<void> {
  const log = createEventLog<WebSocketEvent>();
  const letGo = Promise.withResolvers<void>();
  const central = await createRawCentralSystem((peer) => {
    const attacked = attack.peer(peer, log.next("Closed")).catch(() => {});
    // Whatever the attack came to: only when the charger has let go of the socket does this read to its end.
    attacked.then(peer.readAll).catch(() => {}).then(() => letGo.resolve());
  });
  const memoryBytes = Deno.memoryUsage().rss;
  const connection = driver.connect({ ...limits, url: central.url, ...attack.target }, (event) => {
    log.listener(event);
    if (event.kind === "Opened") attack.charger?.(connection);
    if (event.kind === "Received") attack.heard?.(event.text);
  });
  const closed = await log.next("Closed");
  assertLess(Deno.memoryUsage().rss - memoryBytes, memoryBytesMax);
  await letGo.promise;
  await central.stop();
  assertReason(closed.why, attack.ends);
  const received = attack.received ?? [];
  assertEquals(log.events.at(-1), closed);
  assertEquals(log.events.filter((event) => event.kind === "Closed").length, 1);
  assertEquals(log.events.flatMap((event) => event.kind === "Received" ? [event.text] : []), received);
}

function assertReason(why: CloseReason, expected: Expected): void {
  if (typeof expected !== "string") return assertEquals(why, expected);
  assert(
    why.kind === "failed" && why.layer === expected,
    `${JSON.stringify(why)} is not of layer ${expected}`,
  );
}

export function answer(text: string): Script {
  return async (peer) => {
    await peer.request();
    await peer.write(text);
  };
}

export function flood(head: string, endless: string): Script {
  return async (peer) => {
    await peer.write(head);
    await peer.flood(endless);
  };
}

export function drip(text: string): Script {
  return async (peer) => {
    for (const byte of text) {
      await peer.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
}

export function send(frames: readonly number[]): Script {
  return async (peer) => {
    await peer.upgrade();
    await peer.write(frames);
  };
}

export function floodFrames(first: readonly number[], endless: readonly number[]): Script {
  return async (peer) => {
    await send(first)(peer);
    await peer.flood(Uint8Array.from(Array<readonly number[]>(1_000).fill(endless).flat()));
  };
}
