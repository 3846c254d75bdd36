/**
 * The charging profiles in the store: over reboots and power cycles (errata v4.0 §3.37).
 *
 * Law: one record a profile, one commit a change, so that a power cut leaves all of it or nothing.
 */
import type { InstalledProfile } from "../protocol/charging_profile.ts";
import type { KeptProfiles, ProfileSet } from "../protocol/charging_profiles.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys, offeredProfileKey, profileKey } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { ProfileRecord } from "../storage/records.ts";
import type { Key, Store } from "../storage/store.ts";

export interface ProfileBook {
  readonly profiles: () => KeptProfiles;
  /** What is left out stays as it is. False when the store refused: then nothing has changed. */
  readonly change: (next: Partial<KeptProfiles>) => Promise<boolean>;
  /** What is so whether it can be stored or not. False when a restart would find it as it was before. */
  readonly follow: (next: Partial<KeptProfiles>) => Promise<boolean>;
}

export async function openProfileBook(store: Store, damaged: TellDamaged): Promise<ProfileBook> {
  let profiles: KeptProfiles = {
    installed: await readAll(store, keys.profiles, damaged),
    offered: await readAll(store, keys.offeredProfiles, damaged),
  };

  async function commit({ installed, offered }: KeptProfiles): Promise<boolean> {
    const changes = [
      changed(profiles.installed, installed, ({ profile }) => profileKey(profile.chargingProfileId)),
      changed(profiles.offered, offered, ({ connectorId }) => offeredProfileKey(connectorId)),
    ];
    const sets = changes.flatMap((one) => one.sets);
    const deletes = changes.flatMap((one) => one.deletes);
    if (sets.length === 0 && deletes.length === 0) return true;
    const outcome = await store.commit({ sets, deletes });
    return outcome.kind === "committed";
  }

  return {
    profiles: () => profiles,
    change: async (next) => {
      const durable = await commit({ ...profiles, ...next });
      if (durable) profiles = { ...profiles, ...next };
      return durable;
    },
    follow: async (next) => {
      const durable = await commit({ ...profiles, ...next });
      profiles = { ...profiles, ...next };
      return durable;
    },
  };
}

async function readAll(store: Store, prefix: Key, damaged: TellDamaged): Promise<ProfileSet> {
  const read: InstalledProfile[] = [];
  for (const { key } of await store.list(prefix)) {
    const record = await keptRecord(store, key, ProfileRecord, damaged);
    if (record !== null) read.push(installedOf(record));
  }
  return read;
}

/** Compared by what they are: a profile of the set that is left as it was is the same object. */
function changed(before: ProfileSet, next: ProfileSet, keyOf: (one: InstalledProfile) => Key) {
  const put = next.filter((one) => !before.includes(one));
  const kept = new Set(next.map((one) => String(keyOf(one))));
  const gone = before.filter((one) => !kept.has(String(keyOf(one))));
  return {
    sets: put.map((one) => ({ key: keyOf(one), value: recordOf(one) })),
    deletes: gone.map(keyOf),
  };
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
