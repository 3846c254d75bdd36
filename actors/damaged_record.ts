/**
 * How an actor says that a record of its own was damaged.
 *
 * Law: it is said in the trace, where the debug socket, the log and the operator see it, and the actor goes on without the record.
 */
import type { TellDamaged } from "../storage/record_reading.ts";

export function tracingDamaged(
  self: { readonly trace: (effect: string, detail?: unknown) => void },
): TellDamaged {
  return (error) => self.trace("DamagedRecord", { error: error.message });
}
