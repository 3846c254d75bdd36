/**
 * The two operations of the Reservation profile (OCPP 1.6 §5.1, §5.13).
 *
 * Law: form only. Whether a connector can be reserved is answered by a status (`protocol/reservation.ts`).
 */
import { z } from "zod";
import { ConnectorId, DateTime, IdToken, Integer } from "./types.ts";

/** From the central system. OCPP 1.6 §6.37. connectorId 0 is the whole charge point. */
export const ReserveNowRequest = z.strictObject({
  connectorId: ConnectorId,
  expiryDate: DateTime,
  idTag: IdToken,
  parentIdTag: IdToken.exactOptional(),
  reservationId: Integer,
});
export type ReserveNowRequest = Readonly<z.infer<typeof ReserveNowRequest>>;

/** OCPP 1.6 §6.38, §7.40. */
export const ReserveNowResponse = z.strictObject({
  status: z.enum(["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]),
});
export type ReserveNowResponse = Readonly<z.infer<typeof ReserveNowResponse>>;

/** From the central system. OCPP 1.6 §6.5. */
export const CancelReservationRequest = z.strictObject({ reservationId: Integer });
export type CancelReservationRequest = Readonly<z.infer<typeof CancelReservationRequest>>;

/** OCPP 1.6 §6.6, §7.5. */
export const CancelReservationResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type CancelReservationResponse = Readonly<z.infer<typeof CancelReservationResponse>>;
