/**
 * May this idTag charge: accepted, refused, or to be asked (OCPP 1.6 §3.5, §4.1, §4.2 of spec/behaviour.md).
 *
 * Law: energy only after an authorization. What is known of an idTag without asking comes from the authorization cache, and is
 * an argument here.
 */
import type { ConnectorFacts, Holder, Use } from "./connector_facts.ts";
import { cableInStation, isNobodys, mayAsk, mayBegin, mayUse, status } from "./connector_status.ts";
import type { ChargePointStatus, IdTagInfo } from "./messages/types.ts";
import type { Reserved } from "./reservation.ts";
import { claimOf } from "./reservation.ts";
import { currentInfo } from "./authorization_cache.ts";
import { sameIdTag } from "./id_tag.ts";

export interface Authorization {
  readonly accepted: boolean;
  readonly parentIdTag?: string;
}

/** The configuration keys that decide here. */
export interface AuthorizationRules {
  readonly localPreAuthorize: boolean;
  readonly localAuthorizeOffline: boolean;
  readonly allowOfflineTxForUnknownId: boolean;
}

/** Only Accepted starts a transaction, and not when its expiryDate has passed: that counts as Expired (§7.27). */
export function judged(info: IdTagInfo, nowMs: number): Authorization {
  const accepted = currentInfo(info, nowMs).status === "Accepted";
  return info.parentIdTag === undefined ? { accepted } : { accepted, parentIdTag: info.parentIdTag };
}

/**
 * With a central system that can be asked; null means that it must be. `known` is what is known of the idTag locally, null when
 * that is nothing. A local no is no answer here: only the central system refuses (§3.5.1, LocalPreAuthorize).
 */
export function decideOnline(
  known: IdTagInfo | null,
  rules: AuthorizationRules,
  nowMs: number,
): Authorization | null {
  if (known === null || !rules.localPreAuthorize) return null;
  const authorization = judged(known, nowMs);
  return authorization.accepted ? authorization : null;
}

/**
 * Without a central system, or with one that does not answer (§3.5.1). An idTag is unknown only where nothing is known of it:
 * one that is known to be no good, or that may not be judged locally, is no stranger (decision D-offline-known).
 */
export function decideOffline(
  known: IdTagInfo | null,
  rules: AuthorizationRules,
  nowMs: number,
): Authorization {
  if (known === null) return { accepted: rules.allowOfflineTxForUnknownId };
  return rules.localAuthorizeOffline ? judged(known, nowMs) : { accepted: false };
}

/** What others need to know of a connector, to pick one and to keep one. */
export interface Candidate {
  readonly connectorId: number;
  readonly status: ChargePointStatus;
  readonly reserved: Reserved;
  /** The reservation that whoever is about to start here will use up. */
  readonly usingReservationId?: number;
  /** In use, no fault, and nobody's yet. */
  readonly free: boolean;
  /** A transaction has ended here and the cable is still in: its user may start again (F2). */
  readonly ended: boolean;
  readonly cableInStation: boolean;
  /**
   * Whose it is, from the question to the committed stop, and on while the cable is held for that tag: a tag presented twice
   * must not claim a second connector.
   */
  readonly idTag?: string;
  /** The transaction here, or the cable held here, belongs to a group that another tag may belong to as well. */
  readonly grouped: boolean;
}

export function candidateOf(connectorId: number, facts: ConnectorFacts): Candidate {
  const { use, electronics } = facts;
  const holder = holderOf(use);
  const mayBeGroups = use.kind === "transaction" || use.kind === "none" || use.kind === "ended";
  return {
    connectorId,
    status: status(facts),
    reserved: facts.reserved,
    ...usingReservation(facts),
    free: isNobodys(facts),
    ended: use.kind === "ended" && use.heldFor === undefined && mayBegin(facts),
    cableInStation: cableInStation(electronics.plug),
    grouped: mayBeGroups && holder?.parentIdTag !== undefined,
    ...(holder === null ? {} : { idTag: holder.idTag }),
  };
}

function usingReservation({ use, reserved }: ConnectorFacts): { readonly usingReservationId?: number } {
  const begins = use.kind === "authorized" || use.kind === "locking" || use.kind === "starting";
  const claim = begins ? claimOf(reserved, use) : null;
  return claim === null ? {} : { usingReservationId: claim.reservationId };
}

function holderOf(use: Use): Holder | null {
  switch (use.kind) {
    case "none":
    case "ended":
      return use.heldFor ?? null;
    case "asked":
    case "authorized":
    case "locking":
    case "starting":
      return use;
    case "transaction":
    case "stopping":
      return use.transaction;
  }
}

/**
 * Which connector a presented idTag is meant for, at a reader that serves several (AQ-5: none is selected before).
 * Its own transaction or intention first, then a free connector (`freeConnector`), one where a transaction has ended, a group's transaction.
 * Null when there is none.
 */
export function chosenConnector(candidates: readonly Candidate[], idTag: string): number | null {
  const found = candidates.find((one) => one.idTag !== undefined && sameIdTag(one.idTag, idTag)) ??
    freeConnector(candidates, idTag) ??
    candidates.find((one) => one.ended && mayAsk(one.reserved, idTag)) ??
    candidates.find((one) => one.grouped);
  return found?.connectorId ?? null;
}

/** Where RemoteStartTransaction without a connectorId goes (messages.md §3.10). */
export function remoteStartConnector(candidates: readonly Candidate[], idTag: string): number | null {
  return freeConnector(candidates, idTag)?.connectorId ?? null;
}

/**
 * One that a reservation of this tag is good for, where its cable is in rather than where it is kept (§4.2: plugged in first); then one
 * with a cable in, then any that is kept for nobody else; last one that is kept for a group, since the tag may belong to it.
 */
function freeConnector(candidates: readonly Candidate[], idTag: string): Candidate | undefined {
  const free = candidates.filter((one) => one.free && mayAsk(one.reserved, idTag));
  const open = free.filter((one) => mayUse(one.reserved, { idTag }));
  const promised = open.filter((one) => claimOf(one.reserved, { idTag }) !== null);
  const plugged = (one: Candidate) => one.cableInStation;
  return promised.find(plugged) ?? promised.find((one) => one.reserved.held) ??
    open.find(plugged) ?? open[0] ??
    free.find(plugged) ?? free[0];
}
