/**
 * The simulated reader: somebody holds a card to it.
 *
 * Law: it tells what it was shown, in order, and judges nothing.
 */
import type { Clock } from "../clock.ts";
import type { Presented, Reader } from "../reader.ts";
import { createSignal } from "./simulated_signal.ts";

export interface SimulatedReader extends Reader {
  readonly present: (idTag: string, connectorId?: number) => void;
  /** Its power is gone, and whoever listened with it. */
  readonly cut: () => void;
}

export function createSimulatedReader(clock: Clock): SimulatedReader {
  const signal = createSignal<Presented>(clock);
  return {
    listen: signal.listen,
    present: (idTag, connectorId) =>
      signal.emit({ kind: "Presented", idTag, ...(connectorId === undefined ? {} : { connectorId }) }),
    cut: signal.cut,
  };
}
