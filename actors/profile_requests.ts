/**
 * What the profile scheduler is asked: to install, clear and offer profiles, and to tell what they come to (OCPP 1.6 §5.5, §5.7, §5.11,
 * §5.16).
 *
 * Law: what is installed is durable before it is Accepted. What board and connectors are to be told of it is not decided here.
 */
import type { Clock } from "../hal/clock.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { LimitedConnector } from "../protocol/charging_precedence.ts";
import type { InstalledProfile, Judgement, ProfileTransaction } from "../protocol/charging_profile.ts";
import { judgeProfile, judgeRemoteStartProfile } from "../protocol/charging_profile.ts";
import type { ProfileSet, TransactionState } from "../protocol/charging_profiles.ts";
import { cleared, expired, inForce, install, without } from "../protocol/charging_profiles.ts";
import { answerGetCompositeSchedule } from "../protocol/composite_schedule.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { ChargingProfile } from "../protocol/messages/charging_profile.ts";
import type {
  ClearChargingProfileRequest,
  GetCompositeScheduleRequest,
  SetChargingProfileRequest,
} from "../protocol/messages/smart_charging.ts";
import type { Store } from "../storage/store.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LimitQuestion } from "./limit_questions.ts";
import { answerLimitQuestion } from "./limit_questions.ts";
import type { Reply, Self } from "./otp/actor.ts";
import type { ProfileBook } from "./profile_book.ts";
import { profileLimits } from "./profile_limits.ts";
import type { OfferLapsed } from "./profile_offers.ts";
import { ProfileOffers } from "./profile_offers.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import { storedTransaction } from "./stored_transaction.ts";

/** After it other limits may hold. */
export type ProfileChange = Extract<
  ProfileSchedulerMessage,
  { kind: "SetChargingProfile" | "ClearChargingProfile" | "OfferProfile" | "WithdrawProfile" | "OfferLapsed" }
>;

export type ProfileQuestion =
  | Extract<ProfileSchedulerMessage, { kind: "GetCompositeSchedule" }>
  | LimitQuestion;

export interface ProfileRequestsParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly book: ProfileBook;
  readonly settings: () => Settings;
  /** All connectors, as they are now. */
  readonly limited: () => readonly LimitedConnector[];
  /** Undefined where nobody knows yet. */
  readonly stateOn: (connectorId: number) => TransactionState["kind"] | undefined;
}

type Own = Pick<Self<OfferLapsed>, "after" | "trace">;

export class ProfileRequests {
  readonly #self: Own;
  readonly #parts: ProfileRequestsParts;
  readonly #offers: ProfileOffers;

  constructor(self: Own, parts: ProfileRequestsParts) {
    this.#self = self;
    this.#parts = parts;
    this.#offers = new ProfileOffers(self, parts.book);
  }

  changed(message: ProfileChange): Promise<void> {
    switch (message.kind) {
      case "SetChargingProfile":
        return this.#set(message.request, message.reply);
      case "ClearChargingProfile":
        return this.#clear(message.request, message.reply);
      case "OfferProfile":
        return this.#offer(message.connectorId, message.profile, message.reply);
      case "WithdrawProfile":
        return this.#offers.withdraw(message.connectorId, message.chargingProfileId);
      case "OfferLapsed":
        return this.#offers.lapsed(message.offered, this.#parts.stateOn(message.offered.connectorId));
    }
  }

  async tell(question: ProfileQuestion): Promise<void> {
    switch (question.kind) {
      case "GetCompositeSchedule":
        return this.#composite(question.request, question.reply);
      case "TellLimits":
        return answerLimitQuestion(question, this.#parts.limited(), this.#asked(null));
      case "TellWhatIf": {
        const transaction = await this.#running(question.request.connectorId);
        return answerLimitQuestion(question, this.#parts.limited(), this.#asked(transaction));
      }
    }
  }

  async #set(request: SetChargingProfileRequest, reply: Reply<Answer>): Promise<void> {
    const transaction = await this.#running(request.connectorId);
    const judged = judgeProfile(request, this.#asked(transaction));
    const why = await this.#keep(judged, (one) => this.#install(one));
    if (why === null) reply(statusAnswer("Accepted"));
    else if (judged.kind !== "callError") reply(statusAnswer("Rejected"));
    else reply({ kind: "error", errorCode: judged.errorCode, errorDescription: why });
  }

  async #clear(filter: ClearChargingProfileRequest, reply: Reply<Answer>): Promise<void> {
    const profiles = this.#parts.book.profiles();
    const gone = cleared(inForce(profiles), filter);
    const durable = gone.length > 0 && await this.#parts.book.change({
      installed: without(profiles.installed, gone),
      offered: without(profiles.offered, gone),
    });
    // A medium that refuses has kept them: Unknown is the only no that there is (§7.21).
    reply(statusAnswer(durable ? "Accepted" : "Unknown"));
  }

  #composite(request: GetCompositeScheduleRequest, reply: Reply<Answer>): void {
    const { nowMs, limits } = this.#asked(null);
    const { response, why } = answerGetCompositeSchedule(request, this.#parts.limited(), limits, nowMs);
    if (why !== undefined) this.#self.trace("CompositeSchedule", { status: response.status, why });
    reply({ kind: "result", payload: response });
  }

  /** While anything goes on there, or is not known to be over, a RemoteStartTransaction would be refused as well. */
  async #offer(connectorId: number, profile: ChargingProfile, reply: Reply<boolean>): Promise<void> {
    const most = this.#parts.settings().MaxChargingProfilesInstalled;
    const isFree = this.#parts.stateOn(connectorId) === "none";
    const judged = judgeRemoteStartProfile(connectorId, profile, this.#asked(null));
    reply(
      isFree &&
        await this.#keep(judged, (one) => this.#offers.offer(one, this.#valid(), most)) === null,
    );
  }

  /** Null when it is durable, or why it is not. */
  async #keep(
    judged: Judgement,
    place: (one: InstalledProfile) => Promise<string | null>,
  ): Promise<string | null> {
    const why = judged.kind === "accepted" ? await place(judged.installed) : judged.why;
    if (why !== null) this.#self.trace("RefuseChargingProfile", { why });
    return why;
  }

  async #install(one: InstalledProfile): Promise<string | null> {
    const { offered } = this.#parts.book.profiles();
    const most = this.#parts.settings().MaxChargingProfilesInstalled - offered.length;
    const installation = install(this.#valid(), one, most);
    if (installation.kind === "full") return installation.why;
    const id = one.profile.chargingProfileId;
    const left = without(offered, cleared(offered, { id }));
    return await this.#parts.book.change({ installed: installation.profiles, offered: left })
      ? null
      : "storage refuses";
  }

  #valid(): ProfileSet {
    const { installed } = this.#parts.book.profiles();
    return without(installed, expired(installed, this.#parts.clock.wallMs()));
  }

  #running(connectorId: number): Promise<ProfileTransaction | null> {
    return storedTransaction(this.#parts.store, connectorId, tracingDamaged(this.#self));
  }

  #asked(transaction: ProfileTransaction | null) {
    const { clock, settings, limited } = this.#parts;
    return { nowMs: clock.wallMs(), limits: profileLimits(settings(), limited().length), transaction };
  }
}
