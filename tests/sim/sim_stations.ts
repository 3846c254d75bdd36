/**
 * The stations that the seeds are played on: those that ship, and now and then one that meets a power loss as none of them does.
 *
 * Law: which one a seed has is a function of the seed alone.
 */
import { loadStation, shippedStations } from "../../hal/drivers/station_files.ts";
import { stopAfterReboot } from "../hal/stations.ts";

const madeStations = new Map([["stop-after-reboot", stopAfterReboot]]);
const rarity = 10;

export const simStations: readonly string[] = [...shippedStations, ...madeStations.keys()];

/** What `createWorld` takes, by the name of a station or the path of its file. */
export function simStation(name: string): Parameters<typeof loadStation>[0] {
  return madeStations.get(name) ?? name;
}

export function isSimStation(name: string): boolean {
  return loadStation(simStation(name)).kind === "read";
}

/** They take turns; every tenth seed has the rare one. */
export function stationOf(seed: number): string {
  if (seed % rarity === rarity - 1) return "stop-after-reboot";
  return shippedStations[seed % shippedStations.length] ?? "";
}
