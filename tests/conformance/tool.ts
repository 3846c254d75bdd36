/**
 * The lab's test tool as a case sees it: a central system that expects, answers, asks, and listens for silence.
 *
 * Law: nothing that the charge point sends is let pass: it is expected, allowed, or fails the case. Heartbeats and
 * MeterValues come when their time has come and are part of no order; a case that is about them looks at `heard`.
 */
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { Expected, Heard, Order, Payload } from "./expected.ts";

export interface Tool {
  /** Everything that the charge point has sent, as it came. */
  readonly heard: readonly Heard[];
  /** The next messages are these, in this order; resolves with them in the order in which they are named. */
  readonly expect: (...order: Order) => Promise<readonly Heard[]>;
  /** From now on these may come, at any time and any number of times. */
  readonly allow: (...expected: readonly Expected[]) => void;
  /** All messages of the action, as soon as there are so many. */
  readonly gather: (action: string, count: number) => Promise<readonly Heard[]>;
  /** A CALL, and its answer; what the charge point sends before that answer must have been expected before the CALL. */
  readonly call: (action: string, payload: Payload) => Promise<Answered>;
  /** Nothing comes for so long, nor before the answer to a CALL that is made then. */
  readonly silence: (forMs?: number) => Promise<void>;
  /** The next messages of the action are answered so, one after the other; those after them positively again. */
  readonly answerNext: (action: string, ...payloads: readonly Payload[]) => void;
  /** What idTagInfo will say of the tag; of one that was never named it says Accepted. */
  readonly know: (idTag: string, info: IdTagInfo) => void;
}

/** The end of a CALL: a payload, or the code of a CALLERROR. */
export type Answered =
  | { readonly kind: "result"; readonly payload: Payload }
  | { readonly kind: "error"; readonly errorCode: string };
