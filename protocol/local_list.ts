/**
 * The local authorization list: what SendLocalList makes of it, and what an entry says (OCPP 1.6 §3.5.2, §5.10, §5.15).
 *
 * Law: all old or all new. An update is judged whole, before anything of it is stored; an empty list has version 0.
 */
import { currentInfo } from "./authorization_cache.ts";
import { foldedIdTag } from "./id_tag.ts";
import type { SendLocalListRequest, SendLocalListResponse } from "./messages/local_auth_list.ts";
import type { IdTagInfo } from "./messages/types.ts";

/** LocalAuthListMaxLength and SendLocalListMaxLength. */
export interface LocalListLimits {
  readonly entriesMax: number;
  readonly sentMax: number;
}

/** By folded idTag; null removes it. */
export type LocalListChanges = ReadonlyMap<string, IdTagInfo | null>;

export type LocalListUpdate =
  | { readonly kind: "refused"; readonly status: Refusal; readonly why: string }
  /** Nothing of the old list stays. */
  | { readonly kind: "replace"; readonly entries: LocalListChanges }
  /** What is not named stays as it is. */
  | { readonly kind: "change"; readonly changes: LocalListChanges };

type Refusal = Exclude<SendLocalListResponse["status"], "Accepted" | "NotSupported">;

/** `version` is that of the list there is, as GetLocalListVersion tells it. */
export function judgeUpdate(
  request: SendLocalListRequest,
  version: number,
  limits: LocalListLimits,
): LocalListUpdate {
  const { listVersion, updateType, localAuthorizationList: sent = [] } = request;
  // Errata v4.0: 0 says that a list is empty and -1 that there is none; neither is a version that can be sent.
  if (listVersion <= 0) return failed(`listVersion is 1 or more, not ${listVersion}`);
  if (sent.length > limits.sentMax) {
    return failed(`${sent.length} entries, at most ${limits.sentMax} at a time`);
  }
  const changes = new Map(sent.map(({ idTag, idTagInfo }) => [foldedIdTag(idTag), idTagInfo ?? null]));
  if (changes.size < sent.length) return failed("an idTag is there twice");
  switch (updateType) {
    case "Full": {
      const bare = sent.find(({ idTagInfo }) => idTagInfo === undefined);
      if (bare !== undefined) return failed(`idTag ${JSON.stringify(bare.idTag)} has no idTagInfo`);
      return withinLimit(changes.size, limits) ?? { kind: "replace", entries: changes };
    }
    case "Differential":
      return listVersion > version ? { kind: "change", changes } : {
        kind: "refused",
        status: "VersionMismatch",
        why: `the list has version ${version}, and ${listVersion} is not newer`,
      };
  }
}

/** Whether so many entries are too many; null when they are not. */
export function withinLimit(
  entries: number,
  { entriesMax }: LocalListLimits,
): Extract<LocalListUpdate, { kind: "refused" }> | null {
  return entries > entriesMax ? failed(`${entries} entries, at most ${entriesMax} in the list`) : null;
}

function failed(why: string): Extract<LocalListUpdate, { kind: "refused" }> {
  return { kind: "refused", status: "Failed", why };
}

/**
 * What an entry is worth at a start. ConcurrentTx is valid here (spec/behaviour.md §4.1): a list knows the card, and
 * whether it charges elsewhere at this moment only the central system can know.
 */
export function listedInfo(entry: IdTagInfo, nowMs: number): IdTagInfo {
  return currentInfo(entry.status === "ConcurrentTx" ? { ...entry, status: "Accepted" } : entry, nowMs);
}

/**
 * Whether the central system says another thing of an idTag than the list that it has sent (§3.5.2: LocalListConflict).
 * ConcurrentTx is of the moment and contradicts no list.
 */
export function contradicts(entry: IdTagInfo, said: IdTagInfo, nowMs: number): boolean {
  if (said.status === "ConcurrentTx") return false;
  return listedInfo(entry, nowMs).status !== currentInfo(said, nowMs).status;
}
