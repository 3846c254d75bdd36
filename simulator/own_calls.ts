/**
 * The CALLs that the small central system has sent and that wait for their answer.
 *
 * Law: each ends exactly once: by its answer, by its time-out, or with the connection.
 */
import { findAction } from "../protocol/actions.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import { type CallError, type CallResult, formatCall } from "../protocol/frame.ts";
import { parsePayload } from "../protocol/payload.ts";

interface Waiting {
  readonly action: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly end: (outcome: CallOutcome<unknown>) => void;
}

export class OwnCalls {
  readonly #waiting = new Map<string, Waiting>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** `transmit` tells whether there is anybody to send to. */
  send(action: string, payload: unknown, transmit: (text: string) => boolean): Promise<CallOutcome<unknown>> {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(id, { kind: "timeout" }), this.#timeoutMs);
      this.#waiting.set(id, { action, timer, end: resolve });
      if (!transmit(formatCall({ kind: "Call", id, action, payload }))) this.#end(id, { kind: "offline" });
    });
  }

  /** Ends the CALL that the frame answers; what is wrong with the answer, if anything. */
  answered(frame: CallResult | CallError): string | null {
    const action = this.#waiting.get(frame.id)?.action;
    if (action === undefined) return `answered the CALL ${JSON.stringify(frame.id)}, which does not wait`;
    if (frame.kind === "CallError") {
      const { errorCode, errorDescription } = frame;
      this.#end(frame.id, { kind: "error", errorCode, errorDescription });
      return null;
    }
    const schema = findAction(action)?.response;
    const parsed = schema === undefined ? null : parsePayload(schema, frame.payload);
    if (parsed?.kind === "invalid") {
      const { errorCode, errorDescription } = parsed;
      this.#end(frame.id, { kind: "error", errorCode, errorDescription });
      return `answered ${action} with a payload that its schema refuses: ${errorDescription}`;
    }
    this.#end(frame.id, { kind: "result", payload: frame.payload });
    return null;
  }

  /** The connection is lost, and with it every answer. */
  disconnected(): void {
    for (const id of [...this.#waiting.keys()]) this.#end(id, { kind: "offline" });
  }

  #end(id: string, outcome: CallOutcome<unknown>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.end(outcome);
  }
}
