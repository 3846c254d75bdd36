/**
 * The reservations as they stand in the store (OCPP 1.6 §5.13).
 *
 * Law: read afresh each time: the actor of reservations adds them, and the connector that uses one takes it away.
 */
import type { Reservation, Reserved } from "../protocol/reservation.ts";
import { notReserved } from "../protocol/reservation.ts";
import type { TellDamaged } from "../storage/records.ts";
import { keptRecord, keys, ReservationRecord } from "../storage/records.ts";
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

/** What is kept for this connector itself: a connector that starts knows that much without being told. */
export async function reservedAtStart(
  store: Store,
  connectorId: number,
  nowMs: number,
  damaged: TellDamaged,
): Promise<Reserved> {
  const own = (await storedReservations(store, damaged)).filter((one) => one.connectorId === connectorId);
  const claims = own.filter(({ expiresMs }) => expiresMs > nowMs);
  return claims.length === 0 ? notReserved : { claims, held: true };
}
