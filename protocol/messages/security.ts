/**
 * The certificate operations, the extended trigger, the upload of logs and the notifications of the security white paper (edition 3, §5, §6).
 *
 * Law: a certificate's text is judged by its length here, and by what it says in `protocol/certificate.ts`. CiString40 and
 * CiString128 are compared without case.
 */
import { z } from "zod";
import { ConnectorId, DateTime, Integer, Text } from "./types.ts";

/** PEM: one certificate, or a signing request. */
const OnePem = Text.max(5_500);

/** Which hierarchy a root belongs to: the charge point operator's, or the maker's. */
export const CertificateUse = z.enum(["CentralSystemRootCertificate", "ManufacturerRootCertificate"]);
export type CertificateUse = z.infer<typeof CertificateUse>;

export const HashAlgorithm = z.enum(["SHA256", "SHA384", "SHA512"]);
export type HashAlgorithm = z.infer<typeof HashAlgorithm>;

/** An OCSP CertID (RFC 6960 §4.1.1) in hexadecimal. */
export const CertificateHashData = z.strictObject({
  hashAlgorithm: HashAlgorithm,
  issuerNameHash: Text.max(128),
  issuerKeyHash: Text.max(128),
  /** Without leading zeros: 4095 is `FFF`. */
  serialNumber: Text.max(40),
}).readonly();
export type CertificateHashData = z.infer<typeof CertificateHashData>;

/** From the central system: the leaf first, then the sub-CAs. */
export const CertificateSignedRequest = z.strictObject({ certificateChain: Text.max(10_000) });
export type CertificateSignedRequest = Readonly<z.infer<typeof CertificateSignedRequest>>;
export const CertificateSignedResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type CertificateSignedResponse = Readonly<z.infer<typeof CertificateSignedResponse>>;

export const DeleteCertificateRequest = z.strictObject({ certificateHashData: CertificateHashData });
export type DeleteCertificateRequest = Readonly<z.infer<typeof DeleteCertificateRequest>>;
export const DeleteCertificateResponse = z.strictObject({
  status: z.enum(["Accepted", "Failed", "NotFound"]),
});
export type DeleteCertificateResponse = Readonly<z.infer<typeof DeleteCertificateResponse>>;

/** What can be asked for. FirmwareStatusNotification means SignedFirmwareStatusNotification here. */
export const ExtendedTrigger = z.enum([
  "BootNotification",
  "LogStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "MeterValues",
  "SignChargePointCertificate",
  "StatusNotification",
]);
export type ExtendedTrigger = z.infer<typeof ExtendedTrigger>;

/** As for TriggerMessage an unknown message is told so by the status, so the schema lets it pass. */
export const ExtendedTriggerMessageRequest = z.strictObject({
  requestedMessage: Text.max(50),
  connectorId: ConnectorId.exactOptional(),
});
export type ExtendedTriggerMessageRequest = Readonly<z.infer<typeof ExtendedTriggerMessageRequest>>;
export const ExtendedTriggerMessageResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "NotImplemented"]),
});
export type ExtendedTriggerMessageResponse = Readonly<z.infer<typeof ExtendedTriggerMessageResponse>>;

export const GetInstalledCertificateIdsRequest = z.strictObject({ certificateType: CertificateUse });
export type GetInstalledCertificateIdsRequest = Readonly<z.infer<typeof GetInstalledCertificateIdsRequest>>;
export const GetInstalledCertificateIdsResponse = z.strictObject({
  status: z.enum(["Accepted", "NotFound"]),
  certificateHashData: z.array(CertificateHashData).min(1).readonly().exactOptional(),
});
export type GetInstalledCertificateIdsResponse = Readonly<z.infer<typeof GetInstalledCertificateIdsResponse>>;

/** A number of tries that no charger makes, and a period that begins after its end, are for whoever serves it to judge. */
export const GetLogRequest = z.strictObject({
  logType: z.enum(["DiagnosticsLog", "SecurityLog"]),
  requestId: Integer,
  /** After a try that failed; without it the charge point decides. */
  retries: Integer.exactOptional(),
  /** Seconds between two tries. */
  retryInterval: Integer.exactOptional(),
  log: z.strictObject({
    remoteLocation: Text.max(512),
    oldestTimestamp: DateTime.exactOptional(),
    latestTimestamp: DateTime.exactOptional(),
  }).readonly(),
});
export type GetLogRequest = Readonly<z.infer<typeof GetLogRequest>>;
export const GetLogResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "AcceptedCanceled"]),
  filename: Text.max(255).exactOptional(),
});
export type GetLogResponse = Readonly<z.infer<typeof GetLogResponse>>;

export const InstallCertificateRequest = z.strictObject({
  certificateType: CertificateUse,
  certificate: OnePem,
});
export type InstallCertificateRequest = Readonly<z.infer<typeof InstallCertificateRequest>>;
export const InstallCertificateResponse = z.strictObject({
  status: z.enum(["Accepted", "Failed", "Rejected"]),
});
export type InstallCertificateResponse = Readonly<z.infer<typeof InstallCertificateResponse>>;

/** To the central system. `requestId` is that of GetLog, and is absent only with Idle. */
export const LogStatusNotificationRequest = z.strictObject({
  status: z.enum([
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
  ]),
  requestId: Integer.exactOptional(),
});
export type LogStatusNotificationRequest = Readonly<z.infer<typeof LogStatusNotificationRequest>>;
export const LogStatusNotificationResponse = z.strictObject({});
export type LogStatusNotificationResponse = Readonly<z.infer<typeof LogStatusNotificationResponse>>;

/** To the central system: PKCS#10 (RFC 2986). */
export const SignCertificateRequest = z.strictObject({ csr: OnePem });
export type SignCertificateRequest = Readonly<z.infer<typeof SignCertificateRequest>>;
export const SignCertificateResponse = z.strictObject({ status: z.enum(["Accepted", "Rejected"]) });
export type SignCertificateResponse = Readonly<z.infer<typeof SignCertificateResponse>>;

/** To the central system. `type` is one of `SecurityEventType` (`protocol/security_event.ts`), where one fits. */
export const SecurityEventNotificationRequest = z.strictObject({
  type: Text.max(50),
  timestamp: DateTime,
  techInfo: Text.max(255).exactOptional(),
});
export type SecurityEventNotificationRequest = Readonly<z.infer<typeof SecurityEventNotificationRequest>>;
export const SecurityEventNotificationResponse = z.strictObject({});
export type SecurityEventNotificationResponse = Readonly<z.infer<typeof SecurityEventNotificationResponse>>;
