/**
 * What TriggerMessage and ExtendedTriggerMessage are answered, and which message follows (OCPP 1.6 §5.17, spec/behaviour.md §15,
 * security white paper A02).
 *
 * Law: the answer goes first, the message after it; never a message of the past.
 */
import type { TriggerMessageRequest, TriggerMessageResponse } from "./messages/remote_trigger.ts";
import type { ExtendedTriggerMessageRequest } from "./messages/security.ts";
import type { Registration } from "./registration.ts";

export type Triggered =
  | { readonly kind: "BootNotification" }
  | { readonly kind: "Heartbeat" }
  /** What the transfer is at: Idle where none is under way (§7.24, §7.25). */
  | { readonly kind: "DiagnosticsStatusNotification" }
  | { readonly kind: "FirmwareStatusNotification" }
  | { readonly kind: "LogStatusNotification" }
  /** A new key, and SignCertificate. */
  | { readonly kind: "SignChargePointCertificate" }
  /** Of each of these connectors; 0 is the main controller. */
  | { readonly kind: "StatusNotification"; readonly connectorIds: readonly number[] }
  | { readonly kind: "MeterValues"; readonly connectorIds: readonly number[] };

export interface TriggerAnswer {
  readonly status: TriggerMessageResponse["status"];
  readonly triggered?: Triggered;
}

export function trigger(
  request: TriggerMessageRequest,
  registration: Registration,
  connectors: number,
): TriggerAnswer {
  const all = Array.from({ length: connectors }, (_, index) => index + 1);
  switch (request.requestedMessage) {
    case "BootNotification":
      // Errata v4.0 §3.35: not once accepted, until the next boot.
      return registration === "Accepted"
        ? { status: "Rejected" }
        : { status: "Accepted", triggered: { kind: "BootNotification" } };
    case "Heartbeat":
    case "DiagnosticsStatusNotification":
    case "FirmwareStatusNotification":
      return mayFollow({ status: "Accepted", triggered: { kind: request.requestedMessage } }, registration);
    case "StatusNotification":
      return mayFollow(ofConnectors("StatusNotification", request.connectorId, [0, ...all]), registration);
    case "MeterValues":
      return mayFollow(ofConnectors("MeterValues", request.connectorId, all), registration);
    default:
      // An open set: names that are no messages, or none that can be triggered.
      return { status: "NotImplemented" };
  }
}

/** The same of the white paper. Its FirmwareStatusNotification is that of a signed update, which is not built. */
export function extendedTrigger(
  { requestedMessage, ...rest }: ExtendedTriggerMessageRequest,
  registration: Registration,
  connectors: number,
  cpoName: string,
): TriggerAnswer {
  switch (requestedMessage) {
    case "BootNotification":
    case "Heartbeat":
    case "MeterValues":
    case "StatusNotification":
      return trigger({ requestedMessage, ...rest }, registration, connectors);
    case "LogStatusNotification":
      return mayFollow({ status: "Accepted", triggered: { kind: requestedMessage } }, registration);
    case "SignChargePointCertificate":
      // A02.FR.13: the request has to say whose charge point it is.
      return cpoName.trim() === ""
        ? { status: "Rejected" }
        : mayFollow({ status: "Accepted", triggered: { kind: requestedMessage } }, registration);
    default:
      return { status: "NotImplemented" };
  }
}

/** Before the first answer nothing but BootNotification may be sent (§4.2), so nothing else is promised. */
function mayFollow(answer: TriggerAnswer, registration: Registration): TriggerAnswer {
  return registration === "Unregistered" ? { status: "Rejected" } : answer;
}

function ofConnectors(
  kind: "StatusNotification" | "MeterValues",
  asked: number | undefined,
  allowed: readonly number[],
): TriggerAnswer {
  if (asked === undefined) return { status: "Accepted", triggered: { kind, connectorIds: allowed } };
  return allowed.includes(asked)
    ? { status: "Accepted", triggered: { kind, connectorIds: [asked] } }
    : { status: "Rejected" };
}
