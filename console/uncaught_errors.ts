/**
 * What is thrown where nobody waits for it: in the events of a library's socket, in a timer, in a promise that was let go.
 *
 * Law: it is told, counted, and gone on from (README, D-uncaught); nothing else in the program listens for it. Nor is a line that cannot
 * be written any reason to stop: it is counted too. What `work` itself throws is its caller's.
 */
import { describe } from "../actors/otp/trace.ts";
import type { Output } from "./output.ts";
import { redactedError } from "./redacted.ts";

/**
 * An error is told in a text of several lines: the stack is all that a bug leaves. `work` gets an output that never throws, and the number
 * of errors so far.
 */
export async function goingOn<T>(
  output: Output,
  work: (output: Output, uncaughtErrors: () => number) => Promise<T>,
): Promise<T> {
  let count = 0;
  const line = safely(output.line);
  const tell = safely(output.error);

  /** A full disk refuses it, and so does a pipe that does not wait for its reader. */
  function safely(write: (text: string) => void): (text: string) => void {
    return (text) => {
      try {
        write(text);
      } catch {
        count += 1;
      }
    };
  }

  function hear(event: Event, thrown: unknown): void {
    event.preventDefault();
    count += 1;
    const { error, stack } = describe(thrown);
    tell(`! nobody has caught this, please report it: ${redactedError(stack || error, null)}`);
  }

  function error(event: ErrorEvent): void {
    hear(event, event.error);
  }

  function rejection(event: PromiseRejectionEvent): void {
    hear(event, event.reason);
  }

  globalThis.addEventListener("error", error);
  globalThis.addEventListener("unhandledrejection", rejection);
  try {
    return await work({ ...output, line, error: tell }, () => count);
  } finally {
    // Left in place they would make a start that fails look like one that has ended in order.
    globalThis.removeEventListener("error", error);
    globalThis.removeEventListener("unhandledrejection", rejection);
  }
}
