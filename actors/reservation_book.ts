/**
 * The reservations as they stand in the store (OCPP 1.6 §5.13).
 *
 * Law: read afresh each time: the actor of reservations adds them, and the connector that uses one takes it away.
 */
import type { Reservation, Reserved } from "../protocol/reservation.ts";
import { notReserved } from "../protocol/reservation.ts";
import type { TellDamaged } from "../storage/record_reading.ts";
import { keys } from "../storage/record_keys.ts";
import { keptRecord } from "../storage/record_reading.ts";
import { ReservationRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";

export async function storedReservations(
  store: Store,
  damaged: TellDamaged,
): Promise<readonly Reservation[]> {
  const all: Reservation[] = [];
  for (const { key } of await store.list(keys.reservations)) {
    const reservation = await keptRecord(store, key, ReservationRecord, damaged);
    if (reservation !== null) all.push(reservation);
  }
  return all;
}

/** What a connector that starts knows without being told. */
export interface ReservedAtStart {
  readonly reserved: Reserved;
  /** For itself, and not only for the charge point. */
  readonly itself: boolean;
}

/**
 * What is kept for this connector, or for the charge point: as long as it has not been told that another one is free, it may be the one
 * that is kept.
 */
export async function reservedAtStart(
  store: Store,
  connectorId: number,
  nowMs: number,
  damaged: TellDamaged,
): Promise<ReservedAtStart> {
  const known = (await storedReservations(store, damaged)).filter(({ expiresMs }) => expiresMs > nowMs);
  const own = known.filter((one) => one.connectorId === connectorId);
  const itself = own.length > 0;
  const claims = itself ? own : known.filter((one) => one.connectorId === 0);
  return { reserved: claims.length === 0 ? notReserved : { claims, held: true }, itself };
}
