/**
 * The central system of the benchmark: bare `ws`, so that what it costs itself is the same for whoever is measured.
 *
 * Law: a time is taken when a text arrives, before anything is done with it.
 */
import type { IncomingMessage } from "node:http";
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";

/** A CALL of the peer. */
export interface Called {
  readonly atMs: number;
  readonly action: string;
  // deno-lint-ignore no-explicit-any
  readonly payload: any;
}

export interface Wire {
  /** Sends a CALL; resolves with the arrival of the first text that bears its id: an answer, or an echo. */
  readonly ask: (action: string, payload: unknown) => Promise<number>;
  /** The next CALL from now on that is as wanted. All are answered. */
  readonly called: (wanted: (call: Called) => boolean) => Promise<Called>;
}

export interface Csms {
  readonly url: string;
  /** The next connection, and the arrival of its first text. */
  readonly connected: () => Promise<{ readonly wire: Wire; readonly firstMs: number }>;
  readonly stop: () => void;
}

export async function startCsms(): Promise<Csms> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "ocpp1.6" });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`listen on a port, not on ${address}`);
  return {
    url: `ws://127.0.0.1:${address.port}`,
    connected: () =>
      new Promise((resolve) => {
        server.once("connection", (socket: WebSocket, request: IncomingMessage) => {
          const echoes = request.url === "/echo";
          wireOf(socket, echoes, (wire, firstMs) => resolve({ wire, firstMs }));
        });
      }),
    stop: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

type Waiting = { readonly wanted: (call: Called) => boolean; readonly resolve: (call: Called) => void };

function wireOf(socket: WebSocket, echoes: boolean, begun: (wire: Wire, firstMs: number) => void): void {
  let asked: { readonly id: string; readonly resolve: (atMs: number) => void } | null = null;
  let count = 0;
  const waiting = new Set<Waiting>();
  const wire: Wire = {
    ask: (action, payload) =>
      new Promise((resolve) => {
        const id = `bench-${++count}`;
        asked = { id, resolve };
        socket.send(JSON.stringify([2, id, action, payload]));
      }),
    called: (wanted) => new Promise((resolve) => waiting.add({ wanted, resolve })),
  };
  socket.once("message", () => begun(wire, performance.now()));
  socket.on("message", (data) => {
    const atMs = performance.now();
    const text = data.toString();
    if (asked !== null && text.includes(`"${asked.id}"`)) return asked.resolve(atMs);
    if (echoes || !text.startsWith("[2,")) return;
    const [, id, action, payload] = JSON.parse(text);
    socket.send(JSON.stringify([3, id, answer(action)]));
    const call = { atMs, action, payload };
    for (const one of waiting) {
      if (one.wanted(call) && waiting.delete(one)) one.resolve(call);
    }
  });
}

let transactions = 0;

function answer(action: string): unknown {
  switch (action) {
    case "BootNotification":
      return { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 };
    case "Heartbeat":
      return { currentTime: new Date().toISOString() };
    case "StartTransaction":
      return { transactionId: ++transactions, idTagInfo: { status: "Accepted" } };
    default:
      return {};
  }
}
