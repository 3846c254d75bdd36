/**
 * The limit of a connector at one moment, and why it is that one: who set it, who lost, and by which rule
 * (OCPP 1.6 §3.13.1, §3.13.3; spec/behaviour.md §12.7).
 *
 * Law: a limit is never higher than any of
 *
 *     min { ChargePointMaxProfile, TxProfile or else TxDefaultProfile, the hardware, OfflineCurrentLimit while offline }
 */
import type { Contender, LimitedConnector, Winners } from "./charging_precedence.ts";
import { contendersFor, isReplaced, prevailing, read, winnersAt } from "./charging_precedence.ts";
import type { Supply } from "./charging_rate.ts";
import { hardwareLimit, limitIn } from "./charging_rate.ts";
import type { Standing } from "./charging_schedule.ts";
import type { ChargingProfilePurposeType, ChargingRateUnitType } from "./messages/charging_profile.ts";

/** A profile by its names, and what it says of this moment. */
export interface ProfileSay {
  readonly connectorId: number;
  readonly chargingProfileId: number;
  readonly chargingProfilePurpose: ChargingProfilePurposeType;
  readonly stackLevel: number;
  /** Absent where it says nothing now. */
  readonly says?: {
    readonly limit: number;
    readonly chargingRateUnit: ChargingRateUnitType;
    readonly numberPhases?: number;
    /** The limit in the unit asked for. */
    readonly converted: number;
  };
}

/** The rule by which a profile has not set the limit. */
export type LostBy =
  | Exclude<Standing, "Running">
  /** Another of its purpose has a higher stackLevel and a period now. */
  | "LowerStackLevel"
  /** A TxDefaultProfile of connector 0 where the connector has its own of that stackLevel. */
  | "ReplacedOnConnector"
  /** A TxDefaultProfile in a transaction with a TxProfile. */
  | "OverruledByTxProfile"
  /** It prevails in its purpose, but another purpose or the hardware allows less. */
  | "NotTheLowest";

export interface Limit {
  /** In the unit asked for. */
  readonly limit: number;
  readonly chargingRateUnit: ChargingRateUnitType;
  /** As the profile that set it has it. */
  readonly numberPhases?: number;
  readonly setBy:
    | { readonly kind: "hardware" }
    /** OfflineCurrentLimit. */
    | { readonly kind: "offline" }
    /** Of the whole charge point: what all connectors may draw together. */
    | { readonly kind: "connectors" }
    | { readonly kind: "profile"; readonly profile: ProfileSay };
  readonly lost: readonly { readonly profile: ProfileSay; readonly by: LostBy }[];
}

export function limitAt(connector: LimitedConnector, unit: ChargingRateUnitType, atMs: number): Limit {
  const { supply } = connector;
  const contenders = contendersFor(connector, connector.charging?.sinceMs ?? null);
  const winners = prevailing(contenders, connector, atMs);
  const { limit, setBy } = lowestOf(winners, unit, connector);
  const all = [...contenders.max, ...contenders.tx, ...contenders.txDefault];
  for (const contender of all) read(contender, atMs);
  return {
    limit,
    chargingRateUnit: unit,
    ...numberPhases(setBy),
    setBy: typeof setBy === "string"
      ? { kind: setBy }
      : { kind: "profile", profile: profileSay(setBy, unit, supply) },
    lost: all.filter((contender) => contender !== setBy).map((contender) => ({
      profile: profileSay(contender, unit, supply),
      by: lostBy(contender, winners),
    })),
  };
}

/** When the limit may next be another, by no one's doing; Infinity when it never will be. */
export function nextEdgeMs(connector: LimitedConnector, atMs: number): number {
  return winnersAt(connector, atMs).untilMs;
}

/** The limit of a moment without the reasons, for who asks for many of them. */
export interface Moment {
  readonly limit: number;
  readonly numberPhases?: number;
  /** Until when it holds at least. */
  readonly untilMs: number;
}

/** To be asked for moments that never fall. */
export type Moments = (atMs: number) => Moment;

/** From `fromMs` on; where nothing charges, as if charging began then. */
export function connectorMoments(
  connector: LimitedConnector,
  unit: ChargingRateUnitType,
  fromMs: number,
): Moments {
  const contenders = contendersFor(connector, connector.charging?.sinceMs ?? fromMs);
  return (atMs) => {
    const winners = prevailing(contenders, connector, atMs);
    const { limit, setBy } = lowestOf(winners, unit, connector);
    return { limit, ...numberPhases(setBy), untilMs: winners.untilMs };
  };
}

type SetBy = Contender | "hardware" | "offline";

/** Of equals the one nearest to the transaction sets it. */
export function lowestOf(
  { tx, max }: Winners,
  unit: ChargingRateUnitType,
  { supply, offlineA = Infinity }: Pick<LimitedConnector, "supply" | "offlineA">,
): { readonly limit: number; readonly setBy: SetBy } {
  let limit = hardwareLimit(unit, supply);
  let setBy: SetBy = "hardware";
  const offline = limitIn(unit, { limit: offlineA, chargingRateUnit: "A" }, supply);
  if (offline < limit) {
    limit = offline;
    setBy = "offline";
  }
  for (const contender of [max, tx]) {
    if (contender === null) continue;
    const stated = statedLimit(contender, unit, supply);
    if (stated === null || stated > limit) continue;
    limit = stated;
    setBy = contender;
  }
  return { limit, setBy };
}

/** What a profile states for the moment in hand, in `unit`; null where it states nothing. */
function statedLimit(
  { installed, segment }: Contender,
  unit: ChargingRateUnitType,
  supply: Supply,
): number | null {
  const { chargingRateUnit } = installed.profile.chargingSchedule;
  return segment.period === null ? null : limitIn(unit, { ...segment.period, chargingRateUnit }, supply);
}

function numberPhases(setBy: SetBy): { readonly numberPhases?: number } {
  const phases = typeof setBy === "string" ? undefined : setBy.segment.period?.numberPhases;
  return phases === undefined ? {} : { numberPhases: phases };
}

function lostBy(contender: Contender, { max, tx }: Winners): LostBy {
  const { segment, installed } = contender;
  if (segment.standing !== "Running") return segment.standing;
  if (isReplaced(contender)) return "ReplacedOnConnector";
  if (contender === max || contender === tx) return "NotTheLowest";
  const { chargingProfilePurpose: purpose } = installed.profile;
  const isOverruled = purpose === "TxDefaultProfile" &&
    tx?.installed.profile.chargingProfilePurpose !== purpose;
  return isOverruled ? "OverruledByTxProfile" : "LowerStackLevel";
}

export function profileSay(contender: Contender, unit: ChargingRateUnitType, supply: Supply): ProfileSay {
  const { connectorId, profile } = contender.installed;
  const { chargingProfileId, chargingProfilePurpose, stackLevel, chargingSchedule } = profile;
  const { period } = contender.segment;
  const converted = statedLimit(contender, unit, supply);
  const names = { connectorId, chargingProfileId, chargingProfilePurpose, stackLevel };
  if (period === null || converted === null) return names;
  const { startPeriod: _, ...stated } = period;
  return { ...names, says: { ...stated, chargingRateUnit: chargingSchedule.chargingRateUnit, converted } };
}
