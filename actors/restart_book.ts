/**
 * Whether a Reset has been accepted in this boot and has not happened yet: it outlives a crash of whoever carries it out.
 *
 * Law: the station writes it, the connectors read it at their start; of an earlier boot it counts for nothing.
 */
import type { RestartKind } from "../hal/host.ts";
import type { StopReason } from "../protocol/messages/types.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { RestartRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

export interface RestartBook {
  readonly underWay: () => RestartKind | null;
  /** False when the store refuses: then only a crash would forget it. */
  readonly set: (restart: RestartKind | null) => Promise<boolean>;
}

/** Why a transaction stops for it (OCPP 1.6 §7.36). */
export const restartReasons = { Soft: "SoftReset", Hard: "HardReset" } as const satisfies Record<
  RestartKind,
  StopReason
>;

export async function openRestartBook(
  store: Store,
  boot: number,
  damaged: TellDamaged,
): Promise<RestartBook> {
  const record = await keptRecord(store, keys.restart, RestartRecord, damaged);
  let underWay: RestartKind | null = record?.boot === boot ? record.kind : null;
  return {
    underWay: () => underWay,
    set: async (restart) => {
      underWay = restart;
      const value: RestartRecord | null = restart === null ? null : { boot, kind: restart };
      const outcome = await store.commit(
        value === null ? { deletes: [keys.restart] } : { sets: [{ key: keys.restart, value }] },
      );
      return outcome.kind === "committed";
    },
  };
}
