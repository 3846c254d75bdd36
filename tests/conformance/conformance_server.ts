/**
 * The tool's side of the wire: a WebSocket server on loopback, where each charge point meets the conversation of its id.
 *
 * Law: sub-protocol ocpp1.6 and text only (OCPP-J 1.6 §3.2, §4.1); one connection at a time for each charge point.
 */
// @ts-types="@types/ws"
import { type WebSocket, WebSocketServer } from "ws";
import { Conversation } from "./conversation.ts";

const SUBPROTOCOL = "ocpp1.6";

export interface ConformanceServer extends AsyncDisposable {
  /** Where a charge point connects, without its id. */
  readonly url: string;
  /** Made before the charge point comes. */
  readonly conversation: (chargePointId: string) => Conversation;
}

/** Resolves as soon as it listens. */
export async function startConformanceServer(): Promise<ConformanceServer> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`listen on TCP, not on ${address}`);
  const conversations = new Map<string, Conversation>();
  const current = new Map<string, WebSocket>();

  server.on("connection", (socket, request) => {
    const id = decodeURIComponent((request.url ?? "").split("/").at(-1) ?? "");
    const conversation = conversations.get(id);
    if (conversation === undefined || socket.protocol !== SUBPROTOCOL) return socket.terminate();
    current.get(id)?.terminate();
    current.set(id, socket);
    conversation.connected((text) => socket.send(text));
    socket.on("message", (data, isBinary) => {
      conversation.received(isBinary ? "a binary message" : String(data));
    });
    // What follows an error is the close, which says all.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (current.get(id) === socket) conversation.disconnected();
    });
  });

  return {
    url: `ws://127.0.0.1:${address.port}/ocpp`,
    conversation: (id) => {
      const conversation = new Conversation();
      conversations.set(id, conversation);
      return conversation;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of server.clients) socket.terminate();
      await closed;
    },
  };
}
