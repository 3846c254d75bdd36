/**
 * The installed charging profiles in the store: over reboots and power cycles (errata v4.0 §3.37).
 *
 * Law: one record a profile, one commit a change, so that a power cut leaves all of it or nothing.
 */
import type { InstalledProfile } from "../protocol/charging_profile.ts";
import type { ProfileSet } from "../protocol/charging_profiles.ts";
import type { TellDamaged } from "../storage/records.ts";
import { keptRecord, keys, profileKey, ProfileRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

export interface ProfileBook {
  readonly profiles: () => ProfileSet;
  /** False when the store refused: then nothing has changed. */
  readonly change: (next: ProfileSet) => Promise<boolean>;
  /** What is so whether it can be stored or not. False when a restart would find it as it was before. */
  readonly follow: (next: ProfileSet) => Promise<boolean>;
}

export async function openProfileBook(store: Store, damaged: TellDamaged): Promise<ProfileBook> {
  const read: InstalledProfile[] = [];
  for (const { key } of await store.list(keys.profiles)) {
    const record = await keptRecord(store, key, ProfileRecord, damaged);
    if (record !== null) read.push(installedOf(record));
  }
  let profiles: ProfileSet = read;

  /** Compared by what they are: a profile of the set that is left as it was is the same object. */
  async function commit(next: ProfileSet): Promise<boolean> {
    const put = next.filter((one) => !profiles.includes(one));
    const kept = new Set(next.map(idOf));
    const gone = profiles.map(idOf).filter((id) => !kept.has(id));
    if (put.length === 0 && gone.length === 0) return true;
    const outcome = await store.commit({
      sets: put.map((one) => ({ key: profileKey(idOf(one)), value: recordOf(one) })),
      deletes: gone.map(profileKey),
    });
    return outcome.kind === "committed";
  }

  return {
    profiles: () => profiles,
    change: async (next) => {
      const durable = await commit(next);
      if (durable) profiles = next;
      return durable;
    },
    follow: async (next) => {
      const durable = await commit(next);
      profiles = next;
      return durable;
    },
  };
}

function idOf({ profile }: InstalledProfile): number {
  return profile.chargingProfileId;
}

function recordOf({ profile, ...place }: InstalledProfile): ProfileRecord {
  const { chargingSchedule: { chargingSchedulePeriod, ...chargingSchedule }, ...names } = profile;
  return {
    ...place,
    profile: { ...names, chargingSchedule },
    periods: chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) =>
      numberPhases === undefined ? [startPeriod, limit] : [startPeriod, limit, numberPhases]
    ),
  };
}

/** As the rules see it. */
export function installedOf({ profile, periods, ...place }: ProfileRecord): InstalledProfile {
  const chargingSchedulePeriod = periods.map(([startPeriod = 0, limit = 0, numberPhases]) => ({
    startPeriod,
    limit,
    ...(numberPhases === undefined ? {} : { numberPhases }),
  }));
  return {
    ...place,
    profile: { ...profile, chargingSchedule: { ...profile.chargingSchedule, chargingSchedulePeriod } },
  };
}
