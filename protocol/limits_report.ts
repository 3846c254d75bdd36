/**
 * What an operator asks of limits: which holds and why, what is coming, and what another profile would make of it.
 *
 * Law: a question installs nothing: what would be is computed from a set of profiles by the same functions as what is.
 */
import type { Limit } from "./charging_limit.ts";
import { limitAt } from "./charging_limit.ts";
import type { LimitedConnector } from "./charging_precedence.ts";
import type { Asked } from "./charging_profile.ts";
import { judgeProfile } from "./charging_profile.ts";
import { install } from "./charging_profiles.ts";
import type { CompositeSchedule, Window } from "./composite_schedule.ts";
import { compositeSchedule, stationSchedule } from "./composite_schedule.ts";
import { formatDateTime } from "./date_time.ts";
import { offeredAt } from "./load_balancing.ts";
import type { ChargingSchedule } from "./messages/charging_profile.ts";
import type { SetChargingProfileRequest } from "./messages/smart_charging.ts";

export interface ConnectorReport extends Limit {
  readonly connectorId: number;
  /** Ampere: what the hardware is offered, after the station's total has been shared. */
  readonly offeredA: number;
  readonly scheduleStart: string;
  readonly schedule: ChargingSchedule;
  /** The schedule has more periods than ChargingScheduleMaxPeriods: its duration is shorter than asked for. */
  readonly isCut: boolean;
}

export type WhatIf =
  | {
    readonly status: "Accepted";
    readonly connectorId: number;
    readonly scheduleStart: string;
    readonly before: ChargingSchedule;
    readonly after: ChargingSchedule;
  }
  | { readonly status: "Rejected" | "PropertyConstraintViolation"; readonly why: string };

/** `connectors` are all of the station, 1 to n; the report has those asked for. */
export function limitsReport(
  connectors: readonly LimitedConnector[],
  asked: (connectorId: number) => boolean,
  window: Window,
): readonly ConnectorReport[] {
  const { fromMs, chargingRateUnit } = window;
  const offered = offeredAt(connectors, fromMs);
  return connectors.filter(({ connectorId }) => asked(connectorId)).map((connector) => ({
    connectorId: connector.connectorId,
    ...limitAt(connector, chargingRateUnit, fromMs),
    offeredA: offered.get(connector.connectorId) ?? 0,
    scheduleStart: formatDateTime(fromMs),
    ...compositeSchedule(connector, window),
  }));
}

/** The schedule of the request's connector without its profile and with it. */
export function whatIf(
  connectors: readonly LimitedConnector[],
  request: SetChargingProfileRequest,
  asked: Asked,
  window: Window,
): WhatIf {
  const judged = judgeProfile(request, asked);
  if (judged.kind === "callError") return { status: judged.errorCode, why: judged.why };
  if (judged.kind === "rejected") return { status: "Rejected", why: judged.why };
  const profiles = connectors[0]?.profiles ?? [];
  const installation = install(profiles, judged.installed, asked.limits.maxChargingProfilesInstalled);
  if (installation.kind === "full") return { status: "Rejected", why: installation.why };
  const changed = connectors.map((connector) => ({ ...connector, profiles: installation.profiles }));
  return {
    status: "Accepted",
    connectorId: request.connectorId,
    scheduleStart: formatDateTime(window.fromMs),
    before: scheduleFor(request.connectorId, connectors, window).schedule,
    after: scheduleFor(request.connectorId, changed, window).schedule,
  };
}

/** Of a connector, or of the whole charge point for 0. */
export function scheduleFor(
  connectorId: number,
  connectors: readonly LimitedConnector[],
  window: Window,
): CompositeSchedule {
  const connector = connectors.find((one) => one.connectorId === connectorId);
  return connector === undefined ? stationSchedule(connectors, window) : compositeSchedule(connector, window);
}
