/**
 * A meter that says something else than what has flowed.
 *
 * Law: the hardware goes on counting what is true, whatever is said of it; it says so over every boot.
 */
import type { MeterOutcome } from "../../hal/meter.ts";
import type { CalmHouse } from "./calm_house.ts";

/** What the meter says from now on, by what is true. */
export function meterSays(house: CalmHouse, said: (energyWh: number) => number): void {
  const { meter } = house.station;
  const read = meter.read.bind(meter);
  const lie = (outcome: MeterOutcome): MeterOutcome =>
    outcome.kind === "failed"
      ? outcome
      : { kind: "read", reading: { ...outcome.reading, energyWh: said(outcome.reading.energyWh) } };
  Object.assign(meter, {
    read: (connectorId: number, done: (outcome: MeterOutcome) => void) =>
      read(connectorId, (outcome) => done(lie(outcome))),
  });
}
