/**
 * What an actor is: an address, a mailbox that outlives it, and a behaviour that handles one message at a time.
 *
 * Law: a crash costs the message in hand, whose sender gets a definite failure; everything else waits for the successor.
 * The shapes only; the kernel that runs them is `kernel.ts`, and who is restarted with whom is `supervisor.ts`.
 */
import type { Cancel } from "../../hal/clock.ts";

/** Every message is a fact or a request with a name, so that it can be traced. */
export interface Message {
  readonly kind: string;
}

/** Where messages are sent to. It is made before the actor starts and stays true over restarts. */
export interface Address<M extends Message> {
  readonly id: string;
  /** False when the mailbox is full or the actor has stopped for good; the refusal is traced. */
  readonly send: (message: M) => boolean;
}

/** Answers a request, once; further calls do nothing. */
export type Reply<R> = (value: R) => void;

/** How a request ended. Exactly one of these reaches who asked, unless that one has itself been restarted meanwhile. */
export type Outcome<R> =
  | { readonly kind: "reply"; readonly value: R }
  /** Who was asked crashed or was restarted before it replied. */
  | { readonly kind: "crashed" }
  /** The mailbox was full. */
  | { readonly kind: "refused" }
  /** Who was asked has stopped for good. */
  | { readonly kind: "stopped" }
  | { readonly kind: "timeout" };

/** What a running actor may do to the world. All of it is void once the kernel has given this incarnation up. */
export interface Self<M extends Message> {
  readonly address: Address<M>;
  /** 0 at the first start, one more at each start after it, failed ones included. */
  readonly incarnation: number;
  readonly send: <T extends Message>(to: Address<T>, message: T) => boolean;
  /**
   * Sends a request that carries its reply; what comes of it arrives as a message of one's own, even when the mailbox is
   * full. The reply may be given in a later turn than the request was taken in.
   */
  readonly ask: <const T extends Message, R>(
    to: Address<T>,
    request: (reply: Reply<R>) => T,
    timeoutMs: number,
    outcome: (outcome: Outcome<R>) => M,
  ) => void;
  /**
   * Sends a message to oneself later, even when the mailbox is full. Cancelled by the call returned, and by a crash or
   * stop: it is not handled after that, not even when it already waits in the mailbox.
   */
  readonly after: (delayMs: number, message: M) => Cancel;
  /**
   * The same port, an object of functions, which throw `Fenced` once this incarnation is given up. Every port goes through
   * it, and so does every object with functions that a port returns. What such an object calls back should `send` through
   * this `Self`, so that the successor does not hear what an earlier incarnation opened.
   */
  readonly fence: <P extends object>(port: P) => P;
  /** Traces an effect on the world, for the debug socket, the metrics and the log. `detail` must carry no secret. */
  readonly trace: (effect: string, detail?: unknown) => void;
}

/** One incarnation's state and what it does with a message. */
export interface Behaviour<M extends Message> {
  /** Handles one message to completion. It may await the store and nothing else, and not beyond its turn's deadline. */
  readonly receive: (message: M) => void | Promise<void>;
  /** A snapshot for the debug socket: plain JSON, no secret. */
  readonly inspect?: () => unknown;
}

/** Why `terminate` is called. An `Exit` is a stop. */
export type StopReason = "crashed" | "stopped";

/** `permanent` is always restarted, `transient` only after a crash, `temporary` never (Erlang/OTP, supervisor). */
export type RestartType = "permanent" | "transient" | "temporary";

/** What the supervisor needs to know to start and stop an actor. Times in milliseconds. */
export interface ActorSpec<M extends Message> {
  readonly address: Address<M>;
  /** Builds an incarnation, from the store; a throw is a failed start, and is retried by the supervisor's policy. */
  readonly start: (self: Self<M>) => Behaviour<M> | Promise<Behaviour<M>>;
  /**
   * Leaves the hardware safe. Knows no state, since the incarnation may be broken; called once at the end of each, whose
   * start may not have succeeded. It uses ports that are not fenced. A throw is traced.
   */
  readonly terminate?: (reason: StopReason) => void;
  /** Default `permanent`. */
  readonly restart?: RestartType;
  /** An awaiting start or turn that takes longer is a crash. Default 10,000. */
  readonly turnDeadlineMs?: number;
  /** How long a stop waits for the turn in hand. Default 5,000. */
  readonly stopDeadlineMs?: number;
}

/** Thrown by a fenced port to a continuation that came too late: its incarnation has been given up. */
export class Fenced extends Error {
  override readonly name = "Fenced";
}

/** A behaviour throws this to end itself on purpose: no crash, so that a `transient` actor is not restarted. */
export class Exit extends Error {
  override readonly name = "Exit";
}
