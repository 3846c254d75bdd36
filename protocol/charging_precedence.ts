/**
 * Which charging profile prevails over which, at one moment (OCPP 1.6 §3.13.1, §3.13.3; errata v4.0 §3.8; spec/behaviour.md §12.1,
 * §12.3, §12.7).
 *
 * Law: decided here and nowhere else; limits, schedules and reasons are read off it. Between purposes there is no precedence but
 * one: a TxProfile overrules the TxDefaultProfiles of its transaction. All else is the lowest limit's to decide.
 */
import type { InstalledProfile } from "./charging_profile.ts";
import type { ProfileSet } from "./charging_profiles.ts";
import type { Supply } from "./charging_rate.ts";
import type { Segment, Timeline } from "./charging_schedule.ts";
import { segmentAt, timelineOf } from "./charging_schedule.ts";
import type { ChargingProfilePurposeType } from "./messages/charging_profile.ts";

/** What the limit of one connector depends on, besides the time. */
export interface LimitedConnector {
  readonly connectorId: number;
  readonly supply: Supply;
  /** Of the whole station; what is another connector's does no harm. */
  readonly profiles: ProfileSet;
  /** The transaction that runs, and since when in today's civil time; null: what one that started at the moment asked for would get. */
  readonly charging: { readonly localId: number; readonly sinceMs: number } | null;
  /** Ampere: no more than this while there is no link (OfflineCurrentLimit); absent while there is one. */
  readonly offlineA?: number;
  /** Whether a TxDefaultProfile holds again once the TxProfile's schedule has ended (decision D-tx-default). */
  readonly txDefaultAfterTxProfile: boolean;
}

/** A profile that may have a say, and what it said when it was last read. */
export interface Contender {
  readonly installed: InstalledProfile;
  readonly timeline: Timeline;
  /** The connector's own TxDefaultProfile of the same stackLevel, where this is one of connector 0. */
  readonly replacedBy: Contender | null;
  segment: Segment;
}

/** By purpose, each in the order in which they prevail: by stackLevel, and on one level the connector's own first. */
export interface Contenders {
  readonly max: readonly Contender[];
  readonly tx: readonly Contender[];
  readonly txDefault: readonly Contender[];
}

/** Who prevails in each purpose; null where none has a period. */
export interface Winners {
  readonly max: Contender | null;
  /** A TxProfile, or else a TxDefaultProfile. */
  readonly tx: Contender | null;
  /** The first moment at which it may be others, or these may say something else; Infinity when never. */
  readonly untilMs: number;
}

/** `chargingSinceMs` is null where nothing charges, and the schedules that count from the start of charging are to stay at their start. */
export function contendersFor(connector: LimitedConnector, chargingSinceMs: number | null): Contenders {
  const ordered = connector.profiles
    .filter((installed) => isConcerned(installed, connector))
    .sort((one, other) =>
      other.profile.stackLevel - one.profile.stackLevel || other.connectorId - one.connectorId
    );
  const ofPurpose = (purpose: ChargingProfilePurposeType) =>
    inOrder(ordered.filter(({ profile }) => profile.chargingProfilePurpose === purpose), chargingSinceMs);
  return {
    max: ofPurpose("ChargePointMaxProfile"),
    tx: ofPurpose("TxProfile"),
    txDefault: ofPurpose("TxDefaultProfile"),
  };
}

/** `atMs` never falls from one call to the next for the same contenders. Who comes after the one that prevails is not read. */
export function prevailing(
  contenders: Contenders,
  { txDefaultAfterTxProfile }: Pick<LimitedConnector, "txDefaultAfterTxProfile">,
  atMs: number,
): Winners {
  const max = highest(contenders.max, atMs);
  const tx = highest(contenders.tx, atMs);
  const isOverruled = tx.winner !== null || (!txDefaultAfterTxProfile && contenders.tx.some(hasOverruled));
  const txDefault = isOverruled ? nobody : highest(contenders.txDefault, atMs);
  return {
    max: max.winner,
    tx: tx.winner ?? txDefault.winner,
    untilMs: Math.min(max.untilMs, tx.untilMs, txDefault.untilMs),
  };
}

/** Who prevails at one moment. */
export function winnersAt(connector: LimitedConnector, atMs: number): Winners {
  return prevailing(contendersFor(connector, connector.charging?.sinceMs ?? null), connector, atMs);
}

/** Reads what it says now, if that may be something else than before. */
export function read(contender: Contender, atMs: number): Segment {
  if (contender.segment.untilMs <= atMs) contender.segment = segmentAt(contender.timeline, atMs);
  return contender.segment;
}

/** Until the connector's own is no longer valid: then it might as well have been thrown away. */
export function isReplaced({ replacedBy }: Contender): boolean {
  return replacedBy !== null && replacedBy.segment.standing !== "NoLongerValid";
}

const unread: Segment = { standing: "NotYetValid", period: null, untilMs: -Infinity };

function isConcerned(installed: InstalledProfile, { connectorId, charging }: LimitedConnector): boolean {
  switch (installed.profile.chargingProfilePurpose) {
    case "ChargePointMaxProfile":
      return true;
    case "TxDefaultProfile":
      return installed.connectorId === 0 || installed.connectorId === connectorId;
    case "TxProfile":
      // That of a RemoteStartTransaction holds for the transaction that is about to begin, of which there is no number yet.
      return installed.connectorId === connectorId && installed.localId === charging?.localId;
  }
}

function inOrder(ordered: readonly InstalledProfile[], chargingSinceMs: number | null): readonly Contender[] {
  const contenders: Contender[] = [];
  for (const installed of ordered) {
    const before = contenders[contenders.length - 1] ?? null;
    const isSameLevel = before?.installed.profile.stackLevel === installed.profile.stackLevel;
    const timeline = timelineOf(installed, chargingSinceMs);
    contenders.push({ installed, timeline, replacedBy: isSameLevel ? before : null, segment: unread });
  }
  return contenders;
}

interface Highest {
  readonly winner: Contender | null;
  /** Of the winner and of all before it, who would come before it again. */
  readonly untilMs: number;
}

const nobody: Highest = { winner: null, untilMs: Infinity };

/** §3.13.1: within a purpose the highest stackLevel that has a period now; one whose schedule has ended yields (TC_072). */
function highest(contenders: readonly Contender[], atMs: number): Highest {
  let untilMs = Infinity;
  for (const contender of contenders) {
    const segment = read(contender, atMs);
    untilMs = Math.min(untilMs, segment.untilMs);
    if (segment.period !== null && !isReplaced(contender)) return { winner: contender, untilMs };
  }
  return { winner: null, untilMs };
}

/** From the start of its schedule on, also when that has ended (TC_066), for as long as it is valid. */
function hasOverruled({ segment }: Contender): boolean {
  switch (segment.standing) {
    case "Running":
    case "Ended":
      return true;
    // §12.5: in between it is as if there were no profile.
    case "BetweenRecurrences":
    case "NotYetValid":
    case "NotYetStarted":
    case "NoLongerValid":
      return false;
  }
}
