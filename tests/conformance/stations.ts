/**
 * The stations that the cases are run on: those that ship with the program, with what a test cannot wait for shortened.
 *
 * Law: derived from the shipped profiles in code, so that they cannot drift from them; only bounds and intervals differ.
 */
import { loadStation } from "../../hal/drivers/station_files.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { coreOnly, stopAfterReboot } from "../hal/stations.ts";
import { heartbeatIntervalS, type StationUnderTest } from "./lab.ts";

export const stationNames = ["reference-dc", "ac-two-sockets", "dc-four"] as const;
/**
 * Made of the reference for cases that no shipped station runs in full: every optional feature profile off, for the cases that
 * want a profile absent; and no backup power with a stop after the reboot.
 */
const derived = { "core-only": coreOnly, "stop-after-reboot": stopAfterReboot } as const;
export type StationName = typeof stationNames[number] | keyof typeof derived;

/** Not the first, where the station would know which one is meant without being told. */
const CONNECTORS_UNDER_TEST: Readonly<Record<StationName, number>> = {
  "reference-dc": 1,
  "ac-two-sockets": 1,
  "dc-four": 3,
  "core-only": 1,
  "stop-after-reboot": 1,
};

/** As it ships, but for those that do not. */
export function shippedProfile(name: StationName): StationProfile {
  if (name === "core-only" || name === "stop-after-reboot") return derived[name];
  const loaded = loadStation(name);
  if (loaded.kind === "refused") throw new Error(loaded.problems.join("\n"));
  return loaded.value;
}

export function testProfile(name: StationName): StationProfile {
  const shipped = shippedProfile(name);
  return {
    ...shipped,
    bounds: {
      ...shipped.bounds,
      HeartbeatInterval: { ...shipped.bounds.HeartbeatInterval, least: heartbeatIntervalS },
    },
    // A ping of a few seconds would take a busy machine for a dead one.
    firstValues: { ...shipped.firstValues, WebSocketPingInterval: 0 },
  };
}

export function stationUnderTest(name: StationName): StationUnderTest {
  const { connectors, reader, powerLoss } = shippedProfile(name);
  const connectorId = CONNECTORS_UNDER_TEST[name];
  const underTest = connectors.find(({ id }) => id === connectorId);
  if (underTest === undefined) throw new RangeError(`${name} has no connector ${connectorId}`);
  return {
    connectorIds: connectors.map(({ id }) => id),
    connectorId,
    cable: underTest.cable,
    phases: underTest.current === "AC" ? ["L1", "L2", "L3"].slice(0, underTest.phases) : [],
    reader,
    localLimit: { A: underTest.maxCurrentA, W: underTest.maxPowerW },
    resumes: powerLoss.onPowerLoss === "resume",
  };
}
