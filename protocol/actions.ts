/**
 * Every action of OCPP 1.6 and of its security extension: whose it is, who may send it, what it carries, and what the charge
 * point answers when it does not serve it (OCPP 1.6 §3.3, errata v4.0 §3.2; security white paper edition 3).
 *
 * Law: whatever stands in a CALL's place for an action has an answer. Names are looked up in a Map, so that "constructor"
 * and "__proto__" are as unknown as any other.
 */
import type { z } from "zod";
import type { Answer } from "./answer.ts";
import * as core from "./messages/core.ts";
import * as firmware from "./messages/firmware_management.ts";
import * as localAuthList from "./messages/local_auth_list.ts";
import * as remoteTrigger from "./messages/remote_trigger.ts";
import * as reservation from "./messages/reservation.ts";
import * as security from "./messages/security.ts";
import * as smartCharging from "./messages/smart_charging.ts";

/** The literals of SupportedFeatureProfiles; and Security for the white paper's operations, for which it has none. */
export type FeatureProfile =
  | "Core"
  | "FirmwareManagement"
  | "LocalAuthListManagement"
  | "Reservation"
  | "SmartCharging"
  | "RemoteTrigger"
  | "Security";

/** Who may send the request. */
export type Direction = "fromChargePoint" | "fromCentralSystem" | "both";

/** One row of the table. An action without schemas is not built. */
export interface Action {
  readonly profile: FeatureProfile;
  readonly direction: Direction;
  readonly request?: z.ZodType;
  readonly response?: z.ZodType;
  /** The response that says no where the action is not served. Without one it is CALLERROR NotSupported. */
  readonly unserved?: Readonly<Record<string, unknown>>;
}

const ACTIONS = {
  Authorize: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.AuthorizeRequest,
    response: core.AuthorizeResponse,
  },
  BootNotification: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.BootNotificationRequest,
    response: core.BootNotificationResponse,
  },
  ChangeAvailability: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.ChangeAvailabilityRequest,
    response: core.ChangeAvailabilityResponse,
  },
  ChangeConfiguration: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.ChangeConfigurationRequest,
    response: core.ChangeConfigurationResponse,
  },
  ClearCache: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.ClearCacheRequest,
    response: core.ClearCacheResponse,
  },
  DataTransfer: {
    profile: "Core",
    direction: "both",
    request: core.DataTransferRequest,
    response: core.DataTransferResponse,
  },
  GetConfiguration: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.GetConfigurationRequest,
    response: core.GetConfigurationResponse,
  },
  Heartbeat: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.HeartbeatRequest,
    response: core.HeartbeatResponse,
  },
  MeterValues: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.MeterValuesRequest,
    response: core.MeterValuesResponse,
  },
  RemoteStartTransaction: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.RemoteStartTransactionRequest,
    response: core.RemoteStartTransactionResponse,
  },
  RemoteStopTransaction: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.RemoteStopTransactionRequest,
    response: core.RemoteStopTransactionResponse,
  },
  Reset: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.ResetRequest,
    response: core.ResetResponse,
  },
  StartTransaction: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.StartTransactionRequest,
    response: core.StartTransactionResponse,
  },
  StatusNotification: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.StatusNotificationRequest,
    response: core.StatusNotificationResponse,
  },
  StopTransaction: {
    profile: "Core",
    direction: "fromChargePoint",
    request: core.StopTransactionRequest,
    response: core.StopTransactionResponse,
  },
  // A connector without a lock says NotSupported (OCPP 1.6 §5.18).
  UnlockConnector: {
    profile: "Core",
    direction: "fromCentralSystem",
    request: core.UnlockConnectorRequest,
    response: core.UnlockConnectorResponse,
  },

  TriggerMessage: {
    profile: "RemoteTrigger",
    direction: "fromCentralSystem",
    request: remoteTrigger.TriggerMessageRequest,
    response: remoteTrigger.TriggerMessageResponse,
  },

  DiagnosticsStatusNotification: {
    profile: "FirmwareManagement",
    direction: "fromChargePoint",
    request: firmware.DiagnosticsStatusNotificationRequest,
    response: firmware.DiagnosticsStatusNotificationResponse,
  },
  FirmwareStatusNotification: {
    profile: "FirmwareManagement",
    direction: "fromChargePoint",
    request: firmware.FirmwareStatusNotificationRequest,
    response: firmware.FirmwareStatusNotificationResponse,
  },
  GetDiagnostics: { profile: "FirmwareManagement", direction: "fromCentralSystem" },
  UpdateFirmware: { profile: "FirmwareManagement", direction: "fromCentralSystem" },

  // TC_042_1 and TC_043_1 also take a CALLERROR; the words that the responses have for it say more.
  GetLocalListVersion: {
    profile: "LocalAuthListManagement",
    direction: "fromCentralSystem",
    request: localAuthList.GetLocalListVersionRequest,
    response: localAuthList.GetLocalListVersionResponse,
    unserved: { listVersion: -1 },
  },
  SendLocalList: {
    profile: "LocalAuthListManagement",
    direction: "fromCentralSystem",
    request: localAuthList.SendLocalListRequest,
    response: localAuthList.SendLocalListResponse,
    unserved: { status: "NotSupported" },
  },

  // TC_048_4 and TC_050_4 take nothing else.
  CancelReservation: {
    profile: "Reservation",
    direction: "fromCentralSystem",
    request: reservation.CancelReservationRequest,
    response: reservation.CancelReservationResponse,
    unserved: { status: "Rejected" },
  },
  ReserveNow: {
    profile: "Reservation",
    direction: "fromCentralSystem",
    request: reservation.ReserveNowRequest,
    response: reservation.ReserveNowResponse,
    unserved: { status: "Rejected" },
  },

  // CALLERROR NotSupported, and not the status of that name (errata v4.0 §3.39).
  ClearChargingProfile: {
    profile: "SmartCharging",
    direction: "fromCentralSystem",
    request: smartCharging.ClearChargingProfileRequest,
    response: smartCharging.ClearChargingProfileResponse,
  },
  GetCompositeSchedule: {
    profile: "SmartCharging",
    direction: "fromCentralSystem",
    request: smartCharging.GetCompositeScheduleRequest,
    response: smartCharging.GetCompositeScheduleResponse,
  },
  SetChargingProfile: {
    profile: "SmartCharging",
    direction: "fromCentralSystem",
    request: smartCharging.SetChargingProfileRequest,
    response: smartCharging.SetChargingProfileResponse,
  },

  CertificateSigned: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.CertificateSignedRequest,
    response: security.CertificateSignedResponse,
  },
  DeleteCertificate: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.DeleteCertificateRequest,
    response: security.DeleteCertificateResponse,
  },
  ExtendedTriggerMessage: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.ExtendedTriggerMessageRequest,
    response: security.ExtendedTriggerMessageResponse,
  },
  GetInstalledCertificateIds: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.GetInstalledCertificateIdsRequest,
    response: security.GetInstalledCertificateIdsResponse,
  },
  GetLog: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.GetLogRequest,
    response: security.GetLogResponse,
  },
  InstallCertificate: {
    profile: "Security",
    direction: "fromCentralSystem",
    request: security.InstallCertificateRequest,
    response: security.InstallCertificateResponse,
  },
  LogStatusNotification: {
    profile: "Security",
    direction: "fromChargePoint",
    request: security.LogStatusNotificationRequest,
    response: security.LogStatusNotificationResponse,
  },
  SecurityEventNotification: {
    profile: "Security",
    direction: "fromChargePoint",
    request: security.SecurityEventNotificationRequest,
    response: security.SecurityEventNotificationResponse,
  },
  SignCertificate: {
    profile: "Security",
    direction: "fromChargePoint",
    request: security.SignCertificateRequest,
    response: security.SignCertificateResponse,
  },
  SignedFirmwareStatusNotification: { profile: "Security", direction: "fromChargePoint" },
  SignedUpdateFirmware: { profile: "Security", direction: "fromCentralSystem" },
} as const satisfies Record<string, Action>;

const BY_NAME: ReadonlyMap<string, Action> = new Map<string, Action>(Object.entries(ACTIONS));

/** Every name that OCPP 1.6 and its security extension have for an action. */
export type ActionName = keyof typeof ACTIONS;

/** The names of the actions that are built and that the given side may send. */
type BuiltFrom<Sender extends Direction> = {
  [Name in ActionName]: (typeof ACTIONS)[Name] extends
    { readonly direction: Sender; readonly request: z.ZodType } ? Name
    : never;
}[ActionName];

/** What this charge point sends. */
export type ChargePointAction = BuiltFrom<"fromChargePoint" | "both">;

/** What this charge point can be asked. */
export type CentralSystemAction = BuiltFrom<"fromCentralSystem" | "both">;

type BuiltAction = ChargePointAction | CentralSystemAction;

/** What a CALL of the action carries. */
export type RequestOf<Name extends BuiltAction> = Readonly<z.infer<(typeof ACTIONS)[Name]["request"]>>;

/** What its CALLRESULT carries. */
export type ResponseOf<Name extends BuiltAction> = Readonly<z.infer<(typeof ACTIONS)[Name]["response"]>>;

/** The row of an action, or null for a name that OCPP 1.6 does not have. */
export function findAction(name: string): Action | null {
  return BY_NAME.get(name) ?? null;
}

/** Judges the payload of a CALL of `name`. */
export function requestSchema<Name extends BuiltAction>(name: Name): z.ZodType<RequestOf<Name>> {
  // TypeScript does not carry `Name` through the table by itself; the table above is what makes it true.
  return ACTIONS[name].request as z.ZodType<unknown> as z.ZodType<RequestOf<Name>>;
}

/** Judges the payload of the CALLRESULT to a CALL of `name`. */
export function responseSchema<Name extends BuiltAction>(name: Name): z.ZodType<ResponseOf<Name>> {
  return ACTIONS[name].response as z.ZodType<unknown> as z.ZodType<ResponseOf<Name>>;
}

/** True of what this charge point can be asked, once somebody serves it. */
export function isCentralSystemAction(name: string): name is CentralSystemAction {
  const action = BY_NAME.get(name);
  return action !== undefined && action.direction !== "fromChargePoint" && action.request !== undefined;
}

/**
 * The answer to a CALL that nobody serves: because its profile is off or not built (the response's own word for it, or
 * CALLERROR NotSupported), because only a charge point sends it (NotSupported), or because OCPP 1.6 has no such action
 * (NotImplemented, OCPP-J 1.6 §4.2.3).
 */
export function unservedAnswer(name: string): Answer {
  const action = BY_NAME.get(name);
  if (action === undefined) {
    const shown = JSON.stringify(name.slice(0, 50));
    return {
      kind: "error",
      errorCode: "NotImplemented",
      errorDescription: `OCPP 1.6 has no action ${shown}`,
    };
  }
  if (action.unserved !== undefined) return { kind: "result", payload: action.unserved };
  const what = action.direction === "fromChargePoint"
    ? "is for the charge point to send"
    : `(${action.profile}) is not served`;
  return { kind: "error", errorCode: "NotSupported", errorDescription: `${name} ${what}` };
}
