/**
 * What the link is told and asked.
 *
 * Law: what was meant for one connection is not said on another; no message holds a secret.
 */
import type { WebSocketEvent } from "../hal/websocket.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { Reply } from "./otp/actor.ts";

export type LinkMessage =
  | { readonly kind: "Dial" }
  | { readonly kind: "SocketChanged"; readonly socket: number; readonly event: WebSocketEvent }
  /** For that socket only: what was meant for an earlier one is not said on another. */
  | { readonly kind: "SendFrame"; readonly text: string; readonly socket: number }
  /** Start over on a fresh connection, e.g. because nobody remembers what was in flight on this one. */
  | { readonly kind: "Reconnect"; readonly why: string }
  /** Replies with the connection that is open; null when none is. */
  | { readonly kind: "TellConnection"; readonly reply: Reply<Connection | null> }
  /** Replies with the last connection on which the central system has spoken, be it open or not; null: on none. */
  | { readonly kind: "TellServed"; readonly reply: Reply<Connection | null> }
  /** A CALL has had no answer for too long: is the peer slow, or is nobody there? */
  | { readonly kind: "AnswerOverdue"; readonly id: string }
  /** The peer was asked for a sign of life, for the sake of that CALL: it had time enough. */
  | { readonly kind: "SignOverdue"; readonly id: string }
  /** That CALL has had no answer, and its time has passed: has the peer said anything since? */
  | { readonly kind: "WordOverdue"; readonly id: string }
  | { readonly kind: "PingDue"; readonly socket: number }
  | SettingsChanged;

/** Who has proven what to whom on the open connection. */
export interface Connection {
  /** Which connection it is: no other has this number. */
  readonly socket: number;
  /** The number of our own proof. */
  readonly proof: number;
  /** The central system's certificates: PEM, the leaf first; empty without TLS. */
  readonly peerChain: readonly string[];
}
