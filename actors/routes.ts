/**
 * Who answers which action of the central system.
 *
 * Law: every CALL gets an answer from here: from the actor that serves the action, or the table's word for one that nobody
 * serves (`protocol/actions.ts`). A request is refused at the edge, once: actors see only valid ones.
 */
import type { CentralSystemAction, RequestOf } from "../protocol/actions.ts";
import { findAction, isCentralSystemAction, requestSchema, unservedAnswer } from "../protocol/actions.ts";
import type { Answer } from "../protocol/answer.ts";
import type { Call } from "../protocol/frame.ts";
import { answeredDataTransfer } from "../protocol/data_transfer.ts";
import { parsePayload } from "../protocol/payload.ts";
import type { AuthorizerMessage } from "./authorizer.ts";
import type { ConfigurationMessage } from "./configuration.ts";
import type { DiagnosticsMessage } from "./diagnostics.ts";
import type { LocalListMessage } from "./local_list.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ReservationsMessage } from "./reservations.ts";
import type { StationMessage } from "./station_message.ts";

/** What there is code for; SupportedFeatureProfiles lists those of them that the station's profile has on. */
export const builtFeatureProfiles: readonly string[] = [
  "Core",
  "LocalAuthListManagement",
  "RemoteTrigger",
  "Reservation",
  "SmartCharging",
];

/** Asks whoever serves the CALL; what comes of it arrives as the asker's own message. */
export type Ask = <const M extends Message>(
  self: Self<M>,
  timeoutMs: number,
  outcome: (outcome: Outcome<Answer>) => M,
) => void;

export type Routed =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "ask"; readonly ask: Ask };

export type Route = (call: Call) => Routed;

export interface RouteParts {
  readonly configuration: Address<ConfigurationMessage>;
  readonly station: Address<StationMessage>;
  readonly authorizer: Address<AuthorizerMessage>;
  readonly localList: Address<LocalListMessage>;
  readonly reservations: Address<ReservationsMessage>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  readonly certStore: Address<CertStoreMessage>;
  readonly diagnostics: Address<DiagnosticsMessage>;
  /** Ours, as DataTransfer names it. */
  readonly vendorId: string;
  /** SupportedFeatureProfiles, and Security where the station has security profiles: an action of one that is off is answered by the table. */
  readonly featureProfiles: readonly string[];
}

export function routes(parts: RouteParts): Route {
  return (call) => {
    const profile = findAction(call.action)?.profile;
    const isOn = profile !== undefined && parts.featureProfiles.includes(profile);
    if (!isOn || !isCentralSystemAction(call.action)) {
      return { kind: "answer", answer: unservedAnswer(call.action) };
    }
    return served(parts, call.action, call.payload);
  };
}

function served(parts: RouteParts, action: CentralSystemAction, payload: unknown): Routed {
  const { configuration, station, authorizer, localList, reservations, profileScheduler, certStore } = parts;
  const { diagnostics } = parts;
  switch (action) {
    case "GetConfiguration":
      return checked(
        action,
        payload,
        configuration,
        (request, reply) => ({ kind: "GetConfiguration", request, reply }),
      );
    case "ChangeConfiguration":
      return checked(
        action,
        payload,
        configuration,
        (request, reply) => ({ kind: "ChangeConfiguration", request, reply }),
      );
    case "RemoteStartTransaction":
      return checked(action, payload, station, (request, reply) => ({ kind: "RemoteStart", request, reply }));
    case "RemoteStopTransaction":
      return checked(action, payload, station, (request, reply) => ({ kind: "RemoteStop", request, reply }));
    case "Reset":
      return checked(action, payload, station, (request, reply) => ({ kind: "Reset", request, reply }));
    case "TriggerMessage":
      return checked(
        action,
        payload,
        station,
        (request, reply) => ({ kind: "TriggerMessage", request, reply }),
      );
    case "ExtendedTriggerMessage":
      return checked(
        action,
        payload,
        station,
        (request, reply) => ({ kind: "ExtendedTriggerMessage", request, reply }),
      );
    case "GetLog":
      return checked(action, payload, diagnostics, (request, reply) => ({ kind: action, request, reply }));
    case "CertificateSigned":
      return checked(action, payload, certStore, (request, reply) => ({ kind: action, request, reply }));
    case "InstallCertificate":
      return checked(action, payload, certStore, (request, reply) => ({ kind: action, request, reply }));
    case "DeleteCertificate":
      return checked(action, payload, certStore, (request, reply) => ({ kind: action, request, reply }));
    case "GetInstalledCertificateIds":
      return checked(action, payload, certStore, (request, reply) => ({ kind: action, request, reply }));
    case "ChangeAvailability":
      return checked(
        action,
        payload,
        station,
        (request, reply) => ({ kind: "ChangeAvailability", request, reply }),
      );
    case "UnlockConnector":
      return checked(
        action,
        payload,
        station,
        (request, reply) => ({ kind: "UnlockConnector", request, reply }),
      );
    case "ClearCache":
      return checked(action, payload, authorizer, (_, reply) => ({ kind: "ClearCache", reply }));
    case "GetLocalListVersion":
      return checked(action, payload, localList, (_, reply) => ({ kind: "GetLocalListVersion", reply }));
    case "SendLocalList":
      return checked(
        action,
        payload,
        localList,
        (request, reply) => ({ kind: "SendLocalList", request, reply }),
      );
    case "ReserveNow":
      return checked(
        action,
        payload,
        reservations,
        (request, reply) => ({ kind: "ReserveNow", request, reply }),
      );
    case "CancelReservation":
      return checked(
        action,
        payload,
        reservations,
        (request, reply) => ({ kind: "CancelReservation", request, reply }),
      );
    case "SetChargingProfile":
      return checked(
        action,
        payload,
        profileScheduler,
        (request, reply) => ({ kind: "SetChargingProfile", request, reply }),
      );
    case "ClearChargingProfile":
      return checked(
        action,
        payload,
        profileScheduler,
        (request, reply) => ({ kind: "ClearChargingProfile", request, reply }),
      );
    case "GetCompositeSchedule":
      return checked(
        action,
        payload,
        profileScheduler,
        (request, reply) => ({ kind: "GetCompositeSchedule", request, reply }),
      );
    case "DataTransfer":
      return parsed(action, payload, (request) => ({
        kind: "answer",
        answer: { kind: "result", payload: answeredDataTransfer(request, parts.vendorId) },
      }));
  }
}

function checked<A extends CentralSystemAction, const T extends Message>(
  action: A,
  payload: unknown,
  to: Address<T>,
  message: (request: RequestOf<A>, reply: Reply<Answer>) => T,
): Routed {
  return parsed(action, payload, (request) => ({
    kind: "ask",
    ask: (self, timeoutMs, outcome) =>
      self.ask(to, (reply: Reply<Answer>) => message(request, reply), timeoutMs, outcome),
  }));
}

function parsed<A extends CentralSystemAction>(
  action: A,
  payload: unknown,
  routed: (request: RequestOf<A>) => Routed,
): Routed {
  const judged = parsePayload(requestSchema(action), payload);
  if (judged.kind === "valid") return routed(judged.value);
  const { errorCode, errorDescription } = judged;
  return { kind: "answer", answer: { kind: "error", errorCode, errorDescription } };
}
