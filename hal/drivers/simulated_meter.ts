/**
 * The simulated meter bus: one meter a connector, which counts whatever flows through it.
 *
 * Law: the register is the outlet's own and is told in whole Wh, rounded down, as such meters do; before it is told it is
 * kept, so that what a reading has said is never unsaid, not even by a SIGKILL.
 */
import type { Clock } from "../clock.ts";
import type { ConnectorHardware } from "../connector_hardware.ts";
import type { Meter, MeterOutcome, PhaseReading, Reading } from "../meter.ts";
import type { StationMeasurand } from "../station_profile.ts";
import type { Flow } from "./simulated_outlet.ts";

/** `hang`: the line is silent. `fail`: it answers that it cannot. */
export type MeterMode = "ok" | "hang" | "fail";

export interface SimulatedMeter extends Meter {
  /** For the reads that begin from now on. */
  readonly setMode: (mode: MeterMode) => void;
  /** Another meter is in its place; where its register stands is the outlet's to say. */
  readonly exchange: (connectorId: number, meterSerialNumber: string) => void;
}

export interface SimulatedMeterOptions {
  readonly clock: Clock;
  readonly connectors: readonly ConnectorHardware[];
  /** What its readings hold besides the register. */
  readonly measurands: ReadonlySet<StationMeasurand>;
  readonly flow: (connectorId: number) => Flow;
  /** False while the bus has no power: then it hangs. */
  readonly powered: () => boolean;
  /** Called before a reading is told: what it says must outlive the process. */
  readonly keep: () => void;
  /** From the question to the answer; 0 is at once, yet never before `read` has returned. */
  readonly delayMs: number;
}

const GRID_HZ = 50;

export function createSimulatedMeter(options: SimulatedMeterOptions): SimulatedMeter {
  const { clock } = options;
  let mode: MeterMode = "ok";
  const serialNumbers = new Map(options.connectors.map(({ id }) => [id, `SIM-${id}`]));

  function answer(connectorId: number, asked: MeterMode): MeterOutcome | null {
    if (asked === "hang" || !options.powered()) return null;
    if (asked === "fail") return { kind: "failed", error: `meter ${connectorId}: checksum error on the bus` };
    const hardware = options.connectors[connectorId - 1];
    if (hardware === undefined) return { kind: "failed", error: `meter ${connectorId}: no such address` };
    const outcome = {
      kind: "read" as const,
      reading: {
        ...reading(options.flow(connectorId), hardware, options.measurands),
        meterSerialNumber: serialNumbers.get(connectorId) ?? "",
      },
    };
    // Kept after it was taken: while a file is written, energy flows on.
    options.keep();
    return outcome;
  }

  return {
    setMode: (next) => void (mode = next),
    exchange: (connectorId, meterSerialNumber) => void serialNumbers.set(connectorId, meterSerialNumber),
    read: (connectorId, done) => {
      const asked = mode;
      const tell = () => {
        const outcome = answer(connectorId, asked);
        if (outcome !== null) done(outcome);
      };
      if (options.delayMs > 0) clock.after(options.delayMs, tell);
      else clock.soon(tell);
    },
  };
}

function reading(
  flow: Flow,
  hardware: ConnectorHardware,
  measurands: ReadonlySet<StationMeasurand>,
): Omit<Reading, "meterSerialNumber"> {
  const terminals = (powerW: number, currentA: number): PhaseReading => ({
    ...(measurands.has("Power.Active.Import") ? { powerW } : {}),
    ...(measurands.has("Current.Import") ? { currentA } : {}),
    ...(measurands.has("Voltage") ? { voltageV: flow.voltageV } : {}),
  });
  const common = {
    energyWh: Math.floor(flow.energyWh),
    ...(measurands.has("Temperature") ? { temperatureC: flow.temperatureC } : {}),
  };
  switch (hardware.current) {
    case "AC": {
      const phases: PhaseReading[] = [];
      while (phases.length < hardware.phases) {
        const isUsed = phases.length < flow.phases;
        phases.push(isUsed ? terminals(flow.powerW / flow.phases, flow.currentA) : terminals(0, 0));
      }
      return {
        ...common,
        ...(measurands.has("Power.Active.Import") ? { powerW: flow.powerW } : {}),
        ...(measurands.has("Frequency") ? { frequencyHz: GRID_HZ } : {}),
        phases,
      };
    }
    case "DC":
      return { ...common, ...terminals(flow.powerW, flow.currentA) };
  }
}
