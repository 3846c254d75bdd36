/**
 * Meters that lie, each in its own way, between the charger and the meters of the simulated hardware.
 *
 * Law: what they say is drawn from the seed; what they deliver is counted truly elsewhere, and nobody is billed by these alone.
 */
import type { Entropy } from "../../hal/entropy.ts";
import type { Meter, MeterOutcome } from "../../hal/meter.ts";

export type MeterFault =
  /** No answer at all, or one that says it cannot. */
  | "hangs"
  | "fails"
  /** Says again what it said first. */
  | "stuck"
  /** A few Wh up and down. */
  | "jitters"
  /** It has lost half of its register. */
  | "lower"
  /** Another meter was built in: it counts from elsewhere. */
  | "other";

export interface FaultyMeter extends Meter {
  readonly set: (connectorId: number, fault: MeterFault | null) => void;
  readonly heal: () => void;
}

const jitterWh = 8;
const otherMeterWh = 120_000;

/** `lied` is told of each reading that was not the true one. */
export function createFaultyMeter(
  meter: Meter,
  entropy: Entropy,
  lied: (connectorId: number, fault: MeterFault) => void,
): FaultyMeter {
  const faults = new Map<number, { readonly fault: MeterFault; firstWh: number | null }>();

  function said(trueWh: number, bad: { readonly fault: MeterFault; firstWh: number | null }): number {
    bad.firstWh ??= trueWh;
    switch (bad.fault) {
      case "stuck":
        return bad.firstWh;
      case "jitters":
        return Math.max(0, trueWh + Math.round((entropy.fraction("meter") - 0.5) * 2 * jitterWh));
      case "lower":
        return Math.floor(trueWh / 2);
      case "other":
        return trueWh + otherMeterWh;
      case "hangs":
      case "fails":
        return trueWh;
    }
  }

  function told(
    outcome: MeterOutcome,
    bad: { readonly fault: MeterFault; firstWh: number | null },
  ): MeterOutcome | null {
    if (bad.fault === "hangs") return null;
    if (bad.fault === "fails") return { kind: "failed", error: "checksum error on the bus" };
    if (outcome.kind === "failed") return outcome;
    return { kind: "read", reading: { ...outcome.reading, energyWh: said(outcome.reading.energyWh, bad) } };
  }

  return {
    read: (connectorId, done) => {
      const bad = faults.get(connectorId);
      if (bad === undefined) return meter.read(connectorId, done);
      meter.read(connectorId, (outcome) => {
        lied(connectorId, bad.fault);
        const answer = told(outcome, bad);
        if (answer !== null) done(answer);
      });
    },
    set: (connectorId, fault) => {
      if (fault === null) faults.delete(connectorId);
      else faults.set(connectorId, { fault, firstWh: null });
    },
    heal: () => faults.clear(),
  };
}
