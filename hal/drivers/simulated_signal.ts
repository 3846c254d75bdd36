/**
 * A simulated wire from the hardware to its one listener.
 *
 * Law: in order, never before the call that caused it has returned, and never to a listener that came after it.
 */
import type { Clock } from "../clock.ts";

export interface Signal<E> {
  /** Lost when nobody listens: the level can be read at any time. */
  readonly emit: (event: E) => void;
  /** The last one set wins; what was on its way to the one before is dropped. */
  readonly listen: (listener: (event: E) => void) => void;
  /** Nobody listens any more: the board has lost its power. */
  readonly cut: () => void;
}

export function createSignal<E extends object>(clock: Clock): Signal<E> {
  let listener: ((event: E) => void) | null = null;
  // Emptied before any timer fires, so it holds what one turn of the world can cause and no more.
  let waiting: E[] = [];

  function deliver(): void {
    const event = waiting.shift();
    if (event !== undefined) listener?.(event);
  }

  return {
    emit: (event) => {
      if (listener === null) return;
      waiting.push(event);
      clock.soon(deliver);
    },
    listen: (next) => {
      listener = next;
      waiting = [];
    },
    cut: () => {
      listener = null;
      waiting = [];
    },
  };
}
