/**
 * The charging profiles that are installed: replace or stack, clear, and what ends with a transaction
 * (OCPP 1.6 §3.13.1, §5.5, §5.16; errata v4.0 §3.25, §3.26, §3.37; spec/behaviour.md §12.2, §12.8, §12.10).
 *
 * Law: a set is a value, and a change of it a new set, so that what would be can be looked at as what is. No two of a set have
 * the same chargingProfileId, and no two the same connector, purpose and stackLevel.
 */
import type { InstalledProfile } from "./charging_profile.ts";
import { validToMs } from "./charging_schedule.ts";
import type { ClearChargingProfileRequest } from "./messages/smart_charging.ts";

export type ProfileSet = readonly InstalledProfile[];

export type Installation =
  | {
    readonly kind: "installed";
    readonly profiles: ProfileSet;
    /** What had to go for it: of the same id, or in the same place. At most two. */
    readonly replaced: ProfileSet;
  }
  | { readonly kind: "full"; readonly why: string };

/** §5.16: the old one holds until the new one is here, and is gone from then on, even where the new one is not valid yet. */
export function install(
  profiles: ProfileSet,
  one: InstalledProfile,
  maxChargingProfilesInstalled: number,
): Installation {
  const replaced = profiles.filter((other) => isReplaced(other, one));
  const kept = profiles.filter((other) => !isReplaced(other, one));
  if (kept.length >= maxChargingProfilesInstalled) {
    return { kind: "full", why: `${kept.length} are installed: at most ${maxChargingProfilesInstalled}` };
  }
  return { kind: "installed", profiles: [...kept, one], replaced };
}

/** Those that a ClearChargingProfile.req means; all of them when it names nothing. */
export function cleared(profiles: ProfileSet, filter: ClearChargingProfileRequest): ProfileSet {
  const { id, connectorId, chargingProfilePurpose, stackLevel } = filter;
  if (id !== undefined) return profiles.filter(({ profile }) => profile.chargingProfileId === id);
  return profiles.filter(({ connectorId: own, profile }) =>
    (connectorId === undefined || connectorId === own) &&
    (chargingProfilePurpose === undefined || chargingProfilePurpose === profile.chargingProfilePurpose) &&
    (stackLevel === undefined || stackLevel === profile.stackLevel)
  );
}

/** All that a station keeps. */
export interface KeptProfiles {
  readonly installed: ProfileSet;
  /**
   * Of RemoteStartTransactions, at most one a connector, until its transaction begins: each holds, and replaces nothing before, since
   * the start may still be refused or come to nothing.
   */
  readonly offered: ProfileSet;
}

/** Those that have a say in a limit. */
export function inForce({ installed, offered }: KeptProfiles): ProfileSet {
  return [...installed, ...offered];
}

/** What goes on at a connector, as far as its TxProfiles are concerned. */
export type TransactionState =
  | { readonly kind: "none" }
  /** Somebody is about to begin, perhaps by the RemoteStartTransaction that has brought a profile. */
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly localId: number };

/**
 * §3.13.1: a TxProfile is deleted with its transaction; that of a RemoteStartTransaction becomes the next one's, or goes with the start.
 * `before` is what went on there; undefined where nobody knows.
 */
export function followed(
  { installed, offered }: KeptProfiles,
  connectorId: number,
  state: TransactionState,
  before: TransactionState["kind"] | undefined,
): KeptProfiles {
  const localId = state.kind === "running" ? state.localId : undefined;
  const kept = installed.filter((one) =>
    one.connectorId !== connectorId || one.profile.chargingProfilePurpose !== "TxProfile" ||
    (localId !== undefined && one.localId === localId)
  );
  const mine = offered.find((one) => one.connectorId === connectorId);
  if (mine === undefined) return { installed: kept, offered };
  switch (state.kind) {
    case "starting":
      return { installed: kept, offered };
    case "none":
      return { installed: kept, offered: before === "starting" ? without(offered, [mine]) : offered };
    case "running": {
      const own = { ...mine, localId: state.localId };
      const others = kept.filter((other) => !isReplaced(other, own));
      return { installed: [...others, own], offered: without(offered, [mine]) };
    }
  }
}

/** Those whose validTo has passed: they hold for nothing any more and only take up room. */
export function expired(profiles: ProfileSet, nowMs: number): ProfileSet {
  return profiles.filter(({ profile }) => validToMs(profile) <= nowMs);
}

export function without(profiles: ProfileSet, gone: ProfileSet): ProfileSet {
  return profiles.filter((one) => !gone.includes(one));
}

function isReplaced(old: InstalledProfile, one: InstalledProfile): boolean {
  if (old.profile.chargingProfileId === one.profile.chargingProfileId) return true;
  return old.connectorId === one.connectorId &&
    old.profile.chargingProfilePurpose === one.profile.chargingProfilePurpose &&
    old.profile.stackLevel === one.profile.stackLevel;
}
