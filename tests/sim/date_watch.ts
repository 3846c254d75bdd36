/**
 * Watches how bills are dated: a charger whose clock loses its time with the power goes on from the last that it has written itself
 * (invariant I4, decision D-lost-clock).
 *
 * Law: what was written before the clock was set back says nothing, nor does what a damaged store has forgotten.
 */
import type { OutboxRecord } from "../../storage/records.ts";
import type { Batch } from "../../storage/store.ts";
import { isBeginning, type Message } from "./bill.ts";
import type { Fail } from "./invariants.ts";
import type { World } from "./world.ts";

export function watchDates(world: World, fail: Fail): void {
  /** The latest moment that a bill tells of: by what earlier boots have written, and by what this one has. */
  const latest = { boot: 0, earlierMs: -Infinity, thisMs: -Infinity };
  /** On the monotonic clock. */
  let setBackMs = -Infinity;

  world.onTrace((event) => {
    if (event.kind !== "effect" || event.effect !== "SetClock") return;
    const { fromMs, toMs } = event.detail as { readonly fromMs: number; readonly toMs: number };
    if (toMs >= fromMs) return;
    setBackMs = event.atMs;
    latest.earlierMs = Math.min(latest.earlierMs, toMs);
    latest.thisMs = Math.min(latest.thisMs, toMs);
  });

  world.onCommitted((batch) => {
    if (world.boots() !== latest.boot) {
      latest.boot = world.boots();
      latest.earlierMs = Math.max(latest.earlierMs, latest.thisMs);
      latest.thisMs = -Infinity;
    }
    for (const message of messagesOf(batch)) written(message, isBeginning(batch));
  });

  function written(message: Message, begins: boolean): void {
    const writtenMs = Date.parse(timestampOf(message));
    if (message.action === "StartTransaction" && begins) begun(message, writtenMs);
    // Within a transaction time never falls: one that has begun before the clock was set back is ahead of it.
    const startedMs = world.durable.billOf(message.localId)?.startedMs ?? -Infinity;
    if (startedMs <= setBackMs) return;
    latest.thisMs = Math.max(latest.thisMs, Math.min(writtenMs, world.clock.wallMs()));
  }

  function begun({ localId }: Message, startedMs: number): void {
    const { reached } = world;
    if (startedMs >= latest.earlierMs || reached.has("store corrupt") || reached.has("store emptied")) return;
    const earlier = new Date(latest.earlierMs).toISOString();
    fail("I4", `transaction ${localId} is dated ${new Date(startedMs).toISOString()}, before ${earlier}`);
  }
}

/** Those that are new. */
function messagesOf(batch: Batch): readonly Message[] {
  const records = (batch.sets ?? []).filter(({ key }) => key[0] === "outbox").map(({ value }) =>
    value as OutboxRecord
  );
  return records.filter(({ failures }) => failures === 0).map(({ message }) => message);
}

function timestampOf(message: Message): string {
  return message.action === "MeterValues"
    ? message.payload.meterValue[0]?.timestamp ?? ""
    : message.payload.timestamp;
}
