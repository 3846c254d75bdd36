/**
 * Transactions that were left open on connectors which this station has not: it booted with another profile than before.
 *
 * Law: they are ended before the tree starts, as those that a power cut has interrupted and whose meter does not answer: their connector
 * has no actor, so nobody else writes its keys (decision D-orphans).
 */
import type { Clock } from "../hal/clock.ts";
import { closing } from "../protocol/checkpoint.ts";
import { keys } from "../storage/record_keys.ts";
import type { Store } from "../storage/store.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { Trace } from "./otp/trace.ts";
import { openTransactionBook } from "./transaction_book.ts";

export interface OrphanParts {
  readonly store: Store;
  /** How many this station has. */
  readonly connectors: number;
  /** This boot's number. */
  readonly boot: number;
  readonly clock: Pick<Clock, "wallMs" | "monotonicMs">;
  readonly trace: Trace;
}

/** Each one is one commit, and told. Throws an `Error` when the store refuses: the next start tries again. */
export async function endOrphans({ store, connectors, boot, clock, trace }: OrphanParts): Promise<void> {
  function tell(effect: string, detail?: unknown): void {
    const now = { atMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    trace({ kind: "effect", actor: "boot", effect, detail, ...now });
  }
  const damaged = tracingDamaged({ trace: tell });
  for (const connectorId of await leftOpen(store)) {
    if (connectorId <= connectors) continue;
    const book = await openTransactionBook({ store, connectorId, boot, wallMs: clock.wallMs, damaged });
    const record = book.open();
    if (record === null) continue;
    const ending = { stop: { reason: "PowerLoss" }, ...closing(record, book.checkpoint(), null) } as const;
    if (!await book.end({ ...ending, data: null })) {
      throw new Error(`end the transaction on connector ${connectorId} of ${connectors}: the store refuses`);
    }
    tell("TransactionOrphaned", { connectorId, localId: record.localId });
  }
}

/** By either record, since the other may be damaged. */
async function leftOpen(store: Store): Promise<ReadonlySet<number>> {
  const entries = [...await store.list(keys.transactions), ...await store.list(keys.checkpoints)];
  return new Set(entries.map(({ key }) => Number(key.at(-1))));
}
