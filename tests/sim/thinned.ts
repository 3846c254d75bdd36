/**
 * Which MeterValues a queue or an archive that has grown too long has lost (README, Limits), and which samples a transaction that has
 * lasted long (decision D-too-big).
 *
 * Law: what goes without need, or is neither, is none of them.
 */
import { keptSamplesMax } from "../../protocol/sample_spacing.ts";
import type { MemorySnapshot } from "../../storage/drivers/memory_store.ts";
import { quote } from "../../storage/key.ts";
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

/** A sample goes only for another one of a transaction that has as many as may be, and never the first. */
export function noteSampleReplaced(
  byLocalId: Waiting["byLocalId"],
  { sets = [], deletes = [] }: Batch,
): void {
  for (const [kind, name, last] of deletes) {
    const samples = kind === "sample" ? byLocalId.get(Number(name))?.samples : undefined;
    const isReplaced = sets.some(({ key }) => key[0] === kind && key[1] === name);
    if (samples === undefined || !isReplaced || samples.size < keptSamplesMax) continue;
    if (samples.keys().next().value !== last) samples.delete(Number(last));
  }
}

/** Those of a commit that a power cut, or a failure, kept: what it was to delete is not on the medium any more. */
export function noteThinnedUntold(
  account: Waiting & { readonly untold: ReadonlySet<Batch> },
  { records }: MemorySnapshot,
  messagesMax: number,
): void {
  if (account.untold.size === 0) return;
  const left = new Set(records.map(({ key }) => quote(key)));
  for (const batch of account.untold) {
    const isKept = (batch.deletes ?? []).every((key) => !left.has(quote(key)));
    if (isKept) noteThinned(account, batch, messagesMax);
    if ((batch.sets ?? []).every(({ key }) => left.has(quote(key)))) {
      noteSampleReplaced(account.byLocalId, batch);
    }
  }
}
