/**
 * Reservations: what ReserveNow is answered, which connectors are kept for whom, and when a reservation ends (OCPP 1.6 §5.13).
 *
 * Law: a reservation of one connector keeps that one. Those of the whole charge point (connectorId 0) keep as many free connectors
 * as there are of them; only when no other is left are they kept from everybody else, and then they say so. One without a cable
 * serves best, and one where somebody's cable is in, who has not said who he is, is better than none.
 */
import { parseDateTimeMs } from "./date_time.ts";
import { sameIdTag } from "./id_tag.ts";
import type { ReserveNowRequest, ReserveNowResponse } from "./messages/reservation.ts";
import type { ChargePointStatus } from "./messages/types.ts";

/** Who may use up a reservation. */
export interface Claim {
  readonly reservationId: number;
  readonly idTag: string;
  /** Anybody of this group may as well. */
  readonly parentIdTag?: string;
}

export interface Reservation extends Claim {
  /** 0 is the whole charge point. */
  readonly connectorId: number;
  readonly expiresMs: number;
}

/** A connector, as far as reservations depend on it. */
export interface Reservable {
  readonly connectorId: number;
  readonly status: ChargePointStatus;
  /** In use, no fault, and nobody's yet, though a cable may be in. */
  readonly free: boolean;
  /** The reservation that whoever is about to start here will use up. */
  readonly usingReservationId?: number;
}

/** The claims on a connector; while it is held nobody else begins there. */
export interface Reserved {
  readonly claims: readonly Claim[];
  readonly held: boolean;
}

export const notReserved: Reserved = { claims: [], held: false };

/** `reservation` is the one to store; one of the same id is replaced by it (§5.13). */
export type ReserveNow =
  | { readonly status: "Accepted"; readonly reservation: Reservation }
  | { readonly status: Exclude<ReserveNowResponse["status"], "Accepted">; readonly why: string };

export function reserveNow(
  request: ReserveNowRequest,
  reservations: readonly Reservation[],
  connectors: readonly Reservable[],
  rules: { readonly connectorZeroSupported: boolean },
  nowMs: number,
): ReserveNow {
  const { reservationId, connectorId, idTag, parentIdTag, expiryDate } = request;
  const expiresMs = parseDateTimeMs(expiryDate) ?? nowMs;
  if (connectorId === 0 && !rules.connectorZeroSupported) {
    return refused("Rejected", "connectorId is 1 or more here");
  }
  if (connectorId > 0 && !connectors.some((one) => one.connectorId === connectorId)) {
    return refused("Rejected", `there is no connector ${connectorId}`);
  }
  const others = reservations.filter((one) => one.reservationId !== reservationId);
  const refusal = notReservable(connectorId, others, connectors);
  if (refusal !== null) return refused(refusal, `connector ${connectorId} is ${refusal}`);
  if (expiresMs <= nowMs) return refused("Rejected", `expiryDate ${expiryDate} is not in the future`);
  const group = parentIdTag === undefined ? {} : { parentIdTag };
  return { status: "Accepted", reservation: { reservationId, connectorId, idTag, expiresMs, ...group } };
}

/** Which claims there are on each connector. */
export function reserved(
  reservations: readonly Reservation[],
  connectors: readonly Reservable[],
): ReadonlyMap<number, Reserved> {
  const inUse = new Set(connectors.map((one) => one.usingReservationId));
  const anywhere = reservations.filter((one) => one.connectorId === 0);
  const waiting = anywhere.filter((one) => !inUse.has(one.reservationId));
  const nobodys = connectors.filter((one) => isNobodys(one) && !isReserved(one, reservations));
  const empty = nobodys.filter(isEmpty);
  return new Map(connectors.map((connector) => {
    const own = reservations.filter((one) => one.connectorId === connector.connectorId);
    if (own.length > 0) return [connector.connectorId, { claims: own.map(claimed), held: true }];
    const alike = empty.includes(connector) ? empty : nobodys;
    const held = alike.includes(connector) && alike.length <= waiting.length;
    return [connector.connectorId, { claims: anywhere.map(claimed), held }];
  }));
}

/**
 * The reservations that are over: expired, or their connector is out of order or out of use (§5.13). `connectors` are all of them, or
 * none: some alone do not tell whether there is another one that works.
 */
export function over(
  reservations: readonly Reservation[],
  connectors: readonly Reservable[],
  nowMs: number,
): readonly Reservation[] {
  return reservations.filter(({ connectorId, expiresMs }) => {
    const meant = connectors.filter((one) => connectorId === 0 || one.connectorId === connectorId);
    return expiresMs <= nowMs || (meant.length > 0 && meant.every(isUnusable));
  });
}

/** When the next one expires; null when there is none. */
export function nextExpiryMs(reservations: readonly Reservation[]): number | null {
  return reservations.length === 0 ? null : Math.min(...reservations.map((one) => one.expiresMs));
}

/** The claim that this user has, or null. Groups are compared by their parentIdTag, never with a presented tag (spec/behaviour.md §4.3). */
export function claimOf(
  { claims }: Reserved,
  { idTag, parentIdTag }: { readonly idTag: string; readonly parentIdTag?: string },
): Claim | null {
  const found = claims.find((claim) => sameIdTag(claim.idTag, idTag)) ??
    claims.find((claim) => isGroup(claim.parentIdTag, parentIdTag));
  return found ?? null;
}

/** Whether a tag that nothing is known of yet may turn out to have a claim: only then is it worth an Authorize (TC_046). */
export function mayHaveClaim(reserved: Reserved, idTag: string): boolean {
  return reserved.claims.some((claim) => claim.parentIdTag !== undefined || sameIdTag(claim.idTag, idTag));
}

function notReservable(
  connectorId: number,
  others: readonly Reservation[],
  connectors: readonly Reservable[],
): "Faulted" | "Unavailable" | "Occupied" | null {
  const meant = connectors.filter((one) => connectorId === 0 || one.connectorId === connectorId);
  if (meant.every(({ status }) => status === "Faulted")) return "Faulted";
  if (meant.every(isUnusable)) return "Unavailable";
  const anywhere = others.filter((one) => one.connectorId === 0).length;
  const empty = connectors.filter((one) => isEmpty(one) && !isReserved(one, others));
  const isOneLeft = empty.length > anywhere;
  return isOneLeft && meant.some((one) => empty.includes(one)) ? null : "Occupied";
}

/** Who is kept from beginning here would otherwise begin. */
function isNobodys(connector: Reservable): boolean {
  return connector.free || isEmpty(connector);
}

/** Reserved says so with a cable in too: it was put in while the connector was kept. */
function isEmpty({ status }: Reservable): boolean {
  return status === "Available" || status === "Reserved";
}

/** By itself. */
function isReserved({ connectorId }: Reservable, reservations: readonly Reservation[]): boolean {
  return reservations.some((one) => one.connectorId === connectorId);
}

function isUnusable({ status }: Reservable): boolean {
  return status === "Faulted" || status === "Unavailable";
}

function claimed({ reservationId, idTag, parentIdTag }: Reservation): Claim {
  return { reservationId, idTag, ...(parentIdTag === undefined ? {} : { parentIdTag }) };
}

function isGroup(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && sameIdTag(one, other);
}

function refused(status: Exclude<ReserveNowResponse["status"], "Accepted">, why: string): ReserveNow {
  return { status, why };
}
