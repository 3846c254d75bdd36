/**
 * What is thrown where nobody waits for it: in the events of a library's socket, in a timer, in a promise that was let go.
 *
 * Law: it is told, counted, and gone on from (README, D-uncaught); nothing else in the program listens for it. What `work` itself
 * throws is its caller's.
 */
import { describe } from "../actors/otp/trace.ts";
import { redactedError } from "./redacted.ts";

/** `tell` gets a text of several lines: the stack is all that a bug leaves. `work` gets their number so far. */
export async function goingOn<T>(
  tell: (text: string) => void,
  work: (uncaughtErrors: () => number) => Promise<T>,
): Promise<T> {
  let count = 0;

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
    return await work(() => count);
  } finally {
    // Left in place they would make a start that fails look like one that has ended in order.
    globalThis.removeEventListener("error", error);
    globalThis.removeEventListener("unhandledrejection", rejection);
  }
}
