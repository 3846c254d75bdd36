/**
 * Which MeterValues a queue or an archive that has grown too long has lost (README, Limits).
 *
 * Law: what goes without need, or is no MeterValues, is none of them.
 */
import type { Batch } from "../../storage/store.ts";
import type { Bill, Message } from "./bill.ts";

interface Waiting {
  /** By sequence. */
  readonly outbox: ReadonlyMap<number, Message>;
  readonly byLocalId: ReadonlyMap<number, Bill>;
}

/** MeterValues that go while there are too many messages, and nothing comes for them. */
export function noteThinned(
  { outbox, byLocalId }: Waiting,
  { sets = [], deletes = [] }: Batch,
  messagesMax: number,
): void {
  if (sets.length > 0) return;
  const archived = () => [...byLocalId.values()].reduce((sum, { archive }) => sum + archive.size, 0);
  for (const [kind, name, last] of deletes) {
    if (kind !== "outbox" && kind !== "archive") continue;
    if ((kind === "outbox" ? outbox.size : archived()) <= messagesMax) return;
    const sequence = Number(kind === "outbox" ? name : last);
    const message = kind === "outbox"
      ? outbox.get(sequence)
      : byLocalId.get(Number(name))?.archive.get(sequence);
    if (message?.action === "MeterValues") byLocalId.get(message.localId)?.thinned.add(sequence);
  }
}
