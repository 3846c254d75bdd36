/**
 * The sixteen operations of the Core profile: what each request and response carries (OCPP 1.6 §6).
 *
 * Law: a request that passes its schema can always be answered by its own response; numbers out of the station's range and
 * connectors that it does not have are the operation's to refuse, by status where it has a fitting one.
 */
import { z } from "zod";
import { ChargingProfile } from "./charging_profile.ts";
import {
  ChargePointErrorCode,
  ChargePointStatus,
  CiString20,
  CiString25,
  CiString255,
  CiString50,
  CiString500,
  ConnectorId,
  DateTime,
  IdTagInfo,
  IdToken,
  Integer,
  KeyValue,
  MeterValue,
  StopReason,
  Text,
} from "./types.ts";

/** From the charge point. OCPP 1.6 §4.1, §6.1. */
export const AuthorizeRequest = z.strictObject({ idTag: IdToken });
export type AuthorizeRequest = Readonly<z.infer<typeof AuthorizeRequest>>;

/** OCPP 1.6 §6.2. */
export const AuthorizeResponse = z.strictObject({ idTagInfo: IdTagInfo });
export type AuthorizeResponse = Readonly<z.infer<typeof AuthorizeResponse>>;

/** From the charge point. OCPP 1.6 §4.2, §6.3. `chargeBoxSerialNumber` is deprecated. */
export const BootNotificationRequest = z.strictObject({
  chargePointVendor: CiString20,
  chargePointModel: CiString20,
  chargePointSerialNumber: CiString25.exactOptional(),
  chargeBoxSerialNumber: CiString25.exactOptional(),
  firmwareVersion: CiString50.exactOptional(),
  iccid: CiString20.exactOptional(),
  imsi: CiString20.exactOptional(),
  meterType: CiString25.exactOptional(),
  meterSerialNumber: CiString25.exactOptional(),
});
export type BootNotificationRequest = Readonly<z.infer<typeof BootNotificationRequest>>;

/** OCPP 1.6 §7.38. */
export const RegistrationStatus = z.enum(["Accepted", "Pending", "Rejected"]);
export type RegistrationStatus = z.infer<typeof RegistrationStatus>;

/**
 * OCPP 1.6 §6.4. `interval` in seconds: of the Heartbeat when Accepted, else the least wait before the next
 * BootNotification. The specification gives no bounds, and a refused answer could be told to nobody: 0 and below leave
 * the choice to the charge point.
 */
export const BootNotificationResponse = z.strictObject({
  status: RegistrationStatus,
  currentTime: DateTime,
  interval: Integer,
});
export type BootNotificationResponse = Readonly<z.infer<typeof BootNotificationResponse>>;

/** OCPP 1.6 §7.4. */
export const AvailabilityType = z.enum(["Inoperative", "Operative"]);
export type AvailabilityType = z.infer<typeof AvailabilityType>;

/** From the central system. OCPP 1.6 §5.2, §6.7. Connector 0 is the charge point and all its connectors. */
export const ChangeAvailabilityRequest = z.strictObject({ connectorId: ConnectorId, type: AvailabilityType });
export type ChangeAvailabilityRequest = Readonly<z.infer<typeof ChangeAvailabilityRequest>>;

/** OCPP 1.6 §6.8. */
export const ChangeAvailabilityResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "Scheduled"]),
});
export type ChangeAvailabilityResponse = Readonly<z.infer<typeof ChangeAvailabilityResponse>>;

/** From the central system. OCPP 1.6 §5.3, §6.9. */
export const ChangeConfigurationRequest = z.strictObject({ key: CiString50, value: CiString500 });
export type ChangeConfigurationRequest = Readonly<z.infer<typeof ChangeConfigurationRequest>>;

/** OCPP 1.6 §6.10, §7.22. */
export const ChangeConfigurationResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "RebootRequired", "NotSupported"]),
});
export type ChangeConfigurationResponse = Readonly<z.infer<typeof ChangeConfigurationResponse>>;

/** From the central system. OCPP 1.6 §5.4, §6.11. */
export const ClearCacheRequest = z.strictObject({});
export type ClearCacheRequest = Readonly<z.infer<typeof ClearCacheRequest>>;

/** OCPP 1.6 §6.12. */
export const ClearCacheResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type ClearCacheResponse = Readonly<z.infer<typeof ClearCacheResponse>>;

/** In both directions. OCPP 1.6 §4.3, §5.6, §6.15. `data` has no length of its own: the frame's size bounds it. */
export const DataTransferRequest = z.strictObject({
  vendorId: CiString255,
  messageId: CiString50.exactOptional(),
  data: Text.exactOptional(),
});
export type DataTransferRequest = Readonly<z.infer<typeof DataTransferRequest>>;

/** OCPP 1.6 §6.16, §7.23. */
export const DataTransferResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]),
  data: Text.exactOptional(),
});
export type DataTransferResponse = Readonly<z.infer<typeof DataTransferResponse>>;

/** From the central system. OCPP 1.6 §5.8, §6.23. No key or an empty list asks for all of them. */
export const GetConfigurationRequest = z.strictObject({
  key: z.array(CiString50).readonly().exactOptional(),
});
export type GetConfigurationRequest = Readonly<z.infer<typeof GetConfigurationRequest>>;

/** OCPP 1.6 §6.24. */
export const GetConfigurationResponse = z.strictObject({
  configurationKey: z.array(KeyValue).readonly().exactOptional(),
  unknownKey: z.array(CiString50).readonly().exactOptional(),
});
export type GetConfigurationResponse = Readonly<z.infer<typeof GetConfigurationResponse>>;

/** From the charge point. OCPP 1.6 §4.6, §6.29. */
export const HeartbeatRequest = z.strictObject({});
export type HeartbeatRequest = Readonly<z.infer<typeof HeartbeatRequest>>;

/** OCPP 1.6 §6.30. */
export const HeartbeatResponse = z.strictObject({ currentTime: DateTime });
export type HeartbeatResponse = Readonly<z.infer<typeof HeartbeatResponse>>;

/** From the charge point. OCPP 1.6 §4.7, §6.31. Connector 0 is the main meter. */
export const MeterValuesRequest = z.strictObject({
  connectorId: ConnectorId,
  transactionId: Integer.exactOptional(),
  meterValue: z.array(MeterValue).min(1).readonly(),
});
export type MeterValuesRequest = Readonly<z.infer<typeof MeterValuesRequest>>;

/** OCPP 1.6 §6.32. */
export const MeterValuesResponse = z.strictObject({});
export type MeterValuesResponse = Readonly<z.infer<typeof MeterValuesResponse>>;

/** From the central system. OCPP 1.6 §5.11, §6.33. Connector 0 may not be asked for: Rejected (TC_027). */
export const RemoteStartTransactionRequest = z.strictObject({
  connectorId: ConnectorId.exactOptional(),
  idTag: IdToken,
  chargingProfile: ChargingProfile.exactOptional(),
});
export type RemoteStartTransactionRequest = Readonly<z.infer<typeof RemoteStartTransactionRequest>>;

/** OCPP 1.6 §6.34, §7.39. */
export const RemoteStartTransactionResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type RemoteStartTransactionResponse = Readonly<z.infer<typeof RemoteStartTransactionResponse>>;

/** From the central system. OCPP 1.6 §5.12, §6.35. Any transactionId may be a real one (errata v4.0 §3.54). */
export const RemoteStopTransactionRequest = z.strictObject({ transactionId: Integer });
export type RemoteStopTransactionRequest = Readonly<z.infer<typeof RemoteStopTransactionRequest>>;

/** OCPP 1.6 §6.36, §7.39. */
export const RemoteStopTransactionResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type RemoteStopTransactionResponse = Readonly<z.infer<typeof RemoteStopTransactionResponse>>;

/** OCPP 1.6 §7.42. */
export const ResetType = z.enum(["Hard", "Soft"]);
export type ResetType = z.infer<typeof ResetType>;

/** From the central system. OCPP 1.6 §5.14, §6.39. */
export const ResetRequest = z.strictObject({ type: ResetType });
export type ResetRequest = Readonly<z.infer<typeof ResetRequest>>;

/** OCPP 1.6 §6.40. */
export const ResetResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type ResetResponse = Readonly<z.infer<typeof ResetResponse>>;

/** From the charge point. OCPP 1.6 §4.8, §6.45. `meterStart` in Wh, the register's own reading. */
export const StartTransactionRequest = z.strictObject({
  connectorId: ConnectorId.min(1),
  idTag: IdToken,
  meterStart: Integer,
  reservationId: Integer.exactOptional(),
  timestamp: DateTime,
});
export type StartTransactionRequest = Readonly<z.infer<typeof StartTransactionRequest>>;

/** OCPP 1.6 §6.46. */
export const StartTransactionResponse = z.strictObject({ idTagInfo: IdTagInfo, transactionId: Integer });
export type StartTransactionResponse = Readonly<z.infer<typeof StartTransactionResponse>>;

/** From the charge point. OCPP 1.6 §4.9, §6.47. Without a timestamp it is the time of its receipt. */
export const StatusNotificationRequest = z.strictObject({
  connectorId: ConnectorId,
  errorCode: ChargePointErrorCode,
  info: CiString50.exactOptional(),
  status: ChargePointStatus,
  timestamp: DateTime.exactOptional(),
  vendorId: CiString255.exactOptional(),
  vendorErrorCode: CiString50.exactOptional(),
});
export type StatusNotificationRequest = Readonly<z.infer<typeof StatusNotificationRequest>>;

/** OCPP 1.6 §6.48. */
export const StatusNotificationResponse = z.strictObject({});
export type StatusNotificationResponse = Readonly<z.infer<typeof StatusNotificationResponse>>;

/** From the charge point. OCPP 1.6 §4.10, §6.49. `meterStop` in Wh; without a reason it is Local (OCPP-J errata §2.5). */
export const StopTransactionRequest = z.strictObject({
  idTag: IdToken.exactOptional(),
  meterStop: Integer,
  timestamp: DateTime,
  transactionId: Integer,
  reason: StopReason.exactOptional(),
  transactionData: z.array(MeterValue).readonly().exactOptional(),
});
export type StopTransactionRequest = Readonly<z.infer<typeof StopTransactionRequest>>;

/** OCPP 1.6 §6.50. */
export const StopTransactionResponse = z.strictObject({ idTagInfo: IdTagInfo.exactOptional() });
export type StopTransactionResponse = Readonly<z.infer<typeof StopTransactionResponse>>;

/** From the central system. OCPP 1.6 §5.18, §6.53. For a connector that is not there the status is NotSupported. */
export const UnlockConnectorRequest = z.strictObject({ connectorId: ConnectorId });
export type UnlockConnectorRequest = Readonly<z.infer<typeof UnlockConnectorRequest>>;

/** OCPP 1.6 §6.54, §7.46. */
export const UnlockConnectorResponse = z.strictObject({
  status: z.enum(["Unlocked", "UnlockFailed", "NotSupported"]),
});
export type UnlockConnectorResponse = Readonly<z.infer<typeof UnlockConnectorResponse>>;
