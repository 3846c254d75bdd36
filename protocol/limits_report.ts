/**
 * What an operator asks of limits: which holds and why, what is coming, and what another profile would make of it.
 *
 * Law: a question installs nothing: what would be is computed from a set of profiles by the same functions as what is.
 */
import type { Limit, ProfileSay } from "./charging_limit.ts";
import { limitAt, profileSay } from "./charging_limit.ts";
import type { LimitedConnector } from "./charging_precedence.ts";
import { winnersAt } from "./charging_precedence.ts";
import type { Asked } from "./charging_profile.ts";
import { judgeProfile } from "./charging_profile.ts";
import { install } from "./charging_profiles.ts";
import type { CompositeSchedule, Window } from "./composite_schedule.ts";
import { alone, compositeSchedule, stationSchedule, wholeStation } from "./composite_schedule.ts";
import { inTenths } from "./charging_rate.ts";
import { formatDateTime } from "./date_time.ts";
import { offeredAt } from "./load_balancing.ts";
import type { ChargingSchedule } from "./messages/charging_profile.ts";
import type { SetChargingProfileRequest } from "./messages/smart_charging.ts";

export interface ConnectorReport extends Limit {
  readonly connectorId: number;
  /** Ampere: what the hardware is offered, after the station's total has been shared. */
  readonly offeredA: number;
  readonly offeredBy: OfferedBy;
  readonly scheduleStart: string;
  readonly schedule: ChargingSchedule;
  /** The schedule has more periods than ChargingScheduleMaxPeriods: its duration is shorter than asked for. */
  readonly isCut: boolean;
}

/** By which rule it is offered what it is. */
export type OfferedBy =
  | { readonly kind: "limit" }
  /** Its limit is below the least with which any car charges (IEC 61851-1: 6 A). */
  | { readonly kind: "leastCurrent" }
  /** That ChargePointMaxProfile is shared between those that charge, and this is its share. */
  | { readonly kind: "sharing"; readonly profile: ProfileSay };

export type WhatIf =
  | {
    readonly status: "Accepted";
    readonly connectorId: number;
    readonly scheduleStart: string;
    readonly before: ChargingSchedule;
    readonly after: ChargingSchedule;
    /** Ampere, of every connector at that moment: the shares of a total are in no schedule. */
    readonly offered: readonly {
      readonly connectorId: number;
      readonly beforeA: number;
      readonly afterA: number;
    }[];
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
  return connectors.filter(({ connectorId }) => asked(connectorId)).map((connector) => {
    const offeredA = offered.get(connector.connectorId) ?? 0;
    return {
      connectorId: connector.connectorId,
      ...limitAt(connector, chargingRateUnit, fromMs),
      offeredA,
      offeredBy: offeredBy(connector, offeredA, fromMs),
      scheduleStart: formatDateTime(fromMs),
      ...compositeSchedule(connector, window),
    };
  });
}

/** Connector 0: the whole charge point. */
export function stationReport(connectors: readonly LimitedConnector[], window: Window): ConnectorReport {
  const { fromMs, chargingRateUnit: unit } = window;
  const most = limitAt(wholeStation(connectors), unit, fromMs);
  const each = connectors.map((connector) => limitAt(alone(connector), unit, fromMs).limit);
  const together = inTenths(each.reduce((sum, limit) => sum + limit, 0)) / 10;
  const offeredA = [...offeredAt(connectors, fromMs).values()].reduce((sum, one) => sum + one, 0);
  return {
    connectorId: 0,
    ...(most.setBy.kind === "profile" && most.limit <= together ? most : ofConnectors(most, together)),
    offeredA: Math.round(offeredA * 10) / 10,
    offeredBy: { kind: "limit" },
    scheduleStart: formatDateTime(fromMs),
    ...stationSchedule(connectors, window),
  };
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
  const offeredAfter = offeredAt(changed, window.fromMs);
  return {
    status: "Accepted",
    connectorId: request.connectorId,
    scheduleStart: formatDateTime(window.fromMs),
    before: scheduleFor(request.connectorId, connectors, window).schedule,
    after: scheduleFor(request.connectorId, changed, window).schedule,
    offered: [...offeredAt(connectors, window.fromMs)].map(([connectorId, beforeA]) => ({
      connectorId,
      beforeA,
      afterA: offeredAfter.get(connectorId) ?? 0,
    })),
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

function offeredBy(connector: LimitedConnector, offeredA: number, atMs: number): OfferedBy {
  const { limit: limitA } = limitAt(connector, "A", atMs);
  if (offeredA === limitA) return { kind: "limit" };
  const { max } = winnersAt(connector, atMs);
  if (limitA < connector.supply.currentMinA || max === null) return { kind: "leastCurrent" };
  return { kind: "sharing", profile: profileSay(max, "A", connector.supply) };
}

/** What the connectors may draw together is less than what the charge point may. */
function ofConnectors({ setBy, lost, chargingRateUnit }: Limit, limit: number): Limit {
  const losers = setBy.kind === "profile" ? [{ profile: setBy.profile, by: "NotTheLowest" as const }] : [];
  return { limit, chargingRateUnit, setBy: { kind: "connectors" }, lost: [...losers, ...lost] };
}
