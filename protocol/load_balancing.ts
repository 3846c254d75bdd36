/**
 * The station's total, shared between the connectors that charge (OCPP 1.6 §3.13.1: the sum of all connectors stays below the
 * ChargePointMaxProfile, and which connector gets how much of it is the charge point's to decide; spec/behaviour.md §12.7).
 *
 * Law: the shares never add up to more than the total, none is more than its connector's own limit, and the same claims get the
 * same shares. Equal shares for all; who wants less leaves the rest to the others; who does not charge gets nothing.
 *
 * Where the total is too small for all, those who began first charge and the others wait at 0: below `least` no car charges at
 * all, and equal shares of too little would leave everyone without. `preferred` (minChargingRate) is a hint: it is kept while it
 * can be for all of them, and makes nobody wait.
 */
import { lowestOf, nextEdgeMs } from "./charging_limit.ts";
import type { LimitedConnector, Winners } from "./charging_precedence.ts";
import { winnersAt } from "./charging_precedence.ts";
import { inTenths, limitIn } from "./charging_rate.ts";
import type { ChargingRateUnitType } from "./messages/charging_profile.ts";

/** What one connector would have of a total. All in the unit of the total. */
export interface Claim {
  readonly connectorId: number;
  readonly sinceMs: number;
  readonly most: number;
  readonly least: number;
  readonly preferred: number;
}

/** The share of each claim by its connectorId, rounded down to tenths of the unit. */
export function shared(total: number, claims: readonly Claim[]): ReadonlyMap<number, number> {
  const totalTenths = inTenths(total);
  const all = [...claims]
    .sort((one, other) => one.sinceMs - other.sinceMs || one.connectorId - other.connectorId)
    .map(inWholeTenths);
  const served = fitting(all, totalTenths);
  const preferring = served.map((claim) => ({ ...claim, least: claim.preferred }));
  const bounded = sumOfLeast(preferring) <= totalTenths ? preferring : served;
  const levelTenths = highestLevel(bounded, totalTenths);
  const shares = bounded.map((claim) => [claim.connectorId, shareAt(levelTenths, claim) / 10] as const);
  return new Map([...all.map(({ connectorId }) => [connectorId, 0] as const), ...shares]);
}

/** Ampere by connectorId. */
export type Offered = ReadonlyMap<number, number>;

/**
 * What each connector's hardware is to be told at a moment. `connectors` are those of a station. Below what charges at all it is 0: a
 * car would not draw it.
 */
export function offeredAt(connectors: readonly LimitedConnector[], atMs: number): Offered {
  const shares = sharesAt(connectors, atMs);
  return new Map(connectors.map(({ connectorId, supply }) => {
    const shareA = shares.get(connectorId) ?? 0;
    return [connectorId, shareA < supply.currentMinA ? 0 : shareA];
  }));
}

/**
 * The least that is to be offered at any moment from `fromMs` to `leadMs` later, since hardware takes its time to obey: a limit that
 * falls is told before it does. `untilMs` is when that may next be something else; Infinity when it never will be by itself.
 */
export function leastOffered(
  connectors: readonly LimitedConnector[],
  fromMs: number,
  leadMs: number,
): { readonly offered: Offered; readonly untilMs: number } {
  let offered = offeredAt(connectors, fromMs);
  const firstMs = nextEdgeOf(connectors, fromMs);
  let edgeMs = firstMs;
  for (; edgeMs <= fromMs + leadMs; edgeMs = nextEdgeOf(connectors, edgeMs)) {
    const then = offeredAt(connectors, edgeMs);
    offered = new Map([...offered].map(([id, nowA]) => [id, Math.min(nowA, then.get(id) ?? 0)]));
  }
  return { offered, untilMs: firstMs === edgeMs ? edgeMs - leadMs : Math.min(firstMs, edgeMs - leadMs) };
}

function nextEdgeOf(connectors: readonly LimitedConnector[], atMs: number): number {
  return Math.min(...connectors.map((connector) => nextEdgeMs(connector, atMs)));
}

function sharesAt(connectors: readonly LimitedConnector[], atMs: number): Offered {
  const judged = connectors.map((connector) => ({ connector, winners: winnersAt(connector, atMs) }));
  const ownA = new Map(
    judged.map(({ connector, winners }) =>
      [connector.connectorId, lowestOf(winners, "A", connector).limit] as const
    ),
  );
  const max = judged[0]?.winners.max ?? null;
  const period = max?.segment.period ?? null;
  // One connector alone keeps the total by its own limit.
  if (max === null || period === null || connectors.length === 1) return ownA;
  const unit = max.installed.profile.chargingSchedule.chargingRateUnit;
  const claims = judged.flatMap(({ connector, winners }) => claimsOf(connector, winners, unit));
  const shares = shared(period.limit, claims);
  return new Map(connectors.map(({ connectorId, supply }) => {
    const share = { limit: shares.get(connectorId) ?? 0, chargingRateUnit: unit };
    return [connectorId, Math.min(limitIn("A", share, supply), ownA.get(connectorId) ?? 0)];
  }));
}

function claimsOf(
  connector: LimitedConnector,
  winners: Winners,
  unit: ChargingRateUnitType,
): readonly Claim[] {
  const { connectorId, supply, charging } = connector;
  const most = lowestOf(winners, unit, connector).limit;
  const least = limitIn(unit, { limit: supply.currentMinA, chargingRateUnit: "A" }, supply);
  // Who may not draw what charges at all leaves it to the others.
  if (charging === null || most < least) return [];
  const schedule = winners.tx?.installed.profile.chargingSchedule;
  const { minChargingRate = 0, chargingRateUnit = unit } = schedule ?? {};
  return [{
    connectorId,
    sinceMs: charging.sinceMs,
    most,
    least,
    preferred: limitIn(unit, { limit: minChargingRate, chargingRateUnit }, supply),
  }];
}

function inWholeTenths(claim: Claim): Claim {
  const most = inTenths(claim.most);
  const least = inTenths(claim.least);
  const preferred = Math.min(Math.max(inTenths(claim.preferred), least), most);
  return { ...claim, most, least, preferred };
}

/** In their order, each that still fits. */
function fitting(claims: readonly Claim[], totalTenths: number): readonly Claim[] {
  let left = totalTenths;
  return claims.filter(({ least }) => {
    if (least > left) return false;
    left -= least;
    return true;
  });
}

/** The highest level, up to which all are filled, at which they do not take more than the total. */
function highestLevel(claims: readonly Claim[], totalTenths: number): number {
  let level = 0;
  let tooHigh = Math.max(0, ...claims.map(({ most }) => most)) + 1;
  while (tooHigh - level > 1) {
    const middle = Math.floor((level + tooHigh) / 2);
    const taken = claims.reduce((sum, claim) => sum + shareAt(middle, claim), 0);
    if (taken <= totalTenths) level = middle;
    else tooHigh = middle;
  }
  return level;
}

function shareAt(levelTenths: number, { least, most }: Claim): number {
  return Math.min(Math.max(levelTenths, least), most);
}

function sumOfLeast(claims: readonly Claim[]): number {
  return claims.reduce((sum, { least }) => sum + least, 0);
}
