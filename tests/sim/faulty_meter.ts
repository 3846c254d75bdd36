/**
 * Meters that count in coarse steps, and meters that lie, each in its own way, between the charger and the meters of the simulated hardware.
 *
 * Law: what they say is drawn from the seed; what they deliver is counted truly elsewhere, and nobody is billed by lies alone. A step is
 * no lie: what such a meter shows is what is billed.
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
  /** All bits of a broken line are 1; a float that no bill can be made of. */
  | "nonsense"
  /** Its register has 31 bits and begins anew. */
  | "wraps"
  /** Its register has been moved; or another meter was built in, and says so. */
  | "other"
  | "exchanged"
  /** It counts on where a register of 31 bits ends. */
  | "beyond";

export interface FaultyMeter extends Meter {
  readonly set: (connectorId: number, fault: MeterFault | null) => void;
  /** All of them, from now on. */
  readonly countIn: (stepWh: number) => void;
  /** What they show of so much. */
  readonly shownWh: (trueWh: number) => number;
  /** Called with each answer that is a reading, and what is to be billed of the register then. */
  readonly onAnswer: (answered: (connectorId: number, energyWh: number) => void) => void;
  readonly heal: () => void;
}

interface Bad {
  readonly fault: MeterFault;
  firstWh: number | null;
}

const jitterWh = 8;
const otherMeterWh = 120_000;
const nonsenseWh = [2 ** 64, 2 ** 53, 1e16, NaN, Infinity, -1, 2 ** 32 - 1];
const registerWhMax = 2 ** 31;
/** What it counts before it wraps. */
const headroomWh = 2_000;
/** Where it begins, somewhat before that point: every step goes into it. */
const beyondWh = 2_147_481_000;

/** Those that count truly, from elsewhere: what they have said is wrong only together with what was said before, or comes after. */
const offsetsWh: Partial<Record<MeterFault, number>> = {
  other: otherMeterWh,
  exchanged: otherMeterWh,
  beyond: beyondWh,
};

/** `lied` is told of each reading that was not the true one, and of each step of a register. */
export function createFaultyMeter(
  meter: Meter,
  entropy: Entropy,
  lied: (connectorId: number, fault: MeterFault) => void,
): FaultyMeter {
  const faults = new Map<number, Bad>();
  /** Null as finely as the hardware does. */
  let stepWh: number | null = null;
  let answered: (connectorId: number, energyWh: number) => void = () => {};

  function shownWh(wh: number): number {
    return stepWh === null ? wh : Math.floor(wh / stepWh) * stepWh;
  }

  function said(trueWh: number, bad: Bad): number {
    bad.firstWh ??= trueWh;
    switch (bad.fault) {
      case "stuck":
        return bad.firstWh;
      case "jitters":
        return Math.max(0, trueWh + Math.round((entropy.fraction("meter") - 0.5) * 2 * jitterWh));
      case "lower":
        return Math.floor(trueWh / 2);
      case "nonsense":
        return nonsenseWh[Math.floor(entropy.fraction("meter") * nonsenseWh.length)] ?? NaN;
      case "wraps":
        return (trueWh - bad.firstWh + registerWhMax - headroomWh) % registerWhMax;
      case "other":
      case "exchanged":
      case "beyond":
        return trueWh + (offsetsWh[bad.fault] ?? 0);
      case "hangs":
      case "fails":
        return trueWh;
    }
  }

  function told(outcome: MeterOutcome, bad: Bad | undefined): MeterOutcome | null {
    if (bad?.fault === "hangs") return null;
    if (bad?.fault === "fails") return { kind: "failed", error: "checksum error on the bus" };
    if (outcome.kind === "failed") return outcome;
    const { reading } = outcome;
    const meterSerialNumber = bad?.fault === "exchanged" ? "ANOTHER" : reading.meterSerialNumber;
    const energyWh = shownWh(bad === undefined ? reading.energyWh : said(reading.energyWh, bad));
    return { kind: "read", reading: { ...reading, meterSerialNumber, energyWh } };
  }

  function set(connectorId: number, fault: MeterFault | null): void {
    const before = faults.get(connectorId)?.fault;
    for (const stepped of [before, fault]) {
      if (stepped != null && stepped in offsetsWh) lied(connectorId, stepped);
    }
    if (fault === null) faults.delete(connectorId);
    else faults.set(connectorId, { fault, firstWh: null });
  }

  return {
    read: (connectorId, done) => {
      const bad = faults.get(connectorId);
      meter.read(connectorId, (outcome) => {
        if (bad !== undefined && !(bad.fault in offsetsWh)) lied(connectorId, bad.fault);
        const answer = told(outcome, bad);
        if (answer === null) return;
        if (answer.kind === "read" && outcome.kind === "read") {
          answered(connectorId, shownWh(outcome.reading.energyWh));
        }
        done(answer);
      });
    },
    set,
    countIn: (wh) => void (stepWh = wh),
    shownWh,
    onAnswer: (next) => void (answered = next),
    heal: () => {
      for (const connectorId of [...faults.keys()]) set(connectorId, null);
    },
  };
}
