/**
 * The two status messages of the FirmwareManagement profile (OCPP 1.6 §4.4, §4.5).
 *
 * Law: form only. Which of them is sent when is for whoever moves the file to say.
 */
import { z } from "zod";

/** OCPP 1.6 §7.24. Idle only when it was triggered and nothing is being uploaded. */
export const DiagnosticsStatus = z.enum(["Idle", "Uploaded", "UploadFailed", "Uploading"]);
export type DiagnosticsStatus = z.infer<typeof DiagnosticsStatus>;

/** OCPP 1.6 §6.17. */
export const DiagnosticsStatusNotificationRequest = z.strictObject({ status: DiagnosticsStatus });
export type DiagnosticsStatusNotificationRequest = Readonly<
  z.infer<typeof DiagnosticsStatusNotificationRequest>
>;

/** OCPP 1.6 §6.18. */
export const DiagnosticsStatusNotificationResponse = z.strictObject({});
export type DiagnosticsStatusNotificationResponse = Readonly<
  z.infer<typeof DiagnosticsStatusNotificationResponse>
>;

/** OCPP 1.6 §7.25. Idle only when it was triggered and nothing is being installed. */
export const FirmwareStatus = z.enum([
  "Downloaded",
  "DownloadFailed",
  "Downloading",
  "Idle",
  "InstallationFailed",
  "Installing",
  "Installed",
]);
export type FirmwareStatus = z.infer<typeof FirmwareStatus>;

/** OCPP 1.6 §6.19. */
export const FirmwareStatusNotificationRequest = z.strictObject({ status: FirmwareStatus });
export type FirmwareStatusNotificationRequest = Readonly<z.infer<typeof FirmwareStatusNotificationRequest>>;

/** OCPP 1.6 §6.20. */
export const FirmwareStatusNotificationResponse = z.strictObject({});
export type FirmwareStatusNotificationResponse = Readonly<z.infer<typeof FirmwareStatusNotificationResponse>>;
