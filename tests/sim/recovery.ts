/**
 * A recovery that is cut again and again must come to the same end as one that is left alone (invariant I22).
 *
 * Law: both are played offline in a world of their own, from what a power cut in the run would have left. What only time has changed is not
 * compared: what was measured since, and when and where a transaction that went on has ended. Nor is anything thinned in it, which what was
 * measured since would bring about.
 */
import type { PhysicalState } from "../../hal/physical_state.ts";
import type { MeterValue } from "../../protocol/messages/types.ts";
import type { MemorySnapshot } from "../../storage/drivers/memory_store.ts";
import { open } from "../../storage/record.ts";
import type { OutboxRecord, ReservationRecord, TransactionRecord } from "../../storage/records.ts";
import type { Key, Value } from "../../storage/store.ts";
import type { Message } from "./bill.ts";
import type { Fail } from "./invariants.ts";
import type { World, WorldOptions } from "./world.ts";
import { createWorld } from "./world.ts";

/** What a boot finds: in the store, on the street, and as the time of day. */
export interface Found {
  readonly medium: MemorySnapshot;
  readonly physicalState: PhysicalState;
  readonly wallMs: number;
}

/** Of those behind which a transaction is open. */
const commitsMax = 500;
/** Each in the recovery from the one before, at its first commit, which is lost, and kept the next time: so each second one gets one further. */
const cutsMax = 24;
const darkMs = 1_500;
const cuttingMs = cutsMax * 2 * darkMs;
/** A meter that is slow to answer, a commit, and the next. */
const recoveryMs = 15_000;
/** That another boot, or time, is all that there is to it: the security log has each boot. */
const passing: ReadonlySet<string> = new Set([
  "boot",
  "registration",
  "restart",
  "clock",
  "securityLog",
  "securityLogEnd",
]);

type Station = NonNullable<WorldOptions["station"]>;

export type JudgeRecovery = (fail: Fail) => Promise<void>;

/**
 * Judges, once the run is over, by a power cut at one of the commits behind which a transaction is open: the 1st, 2nd, 4th, 8th …,
 * the last that there is and that the seed has drawn.
 */
export function watchRecovery(world: World, station: Station): JudgeRecovery {
  const most = 1 + Math.floor(world.entropy.fraction("recovery") * commitsMax);
  let found: Found | null = null;
  let commits = 0;
  let next = 1;
  world.onCommitted(() => {
    if (commits >= most || world.durable.open.size === 0 || world.isDark()) return;
    commits += 1;
    if (commits < next) return;
    next *= 2;
    const medium = world.store().snapshot();
    found = { medium, physicalState: world.station.physicalState(), wallMs: world.clock.wallMs() };
  });
  return async (fail) => {
    if (found === null) return;
    world.reached.add("recovery cut again and again");
    const difference = await differenceOf(station, found);
    if (difference !== null) fail("I22", difference);
  };
}

/** Between what a recovery that was left alone and one that was cut have ended with; null when there is none. */
export async function differenceOf(station: Station, found: Found): Promise<string | null> {
  const alone = await endOf(station, found, 0);
  const cutShort = await endOf(station, found, cutsMax);
  const lines = Math.max(alone.length, cutShort.length);
  for (let at = 0; at < lines; at++) {
    if (alone[at] === cutShort[at]) continue;
    return `a recovery that was left alone ends with ${alone[at]}, and one that was cut with ${cutShort[at]}`;
  }
  return null;
}

/** What is in the store once it has recovered, in lines that two recoveries have in common. */
async function endOf(station: Station, found: Found, cuts: number): Promise<readonly string[]> {
  const world = await createWorld({ seed: "recovery", found, station });
  world.network.setLink("down");
  // A clock that had lost its time has it again by now, as far as the store knew it.
  const sinceMs = world.clock.wallMs();
  if (cuts > 0) await cutAgainAndAgain(world, cuts);
  await world.advance(recoveryMs);
  return linesOf(world.store().snapshot(), sinceMs);
}

async function cutAgainAndAgain(world: World, cuts: number): Promise<void> {
  let left = cuts;
  let isFalling = false;
  function fall(): void {
    world.cutPower((left + 1) % 2);
    world.clock.after(darkMs, () => {
      isFalling = false;
      void world.restorePower();
      world.network.setLink("down");
    });
  }
  world.watchCommits((batch) => {
    // What counts the boot comes before the charger is there.
    if (left === 0 || isFalling || batch.sets?.[0]?.key[0] === "boot") return;
    isFalling = true;
    left -= 1;
    world.clock.after(0, fall);
  });
  await world.advance(cuttingMs);
  left = 0;
}

function linesOf({ records }: MemorySnapshot, sinceMs: number): readonly string[] {
  const readable = records.flatMap(({ key, bytes }) => {
    const opened = open(key, bytes);
    return opened.kind === "record" ? [{ key, value: opened.value }] : [];
  });
  const going = new Set(readable.filter(({ key }) => key[0] === "transaction").map(({ key }) => key[1]));
  const lines = readable.flatMap(({ key, value }) => {
    if (passing.has(String(key[0])) || key[0] === "checkpoint" && going.has(key[1] ?? "")) return [];
    const lasting = lastingOf(key, value, sinceMs);
    return lasting === null ? [] : [{ of: lasting.key.join("/"), text: JSON.stringify(lasting.value) }];
  });
  lines.sort((one, other) => one.of < other.of ? -1 : one.of > other.of ? 1 : 0);
  return lines.map(({ of, text }) => `${of} ${text}`);
}

/**
 * What of a record no wait changes; null where that is nothing. New records have new numbers: the order of those of one transaction is
 * compared, and that of two which end side by side is whichever commit was first.
 */
function lastingOf(
  key: Key,
  value: Value,
  sinceMs: number,
): { readonly key: Key; readonly value: unknown } | null {
  const isSince = (timestamp: string) => Date.parse(timestamp) >= sinceMs;
  switch (key[0]) {
    case "outbox": {
      const { message, failures } = value as OutboxRecord;
      if (message.action === "MeterValues" && isSince(message.payload.meterValue[0]?.timestamp ?? "")) {
        return null;
      }
      return {
        key: ["outbox", message.localId],
        value: { failures, message: lastingMessage(message, isSince) },
      };
    }
    case "sample":
      if (isSince((value as MeterValue).timestamp)) return null;
      return { key: key.slice(0, 2), value };
    case "transaction": {
      const { localId, idTag, meterStartWh, stop } = value as TransactionRecord;
      return { key, value: { localId, idTag, meterStartWh, stop } };
    }
    case "reservation":
      return (value as ReservationRecord).expiresMs < sinceMs + cuttingMs + recoveryMs
        ? null
        : { key, value };
    default:
      return { key, value };
  }
}

/** How an interrupted transaction ended is known from before; one that went on has ended at some later time. */
function lastingMessage(message: Message, isSince: (timestamp: string) => boolean): unknown {
  if (message.action !== "StopTransaction") return message;
  const { timestamp, meterStop: _, ...rest } = message.payload;
  return rest.reason !== "PowerLoss" && isSince(timestamp) ? { ...message, payload: rest } : message;
}
