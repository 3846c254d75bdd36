/**
 * A socket whose listeners cannot end the process: what they throw goes to whoever waits for the socket's work.
 *
 * Law: the one place for it. A library that works in the events of its sockets throws where no promise is watching, and there a
 * byte of a stranger would stop a car from charging.
 */
import type { Socket } from "node:net";

export function containedSocket<S extends Socket>(socket: S, broken: (error: unknown) => void): S {
  const emit = socket.emit.bind(socket);
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    try {
      return emit(event, ...args);
    } catch (error) {
      broken(error);
      return true;
    }
  };
  return socket;
}
