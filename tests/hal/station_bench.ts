/**
 * A simulated station on the bench: its clock, its ports, its verbs, and what its board has told.
 *
 * Law: nothing here awaits but the clock, so every test is over when its clock has been turned.
 */
import { assert, assertEquals } from "@std/assert";
import type { BoardEvent } from "../../hal/board.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { defaultCarModel } from "../../hal/drivers/simulated_car.ts";
import { createSimulatedStation, type SimulatedStation } from "../../hal/drivers/simulated_station.ts";
import type { MeterOutcome, Reading } from "../../hal/meter.ts";
import type { CarModel, PhysicalState } from "../../hal/physical_state.ts";
import type { StationProfile } from "../../hal/station_profile.ts";

export const HOUR_MS = 3_600_000;

export function bench(
  profile: StationProfile,
  carModel: CarModel = defaultCarModel,
  physicalState?: PhysicalState,
) {
  const clock = createSimulatedClock({ startWallMs: Date.UTC(2025, 0, 1), settled: () => true });
  const restored = physicalState === undefined ? {} : { physicalState };
  const station = createSimulatedStation({ profile, clock, carModel, ...restored });
  const events: BoardEvent[] = [];
  station.board.listen((event) => events.push(event));
  return { clock, station, events, ...station };
}

export async function charging(profile: StationProfile) {
  const under = bench(profile);
  under.verbs.plug(1);
  under.board.setContactor(1, true);
  await under.clock.advance(0);
  assertEquals(under.energyFlows(), true);
  return under;
}

export async function reading(under: ReturnType<typeof bench>, connectorId = 1): Promise<Reading> {
  let outcome: MeterOutcome | null = null;
  under.meter.read(connectorId, (answer) => void (outcome = answer));
  await under.clock.advance(0);
  const answer = outcome as MeterOutcome | null;
  assert(answer?.kind === "read");
  return answer.reading;
}

export function registerWh(station: SimulatedStation, index = 0): number {
  return station.physicalState().connectors[index]?.registerWh ?? NaN;
}
