/** The composite schedule of 9 profiles of 300 periods over 24 hours, against `JSON.parse` of the same profiles; and over ten times as long. */
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import { compositeSchedule } from "../../protocol/composite_schedule.ts";
import { type Figure, median } from "./figure.ts";

const RUNS = 1_000;
const DAY_S = 86_400;
const FROM_MS = Date.parse("2026-03-01T00:00:00Z");

export function scheduleRows(): readonly Figure[] {
  const purposes = ["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"] as const;
  const profiles = purposes.flatMap((purpose) => [0, 1, 2].map((level) => profile(purpose, level)));
  const text = JSON.stringify(profiles.map((one) => one.profile));
  const day: number[] = [];
  const days: number[] = [];
  const parses: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    parses.push(timed(() => JSON.parse(text)));
    day.push(timed(() => periods(profiles, DAY_S)));
    days.push(timed(() => periods(profiles, 10 * DAY_S)));
  }
  return [
    row("composite schedule of 9 profiles of 300 periods, 24 h (bare: JSON.parse of them)", day, parses, 1),
    row("the same over 240 h (bare: ours over 24 h)", days, day, 1.2),
  ];
}

function row(what: string, ours: readonly number[], bare: readonly number[], atMost: number): Figure {
  return { what, unit: "µs", ours: median(ours), bare: median(bare), aim: { atMost } };
}

/** Every period has its own edge, and levels whose schedules end at different times. */
function profile(
  purpose: InstalledProfile["profile"]["chargingProfilePurpose"],
  level: number,
): InstalledProfile {
  const place = purpose.length + level;
  const chargingSchedulePeriod = Array.from({ length: 300 }, (_, at) => ({
    startPeriod: at === 0 ? 0 : at * 288 + place,
    limit: 6 + (at * 7 + place) % 26,
    numberPhases: 3,
  }));
  return {
    connectorId: purpose === "ChargePointMaxProfile" ? 0 : 1,
    receivedMs: FROM_MS,
    ...(purpose === "TxProfile" ? { localId: 1 } : {}),
    profile: {
      chargingProfileId: place,
      stackLevel: level,
      chargingProfilePurpose: purpose,
      chargingProfileKind: "Absolute",
      chargingSchedule: {
        chargingRateUnit: "A",
        startSchedule: "2026-03-01T00:00:00Z",
        duration: DAY_S - level * 20_000,
        chargingSchedulePeriod,
      },
    },
  };
}

function periods(profiles: readonly InstalledProfile[], durationS: number): number {
  const connector: LimitedConnector = {
    connectorId: 1,
    supply: { currentMinA: 6, currentMaxA: 32, powerMaxW: 22_000, voltageV: 230, phases: 3 },
    profiles,
    charging: { localId: 1, sinceMs: FROM_MS },
    txDefaultAfterTxProfile: true,
  };
  const window = { fromMs: FROM_MS, durationS, chargingRateUnit: "A", periodsMax: 10_000 } as const;
  return compositeSchedule(connector, window).schedule.chargingSchedulePeriod.length;
}

function timed(task: () => unknown): number {
  const begunMs = performance.now();
  task();
  return (performance.now() - begunMs) * 1_000;
}
