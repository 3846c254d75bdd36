/**
 * What the profile scheduler can be told and asked.
 *
 * Law: facts and requests by name; who asks for something definite gets it through `reply`.
 */
import type { Answer } from "../protocol/answer.ts";
import type { ChargingProfile } from "../protocol/messages/charging_profile.ts";
import type {
  ClearChargingProfileRequest,
  GetCompositeScheduleRequest,
  SetChargingProfileRequest,
} from "../protocol/messages/smart_charging.ts";
import type { SettingsChanged } from "./configuration.ts";
import type { ClockStepped, DrawingChanged } from "./connector_message.ts";
import type { LimitQuestion } from "./limit_questions.ts";
import type { Reply } from "./otp/actor.ts";
import type { OfferLapsed } from "./profile_offers.ts";

export type ProfileSchedulerMessage =
  | {
    readonly kind: "SetChargingProfile";
    readonly request: SetChargingProfileRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "ClearChargingProfile";
    readonly request: ClearChargingProfileRequest;
    readonly reply: Reply<Answer>;
  }
  | {
    readonly kind: "GetCompositeSchedule";
    readonly request: GetCompositeScheduleRequest;
    readonly reply: Reply<Answer>;
  }
  /** Of a RemoteStartTransaction; replies whether it holds for the transaction that is about to begin there. */
  | {
    readonly kind: "OfferProfile";
    readonly connectorId: number;
    readonly profile: ChargingProfile;
    readonly reply: Reply<boolean>;
  }
  /** The connector has refused that RemoteStartTransaction. */
  | { readonly kind: "WithdrawProfile"; readonly connectorId: number; readonly chargingProfileId: number }
  | OfferLapsed
  | DrawingChanged
  | { readonly kind: "LinkChanged"; readonly up: boolean }
  | { readonly kind: "EdgeDue" }
  | LimitQuestion
  | ClockStepped
  | SettingsChanged;
