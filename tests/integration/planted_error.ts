/**
 * A bug in a callback that nobody waits for, planted by `--preload` into the real program.
 *
 * Law: it is thrown once, after the program has begun to listen for its signals.
 */
const { addSignalListener } = Deno;
let isThrown = false;

function addThenThrow(signal: Deno.Signal, handler: () => void): void {
  addSignalListener(signal, handler);
  if (isThrown) return;
  isThrown = true;
  setTimeout(() => {
    throw new Error("planted where nobody waits");
  });
}

Deno.addSignalListener = addThenThrow;
