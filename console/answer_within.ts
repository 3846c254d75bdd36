/**
 * A question to an actor, asked from outside the tree.
 *
 * Law: whoever asks is answered, by the actor or by the clock.
 */
import type { Clock } from "../hal/clock.ts";

/** Null when there was no answer in time, or `ask` says that nobody took the question. */
export function answerWithin<R>(
  clock: Pick<Clock, "after">,
  timeoutMs: number,
  ask: (reply: (value: R) => void) => boolean,
): Promise<R | null> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => resolve(null));
    const taken = ask((value) => {
      cancel();
      resolve(value);
    });
    if (taken) return;
    cancel();
    resolve(null);
  });
}
