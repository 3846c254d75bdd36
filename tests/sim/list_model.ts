/**
 * The local authorization list, as simply as it can be said: the oracle of invariant I12 (spec/behaviour.md §11).
 *
 * Law: written from the specification and not from the code.
 */
import type { SendLocalListRequest } from "../../protocol/messages/local_auth_list.ts";

export interface ModelList {
  readonly version: number;
  /** By idTag in capitals: its status. */
  readonly entries: ReadonlyMap<string, string>;
}

export interface ModelLimits {
  readonly entriesMax: number;
  readonly sentMax: number;
}

export const emptyList: ModelList = { version: 0, entries: new Map() };

/** The list after an update, or why there is none. */
export function updated(
  list: ModelList,
  request: SendLocalListRequest,
  limits: ModelLimits,
): ModelList | "Failed" | "VersionMismatch" {
  const { listVersion, updateType, localAuthorizationList: sent = [] } = request;
  const names = sent.map(({ idTag }) => idTag.toUpperCase());
  if (listVersion < 1 || sent.length > limits.sentMax || new Set(names).size < names.length) return "Failed";
  if (updateType === "Full" && sent.some(({ idTagInfo }) => idTagInfo === undefined)) return "Failed";
  if (updateType === "Differential" && listVersion <= list.version) return "VersionMismatch";
  const entries = new Map(updateType === "Full" ? [] : list.entries);
  for (const { idTag, idTagInfo } of sent) {
    if (idTagInfo === undefined) entries.delete(idTag.toUpperCase());
    else entries.set(idTag.toUpperCase(), idTagInfo.status);
  }
  if (entries.size > limits.entriesMax) return "Failed";
  return { version: entries.size === 0 ? 0 : listVersion, entries };
}

/** Equal for equal lists alone. */
export function textOf({ version, entries }: ModelList): string {
  return `${version} ${[...entries].map(([idTag, status]) => `${idTag}=${status}`).sort().join()}`;
}
