/**
 * A server that is not there, for the simulated world and the tests: it takes files after a while, or fails as it is told.
 *
 * Law: time comes as a port, and what it has taken is kept as it came.
 */
import type { Clock } from "../../hal/clock.ts";
import type { TransferDriver, TransferEvent, UploadOrder } from "../transfer.ts";

/** `hangs`: after ten minutes, as a driver gives up. */
export type ScriptedEnd = TransferEvent | { readonly kind: "hangs" };

export interface SimulatedTransfer {
  readonly driver: TransferDriver;
  /** Every file that has arrived, in order. */
  readonly arrived: readonly UploadOrder[];
  /** How many are under way. */
  readonly underWay: () => number;
  /** How the next uploads end, one each. */
  readonly script: (...ends: readonly ScriptedEnd[]) => void;
  /** From now on every upload arrives. */
  readonly heal: () => void;
  /** The power is gone, and every connection with it. */
  readonly cut: () => void;
}

const hangsMs = 600_000;

export function createSimulatedTransfer(clock: Clock, takesMs: number): SimulatedTransfer {
  const arrived: UploadOrder[] = [];
  const scripted: ScriptedEnd[] = [];
  const open = new Set<object>();

  function upload(order: UploadOrder, listener: (event: TransferEvent) => void): () => void {
    const end = scripted.shift() ?? { kind: "Done" };
    open.add(order);
    clock.after(end.kind === "hangs" ? hangsMs : takesMs, () => {
      if (!open.delete(order)) return;
      if (end.kind === "Done") arrived.push(order);
      listener(end.kind === "hangs" ? { kind: "Failed", fault: "failed", error: "it took too long" } : end);
    });
    return () => void open.delete(order);
  }

  return {
    driver: { upload },
    arrived,
    underWay: () => open.size,
    script: (...ends) => void scripted.push(...ends),
    heal: () => {
      scripted.length = 0;
    },
    cut: () => open.clear(),
  };
}
