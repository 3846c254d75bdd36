/**
 * The composite schedule: what a connector, or the whole charge point, may draw from now on (OCPP 1.6 §5.7, §3.13.3;
 * errata v4.0 §3.24, §3.29, §3.57; spec/behaviour.md §12.7).
 *
 * Law: the limit at every whole second from the start on, with equal neighbours as one period. The work grows with the edges that
 * the profiles have in the window, not with its length, and ends where the answer would be too long to be taken.
 */
import type { Moment, Moments } from "./charging_limit.ts";
import { connectorMoments } from "./charging_limit.ts";
import type { LimitedConnector } from "./charging_precedence.ts";
import type { Supply } from "./charging_rate.ts";
import { inTenths } from "./charging_rate.ts";
import { formatDateTime } from "./date_time.ts";
import type {
  ChargingRateUnitType,
  ChargingSchedule,
  ChargingSchedulePeriod,
} from "./messages/charging_profile.ts";
import type { GetCompositeScheduleRequest, GetCompositeScheduleResponse } from "./messages/smart_charging.ts";

export interface Window {
  readonly fromMs: number;
  readonly durationS: number;
  readonly chargingRateUnit: ChargingRateUnitType;
  /** ChargingScheduleMaxPeriods. */
  readonly periodsMax: number;
}

export interface CompositeSchedule {
  /** Its duration is shorter than asked for where it had to be cut. */
  readonly schedule: ChargingSchedule;
  readonly isCut: boolean;
}

/** The keys of the same names: ChargingScheduleAllowedChargingRateUnit's Current is A, its Power is W. */
export interface ScheduleLimits {
  readonly chargingRateUnits: readonly ChargingRateUnitType[];
  readonly chargingScheduleMaxPeriods: number;
}

/** Of one connector, its limit alone: how connectors share the station's total is not in it. */
export function compositeSchedule(connector: LimitedConnector, window: Window): CompositeSchedule {
  return scheduleOf(connectorMoments(connector, window.chargingRateUnit, window.fromMs), window);
}

/** Of connector 0: what all connectors may draw together, and no more than the ChargePointMaxProfile. */
export function stationSchedule(
  connectors: readonly LimitedConnector[],
  window: Window,
): CompositeSchedule {
  return scheduleOf(stationMoments(connectors, window), window);
}

/** GetCompositeSchedule.conf: an unknown connector and a unit that the station does not know are Rejected. `connectors` are 1 to n. */
export function answerGetCompositeSchedule(
  { connectorId, duration, chargingRateUnit }: GetCompositeScheduleRequest,
  connectors: readonly LimitedConnector[],
  { chargingRateUnits, chargingScheduleMaxPeriods }: ScheduleLimits,
  nowMs: number,
): { readonly response: GetCompositeScheduleResponse; readonly why?: string } {
  const unit = chargingRateUnit ?? chargingRateUnits[0] ?? "A";
  const connector = connectors[connectorId - 1];
  if (connectorId !== 0 && connector === undefined) return rejected(`there is no connector ${connectorId}`);
  if (!chargingRateUnits.includes(unit)) {
    return rejected(`chargingRateUnit is ${unit}: only ${chargingRateUnits.join(", ")}`);
  }
  if (duration < 1) return rejected(`duration is ${duration} s: at least 1`);
  const window: Window = {
    fromMs: nowMs,
    durationS: duration,
    chargingRateUnit: unit,
    periodsMax: chargingScheduleMaxPeriods,
  };
  const { schedule, isCut } = connector === undefined
    ? stationSchedule(connectors, window)
    : compositeSchedule(connector, window);
  return {
    response: {
      status: "Accepted",
      connectorId,
      scheduleStart: formatDateTime(nowMs),
      chargingSchedule: schedule,
    },
    ...(isCut ? { why: `cut after ${schedule.duration} s of ${duration}` } : {}),
  };
}

/** Profiles that recur have edges for ever, also where another limit hides them all: no answer may take long. */
const edgesMax = 20_000;

function scheduleOf(momentAt: Moments, window: Window): CompositeSchedule {
  const { fromMs, durationS, chargingRateUnit, periodsMax } = window;
  const periods: ChargingSchedulePeriod[] = [];
  let startPeriod = 0;
  let edges = 0;
  for (; startPeriod < durationS && edges < edgesMax; edges++) {
    const moment = momentAt(fromMs + startPeriod * 1_000);
    if (!isSame(periods[periods.length - 1], moment)) {
      if (periods.length === periodsMax) break;
      const { untilMs: _, ...stated } = moment;
      periods.push({ startPeriod, ...stated });
    }
    startPeriod = Math.ceil((moment.untilMs - fromMs) / 1_000);
  }
  const duration = Math.min(startPeriod, durationS);
  return {
    schedule: { duration, chargingRateUnit, chargingSchedulePeriod: periods },
    isCut: duration < durationS,
  };
}

function isSame(period: ChargingSchedulePeriod | undefined, moment: Moment): boolean {
  return period !== undefined && period.limit === moment.limit && period.numberPhases === moment.numberPhases;
}

function stationMoments(connectors: readonly LimitedConnector[], window: Window): Moments {
  const { chargingRateUnit, fromMs } = window;
  const own = connectors.map((connector) => connectorMoments(alone(connector), chargingRateUnit, fromMs));
  const max = connectorMoments(wholeStation(connectors), chargingRateUnit, fromMs);
  return (atMs) => {
    const most = max(atMs);
    const each = own.map((momentAt) => momentAt(atMs));
    const untilMs = Math.min(most.untilMs, ...each.map((moment) => moment.untilMs));
    const sum = inTenths(each.reduce((total, { limit }) => total + limit, 0)) / 10;
    return most.limit <= sum ? { ...most, untilMs } : { limit: sum, untilMs };
  };
}

/** As if the whole charge point were one connector: of the profiles the ChargePointMaxProfiles have a say. At least one connector. */
export function wholeStation(connectors: readonly LimitedConnector[]): LimitedConnector {
  const [first] = connectors;
  if (first === undefined) throw new RangeError("ask for the limit of a station with at least one connector");
  const { offlineA: _, ...own } = first;
  return {
    ...own,
    connectorId: 0,
    supply: stationSupply(connectors.map(({ supply }) => supply)),
    profiles: profilesOf(first, true),
  };
}

/** Without what limits the whole charge point. */
export function alone(connector: LimitedConnector): LimitedConnector {
  return { ...connector, profiles: profilesOf(connector, false) };
}

function profilesOf({ profiles }: LimitedConnector, ofStation: boolean) {
  return profiles.filter(({ profile }) =>
    (profile.chargingProfilePurpose === "ChargePointMaxProfile") === ofStation
  );
}

/** Watts become amperes at the highest voltage on the most phases that any connector has: never too many. */
function stationSupply(supplies: readonly Supply[]): Supply {
  return {
    currentMinA: 0,
    currentMaxA: supplies.reduce((sum, { currentMaxA }) => sum + currentMaxA, 0),
    powerMaxW: supplies.reduce((sum, { powerMaxW }) => sum + powerMaxW, 0),
    voltageV: Math.max(...supplies.map(({ voltageV }) => voltageV)),
    phases: Math.max(...supplies.map(({ phases }) => phases)),
  };
}

function rejected(why: string) {
  return { response: { status: "Rejected" }, why } as const;
}
