/**
 * Whether ChangeAvailability has a connector, or the whole station (0), Inoperative: kept over resets and power losses (OCPP 1.6 §5.2).
 *
 * Law: durable before it is answered, and before it is in effect.
 */
import { availabilityKey, AvailabilityRecord, keptRecord } from "../storage/records.ts";
import type { TellDamaged } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

export type Availability = "Operative" | "Inoperative";

export interface AvailabilityBook {
  readonly now: () => Availability;
  /** False when the store refuses: nothing has changed. */
  readonly set: (availability: Availability) => Promise<boolean>;
}

export async function openAvailability(
  store: Store,
  connectorId: number,
  damaged: TellDamaged,
): Promise<AvailabilityBook> {
  const key = availabilityKey(connectorId);
  let now: Availability = await keptRecord(store, key, AvailabilityRecord, damaged) ?? "Operative";
  return {
    now: () => now,
    set: async (availability) => {
      if (availability === now) return true;
      const inoperative = availability === "Inoperative";
      const outcome = await store.commit(
        inoperative ? { sets: [{ key, value: availability }] } : { deletes: [key] },
      );
      if (outcome.kind !== "committed") return false;
      now = availability;
      return true;
    },
  };
}
