/**
 * The one operation of the RemoteTrigger profile (OCPP 1.6 §5.17).
 *
 * Law: an unknown message asked for is answered by status NotImplemented, not by a CALLERROR, so the schema lets it pass.
 */
import { z } from "zod";
import { CiString50, ConnectorId } from "./types.ts";

/** What can be asked for (OCPP 1.6 §7.32). */
export const MessageTrigger = z.enum([
  "BootNotification",
  "DiagnosticsStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "MeterValues",
  "StatusNotification",
]);
export type MessageTrigger = z.infer<typeof MessageTrigger>;

/** From the central system. OCPP 1.6 §6.51. `requestedMessage` is a `MessageTrigger`, or something unknown to be told so. */
export const TriggerMessageRequest = z.strictObject({
  requestedMessage: CiString50,
  connectorId: ConnectorId.exactOptional(),
});
export type TriggerMessageRequest = Readonly<z.infer<typeof TriggerMessageRequest>>;

/** OCPP 1.6 §6.52, §7.44. */
export const TriggerMessageResponse = z.strictObject({
  status: z.enum(["Accepted", "Rejected", "NotImplemented"]),
});
export type TriggerMessageResponse = Readonly<z.infer<typeof TriggerMessageResponse>>;
