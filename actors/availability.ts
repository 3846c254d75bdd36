/**
 * Whether ChangeAvailability has a connector, or the whole station (0), Inoperative: kept over resets and power losses (OCPP 1.6 §5.2).
 *
 * Law: durable before it is answered, and before it is in effect.
 */
import { availabilityKey } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { AvailabilityRecord } from "../storage/records.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import type { Store } from "../storage/store.ts";

export type Availability = "Operative" | "Inoperative";

export interface AvailabilityBook {
  readonly now: () => Availability;
  /** False when the store refuses: nothing has changed. */
  readonly set: (availability: Availability) => Promise<boolean>;
  /** Somebody else has changed it, in the store. */
  readonly reread: () => Promise<void>;
}

/** `others` are stored with it, in the same commit: connector 0 takes all along. */
export async function openAvailability(
  store: Store,
  connectorId: number,
  damaged: TellDamaged,
  others: readonly number[] = [],
): Promise<AvailabilityBook> {
  const keys = [connectorId, ...others].map(availabilityKey);
  const read = async (): Promise<Availability> =>
    await keptRecord(store, availabilityKey(connectorId), AvailabilityRecord, damaged) ?? "Operative";
  let now = await read();
  return {
    now: () => now,
    reread: async () => {
      now = await read();
    },
    set: async (availability) => {
      // One of the others may be something else by now.
      if (availability === now && others.length === 0) return true;
      const inoperative = availability === "Inoperative";
      const outcome = await store.commit(
        inoperative ? { sets: keys.map((key) => ({ key, value: availability })) } : { deletes: keys },
      );
      if (outcome.kind !== "committed") return false;
      now = availability;
      return true;
    },
  };
}
