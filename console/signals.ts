/**
 * The signals that end the program in order: SIGTERM of an init system, SIGINT of a keyboard.
 *
 * Law: they are heard from the beginning, since what was begun must be taken away again; the first one stops in order, and whoever
 * sends a second one is in a hurry and gets the default.
 */

export interface HeardSignals {
  /** What the first signal does; one that has come already does it at once. */
  readonly then: (stop: () => void) => void;
  readonly ignore: () => void;
}

const signals = ["SIGTERM", "SIGINT"] as const;

export function heardSignals(): HeardSignals {
  let hasCome = false;
  let stop = () => {};

  function ignore(): void {
    for (const signal of signals) Deno.removeSignalListener(signal, come);
  }

  function come(): void {
    ignore();
    hasCome = true;
    stop();
  }

  for (const signal of signals) Deno.addSignalListener(signal, come);
  return {
    then: (next) => {
      stop = next;
      if (hasCome) stop();
    },
    ignore,
  };
}
