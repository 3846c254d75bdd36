/**
 * Configuration keys as an operator writes them, in the file or with `--set`, judged before anything starts.
 *
 * Law: the table that judges ChangeConfiguration judges these; every problem is told at once, and the nearest key is named.
 */
import type { KeyValues } from "../actors/boot.ts";
import { stationKeyTable } from "../actors/charger_config.ts";
import type { StationProfile } from "../hal/station_profile.ts";
import { closest } from "../protocol/closest.ts";
import { change } from "../protocol/configuration.ts";

/** One sentence a problem; none when all can be set. */
export function keyValueProblems(profile: StationProfile, values: KeyValues): readonly string[] {
  const table = stationKeyTable(profile);
  return Object.entries(values).flatMap(([key, value]) => {
    const outcome = change(table, key, value);
    if (outcome.status === "Accepted") return [];
    const nearest = outcome.status === "NotSupported" ? closest(key, Object.keys(table)) : undefined;
    return [`${outcome.why}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`];
  });
}
