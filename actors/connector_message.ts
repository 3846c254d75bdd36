/**
 * What a connector can be told, and what it tells of itself.
 *
 * Law: facts and requests by name; who asks for something definite gets it through `reply`.
 */
import type { BoardState } from "../hal/board.ts";
import type { Authorization, Candidate } from "../protocol/authorization.ts";
import type { Fault } from "../protocol/connector_facts.ts";
import type { ChangeAvailabilityResponse, UnlockConnectorResponse } from "../protocol/messages/core.ts";
import type { StopReason } from "../protocol/messages/types.ts";
import type { CallClass } from "../protocol/registration.ts";
import type { Reserved } from "../protocol/reservation.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { MeterRead } from "./connector_meter.ts";
import type { TimerMessage } from "./connector_timers.ts";
import type { MeterValuesConcluded } from "./connector_samples.ts";
import type { ReadingDue } from "./connector_transaction.ts";
import type { UnlockTimedOut } from "./connector_unlocking.ts";
import type { Message, Outcome, Reply } from "./otp/actor.ts";
import type { StatusStable } from "./stable_status.ts";
import type { StatusDelivered } from "./status_reporter.ts";

/** What others need to know to choose a connector. */
export interface ConnectorChanged extends Message {
  readonly kind: "ConnectorChanged";
  readonly candidate: Candidate;
}

/** What a connector is doing, as far as its limit depends on it. */
export type Drawing =
  | { readonly kind: "none" }
  | { readonly kind: "starting" }
  /** On this boot's monotonic clock: a step of civil time does not move it. */
  | { readonly kind: "running"; readonly localId: number; readonly begunMonotonicMs: number };

export interface DrawingChanged extends Message {
  readonly kind: "DrawingChanged";
  readonly connectorId: number;
  readonly drawing: Drawing;
}

/** Civil time has been set: the clock's grid lies elsewhere now. */
export interface ClockStepped extends Message {
  readonly kind: "ClockStepped";
}

export type AvailabilityAnswer = ChangeAvailabilityResponse["status"];
export type UnlockAnswer = UnlockConnectorResponse["status"];

/** What others ask of it; each is answered. */
export type ConnectorRequest =
  /** Replies whether it is accepted; the start itself comes after. */
  | { readonly kind: "RemoteStart"; readonly idTag: string; readonly reply: Reply<boolean> }
  /** Replies whether it is accepted: then the stop is durable. */
  | { readonly kind: "RemoteStop"; readonly localId: number; readonly reply: Reply<boolean> }
  /**
   * The charge point is about to restart: whatever runs here is stopped, and nothing begins any more. Replies once
   * StopTransaction is durable, or at once when nothing runs.
   */
  | { readonly kind: "RestartBegun"; readonly reason: StopReason; readonly reply: Reply<null> }
  /** Mains power fails, or is back. Replies as `RestartBegun` does. */
  | { readonly kind: "SupplyChanged"; readonly supply: "on" | "failing"; readonly reply: Reply<null> }
  | {
    readonly kind: "ChangeAvailability";
    readonly availability: "Operative" | "Inoperative";
    readonly reply: Reply<AvailabilityAnswer>;
  }
  /** The station has stored what connector 0 was told, for all connectors. */
  | { readonly kind: "AvailabilityStored"; readonly reply: Reply<AvailabilityAnswer> }
  | { readonly kind: "UnlockConnector"; readonly reply: Reply<UnlockAnswer> }
  /** What is reserved here, whether it has changed or is told again. Replies when nobody is let in against it any more. */
  | { readonly kind: "ReservationChanged"; readonly reserved: Reserved; readonly reply: Reply<null> };

export type ConnectorMessage =
  | ConnectorRequest
  | { readonly kind: "BoardChanged"; readonly state: BoardState }
  | { readonly kind: "StationFaultChanged"; readonly fault: Fault | null }
  | { readonly kind: "Presented"; readonly idTag: string }
  | {
    readonly kind: "AuthorizationConcluded";
    readonly idTag: string;
    readonly outcome: Outcome<Authorization>;
  }
  /** The restart for which `RestartBegun` was told has not come, and will not. */
  | { readonly kind: "RestartFailed" }
  | MeterRead
  | TimerMessage
  | UnlockTimedOut
  | MeterValuesConcluded
  | ClockStepped
  /** The most that a car may draw here, ampere; 0 where that is too little to charge. Told again whenever this connector says what it does. */
  | { readonly kind: "CurrentOffered"; readonly offeredA: number }
  | ReadingDue
  | {
    readonly kind: "StartAnswered";
    readonly localId: number;
    readonly transactionId?: number;
    readonly accepted: boolean;
    readonly parentIdTag?: string;
  }
  /** `always` after a registration and for a trigger; otherwise only what has not been delivered yet. */
  | { readonly kind: "ReportStatus"; readonly always: boolean; readonly callClass: CallClass }
  | StatusDelivered
  | StatusStable
  | { readonly kind: "TriggerMeterValues" }
  | { readonly kind: "Describe" }
  | SettingsChanged;
