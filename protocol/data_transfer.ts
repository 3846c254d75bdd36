/**
 * DataTransfer from the central system: a door for vendors, behind which nothing is built (OCPP 1.6 §5.6).
 *
 * Law: another vendor's id is not known here, and of our own vendor's messages none is.
 */
import type { DataTransferRequest, DataTransferResponse } from "./messages/core.ts";

/** `vendorId` is ours: the chargePointVendor of BootNotification. Ids have no case (CiString255). */
export function answeredDataTransfer(request: DataTransferRequest, vendorId: string): DataTransferResponse {
  const isOurs = request.vendorId.toLowerCase() === vendorId.toLowerCase();
  return { status: isOurs ? "UnknownMessageId" : "UnknownVendorId" };
}
