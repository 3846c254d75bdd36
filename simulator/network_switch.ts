/**
 * A WebSocket driver with a switch: `POST /hardware/network` takes the network away and gives it back.
 *
 * Law: while it is down every connection is cut and every new one fails, as with the cable pulled.
 */
import type { Clock } from "../hal/clock.ts";
import type { WebSocketConnection, WebSocketDriver } from "../hal/websocket.ts";

export interface NetworkSwitch {
  readonly driver: WebSocketDriver;
  readonly setUp: (up: boolean) => void;
  readonly isUp: () => boolean;
  /** Hangs up every connection, as when this end's power goes; new ones may come. */
  readonly cut: () => void;
}

export function networkSwitch(inner: WebSocketDriver, clock: Clock): NetworkSwitch {
  const open = new Set<WebSocketConnection>();
  let up = true;

  function cut(): void {
    for (const connection of open) connection.terminate();
  }

  return {
    driver: {
      connect: (target, listener) => {
        if (!up) {
          const why = { kind: "failed", layer: "tcp", error: "the simulated network is down" } as const;
          clock.soon(() => listener({ kind: "Closed", opened: false, why }));
          return { send: () => 0, ping: () => {}, close: () => {}, terminate: () => {} };
        }
        const connection = inner.connect(target, (event) => {
          if (event.kind === "Closed") open.delete(connection);
          listener(event);
        });
        open.add(connection);
        return connection;
      },
    },
    setUp: (next) => {
      up = next;
      if (!up) cut();
    },
    isUp: () => up,
    cut,
  };
}
