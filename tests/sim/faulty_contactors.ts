/**
 * Contactors that do not obey, between the charger and the board of the simulated hardware: one that does not close, one that is
 * welded.
 *
 * Law: only the charger's own commands are disobeyed; what the hardware does by itself (a fault, a plug that is pulled, a power
 * cut) still parts the circuit. One that is mended does what it was told last.
 */
import type { Board } from "../../hal/board.ts";

export type StuckContactor = "open" | "closed";

export interface FaultyContactors {
  readonly board: Board;
  readonly stick: (connectorId: number, stuck: StuckContactor | null) => void;
  readonly stuck: (connectorId: number) => StuckContactor | null;
  /** Called before each command that is not the one it was given last. */
  readonly onCommand: (listener: (connectorId: number) => void) => void;
  readonly heal: () => void;
}

/** `disobeyed` is told of each command that comes to nothing. */
export function createFaultyContactors(
  board: Board,
  disobeyed: (connectorId: number, stuck: StuckContactor) => void,
): FaultyContactors {
  const stuck = new Map<number, StuckContactor>();
  const told = new Map<number, boolean>();
  let commanded: (connectorId: number) => void = () => {};

  function command(connectorId: number, closed: boolean): void {
    const where = stuck.get(connectorId);
    if (where === undefined || (where === "closed") === closed) board.setContactor(connectorId, closed);
    else disobeyed(connectorId, where);
  }

  function stick(connectorId: number, where: StuckContactor | null): void {
    // One fault after the other: a weld that was told to open has opened before it can be stuck there.
    if (stuck.delete(connectorId)) command(connectorId, told.get(connectorId) ?? false);
    if (where !== null) stuck.set(connectorId, where);
  }

  return {
    board: {
      ...board,
      setContactor: (connectorId, closed) => {
        if ((told.get(connectorId) ?? false) !== closed) commanded(connectorId);
        told.set(connectorId, closed);
        command(connectorId, closed);
      },
    },
    stick,
    stuck: (connectorId) => stuck.get(connectorId) ?? null,
    onCommand: (listener) => {
      commanded = listener;
    },
    heal: () => {
      for (const connectorId of [...stuck.keys()]) stick(connectorId, null);
    },
  };
}
