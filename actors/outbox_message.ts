/**
 * What the outbox is told and asked.
 *
 * Law: whoever asks gets a reply; what is told is a fact or a hint, and the store is the truth (house rule 1).
 */
import type { SecurityProfile } from "../protocol/proof.ts";
import type { Registered } from "../protocol/registration.ts";
import type { ParkedOutcome } from "./archive.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { AnswerDue } from "./flight.ts";
import type { CallAnswered } from "./incoming_calls.ts";
import type { Reply } from "./otp/actor.ts";
import type { SendCall } from "./send_call.ts";

export type OutboxMessage =
  | { readonly kind: "LinkUp"; readonly socket: number; readonly securityProfile: SecurityProfile }
  /** There is no connection: it has ended, or the first dial has failed. `atOwnWish`: the charger has closed it, and dials anew. */
  | { readonly kind: "LinkDown"; readonly atOwnWish: boolean }
  | { readonly kind: "AnnounceLink" }
  | { readonly kind: "FrameReceived"; readonly text: string }
  | { readonly kind: "RegistrationChanged"; readonly registered: Registered }
  | SendCall
  /** A hint: the store holds a transaction message more. */
  | { readonly kind: "TransactionMessageQueued" }
  | CallAnswered
  | AnswerDue
  /** The peer has given a sign of life after that CALL was overdue: it is there, and has not answered. */
  | { readonly kind: "CallTimedOut"; readonly id: string }
  /** Something that had to wait may go. */
  | { readonly kind: "SendDue" }
  /** A page more of what the start has not counted, or of what is over and has to go; where there is neither, the search for a bill cut short. */
  | { readonly kind: "TidyDue" }
  /**
   * Replies whether the central system can be asked: there is a link, and it has accepted this charge point. While nobody knows yet, after a
   * restart or a link that was closed at our own wish, when the next dial has told.
   */
  | { readonly kind: "TellOnline"; readonly reply: Reply<boolean> }
  /**
   * The end is near: what waits for its retry interval is tried now. Replies when no transaction message waits any more, or
   * when there is no link to send one on.
   */
  | { readonly kind: "Drain"; readonly reply: Reply<null> }
  /** A person has taken a copy of what is parked of a transaction: the log is to say so. */
  | { readonly kind: "ParkedExported"; readonly localId: number }
  /** What is parked of a transaction goes once more, as soon as nothing else of the transactions waits. */
  | { readonly kind: "ResendParked"; readonly localId: number; readonly reply: Reply<ParkedOutcome> }
  | {
    readonly kind: "DiscardParked";
    readonly localId: number;
    readonly reason: string;
    readonly reply: Reply<ParkedOutcome>;
  }
  | SettingsChanged;
