/**
 * What the station can be told: of the link, of the connectors, and by the central system.
 *
 * Law: facts and requests by name; who asks for something definite gets it through `reply`.
 */
import type { Answer } from "../protocol/answer.ts";
import type { Fault } from "../protocol/connector_facts.ts";
import type {
  ChangeAvailabilityRequest,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ResetRequest,
  UnlockConnectorRequest,
} from "../protocol/messages/core.ts";
import type { TriggerMessageRequest } from "../protocol/messages/remote_trigger.ts";
import type { ExtendedTriggerMessageRequest } from "../protocol/messages/security.ts";
import type { SecurityProfile } from "../protocol/proof.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { ConnectorChanged, UnlockAnswer } from "./connector_message.ts";
import type { HeartbeatConcluded, HeartbeatDue } from "./heartbeating.ts";
import type { Outcome, Reply } from "./otp/actor.ts";
import type { BootConcluded, BootDue } from "./registering.ts";
import type { ConnectorAnswered, ProfileOffered } from "./remote_transactions.ts";
import type { RestartStep } from "./restarting.ts";
import type { StatusStable } from "./stable_status.ts";
import type { AvailabilityAnswered } from "./station_availability.ts";
import type { StatusDelivered } from "./status_reporter.ts";
import type { TransferStatusTold } from "./triggering.ts";

export type StationMessage =
  /** Of the connection; null: there is none. */
  | { readonly kind: "LinkChanged"; readonly securityProfile: SecurityProfile | null }
  | BootDue
  | BootConcluded
  | HeartbeatDue
  | HeartbeatConcluded
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null; readonly warning: Fault | null }
  /** The central system has said another thing of an idTag than its list (§3.5.2). */
  | { readonly kind: "LocalListConflict" }
  | TransferStatusTold
  | ConnectorChanged
  | StatusDelivered
  | StatusStable
  | {
    readonly kind: "RemoteStart";
    readonly request: RemoteStartTransactionRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "RemoteStop";
    readonly request: RemoteStopTransactionRequest;
    readonly reply: Reply<Answer>;
  }
  | ProfileOffered
  | ConnectorAnswered
  | {
    readonly kind: "ExtendedTriggerMessage";
    readonly request: ExtendedTriggerMessageRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "TriggerMessage";
    readonly request: TriggerMessageRequest;
    readonly reply: Reply<Answer>;
  }
  | { readonly kind: "Reset"; readonly request: ResetRequest; readonly reply: Reply<Answer> }
  | RestartStep
  | {
    readonly kind: "ChangeAvailability";
    readonly request: ChangeAvailabilityRequest;
    readonly reply: Reply<Answer>;
  }
  | AvailabilityAnswered
  | {
    readonly kind: "UnlockConnector";
    readonly request: UnlockConnectorRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "UnlockConcluded";
    readonly outcome: Outcome<UnlockAnswer>;
    readonly reply: Reply<Answer>;
  }
  | SettingsChanged;
