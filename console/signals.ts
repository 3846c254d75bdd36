/**
 * The signals that end the program in order: SIGTERM of an init system, SIGINT of a keyboard.
 *
 * Law: the first one stops in order; whoever sends a second one is in a hurry and gets the default.
 */

const signals = ["SIGTERM", "SIGINT"] as const;

export function onSignals(stop: () => void): { readonly ignore: () => void } {
  function ignore(): void {
    for (const signal of signals) Deno.removeSignalListener(signal, stopOnce);
  }
  function stopOnce(): void {
    ignore();
    stop();
  }
  for (const signal of signals) Deno.addSignalListener(signal, stopOnce);
  return { ignore };
}
