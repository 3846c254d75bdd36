/**
 * What may be lost when a mailbox is full, the oldest of it first: what comes from outside, as often as it likes.
 *
 * Law: what an actor must know to go on (the state of the link, of a connector, an outcome) is never lost for it (house rule 5).
 */
import type { AuthorizerMessage } from "./authorizer.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { LinkMessage } from "./link_message.ts";
import type { OutboxMessage } from "./outbox_message.ts";

/** Cards: who has been overlooked holds the card there again. */
export function authorizerMayLose({ kind }: AuthorizerMessage): boolean {
  return kind === "Presented";
}

/** Cards, and of the board's states, each of which is whole, the older ones. */
export function connectorMayLose({ kind }: ConnectorMessage): boolean {
  return kind === "Presented" || kind === "BoardChanged";
}

/** Frames: a CALL that was not heard is repeated by who sent it, an answer by what is sent again. */
export function linkMayLose(message: LinkMessage): boolean {
  return message.kind === "SocketChanged" && message.event.kind === "Received";
}

export function outboxMayLose({ kind }: OutboxMessage): boolean {
  return kind === "FrameReceived";
}
