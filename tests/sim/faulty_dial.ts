/**
 * What can go wrong before a WebSocket is there (DNS, a closed port, TLS), and a count of the sockets that are.
 *
 * Law: never two at a time, and between two dials there is a back-off (invariant I19): counted here, where they are made.
 */
import type { Clock } from "../../hal/clock.ts";
import type { CloseReason, WebSocketDriver } from "../../hal/websocket.ts";

export type DialFault = "dns" | "refused" | "tls";

export interface FaultyDial {
  readonly driver: WebSocketDriver;
  /** Every dial ends so, until it is null again. */
  readonly set: (fault: DialFault | null) => void;
  /** What was done that must not be. */
  readonly breaches: readonly string[];
  /** The link has been started anew: it dials at once. */
  readonly linkStarted: () => void;
  /** The power is gone, and every socket with it. */
  readonly cut: () => void;
}

const reasons: Readonly<Record<DialFault, CloseReason>> = {
  dns: { kind: "failed", layer: "tcp", error: "failed to look up address information" },
  refused: { kind: "failed", layer: "tcp", error: "connection refused" },
  tls: { kind: "failed", layer: "tls", fault: "other", error: "received fatal alert: HandshakeFailure" },
};

/** A half of the first wait of the back-off, less rounding. */
const leastWaitMs = 499;

export function createFaultyDial(
  driver: WebSocketDriver,
  clock: Clock,
  reached: (point: string) => void,
): FaultyDial {
  const breaches: string[] = [];
  let fault: DialFault | null = null;
  let live = 0;
  let age = 0;
  let mayDialMs = 0;
  let receivedMs = -Infinity;

  function dialled(): void {
    const nowMs = clock.monotonicMs();
    if (live > 0) breaches.push(`a second socket was dialled at ${nowMs} ms`);
    if (nowMs < mayDialMs) breaches.push(`a dial without back-off at ${nowMs} ms`);
    live += 1;
  }

  /** Several messages in one read. */
  function received(): void {
    if (receivedMs === clock.monotonicMs()) reached("messages came at once");
    receivedMs = clock.monotonicMs();
  }

  return {
    breaches,
    set: (next) => void (fault = next),
    linkStarted: () => void (mayDialMs = 0),
    cut: () => {
      live = 0;
      age += 1;
      mayDialMs = 0;
    },
    driver: {
      connect: (target, listener) => {
        dialled();
        const ofAge = age;
        let isOver = false;
        const over = () => {
          if (isOver || ofAge !== age) return;
          isOver = true;
          live -= 1;
        };
        if (fault !== null) {
          const why = reasons[fault];
          reached(`dial failed: ${fault}`);
          clock.soon(() => {
            over();
            mayDialMs = clock.monotonicMs() + leastWaitMs;
            listener({ kind: "Closed", opened: false, why });
          });
          return { send: () => 0, ping: () => {}, close: () => {}, terminate: () => {} };
        }
        const connection = driver.connect(target, (event) => {
          if (event.kind === "Received") received();
          if (event.kind === "Closed") {
            // One that its actor has cut in its end is no reason for the next to wait.
            if (!isOver) mayDialMs = clock.monotonicMs() + leastWaitMs;
            over();
          }
          listener(event);
        });
        return {
          ...connection,
          terminate: () => {
            over();
            connection.terminate();
          },
        };
      },
    },
  };
}
