/**
 * The profile scheduler actor owns the charging profiles and every connector's limit: a limit changes while nobody asks, and what one
 * connector may draw depends on all of them.
 *
 * Law: the current offered is never above the schedule. It alone tells the board, at each edge of the schedules and never in
 * between; what is installed is durable before it is Accepted (OCPP 1.6 §3.13, §5.5, §5.7, §5.16). It decides nothing by itself:
 * `protocol/charging_*.ts`, `composite_schedule.ts` and `load_balancing.ts` do.
 */
import type { Board } from "../hal/board.ts";
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { LimitedConnector } from "../protocol/charging_precedence.ts";
import type { InstalledProfile, Judgement, ProfileTransaction } from "../protocol/charging_profile.ts";
import { judgeProfile, judgeRemoteStartProfile } from "../protocol/charging_profile.ts";
import type { ProfileSet } from "../protocol/charging_profiles.ts";
import { cleared, expired, followed, inForce, install, without } from "../protocol/charging_profiles.ts";
import type { Supply } from "../protocol/charging_rate.ts";
import { answerGetCompositeSchedule } from "../protocol/composite_schedule.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import { leastOffered, offeredAt } from "../protocol/load_balancing.ts";
import type { ChargingProfile } from "../protocol/messages/charging_profile.ts";
import type {
  ClearChargingProfileRequest,
  GetCompositeScheduleRequest,
  SetChargingProfileRequest,
} from "../protocol/messages/smart_charging.ts";
import type { Store } from "../storage/store.ts";
import type { ConnectorMessage, Drawing, DrawingChanged } from "./connector_message.ts";
import { CurrentOffers, obeyMs } from "./current_offers.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { LimitQuestion } from "./limit_questions.ts";
import { answerLimitQuestion } from "./limit_questions.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import type { ProfileBook } from "./profile_book.ts";
import { openProfileBook } from "./profile_book.ts";
import { profileLimits } from "./profile_limits.ts";
import { forgetOffers, ProfileOffers } from "./profile_offers.ts";
import { readSettings } from "./settings.ts";
import { storedTransaction } from "./stored_transaction.ts";

export interface ProfileSchedulerParts {
  readonly address: Address<ProfileSchedulerMessage>;
  readonly board: Board;
  readonly clock: Clock;
  readonly store: Store;
  readonly table: KeyTable;
  /** Of all connectors, in the order of their numbers. */
  readonly supplies: ReadonlyMap<number, Supply>;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly outbox: Address<OutboxMessage>;
}

export function profileSchedulerActor(parts: ProfileSchedulerParts): ActorSpec<ProfileSchedulerMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const settings = await readSettings(store, parts.table);
      const book = await openProfileBook(store, tracingDamaged(self));
      if (self.incarnation === 0) await forgetOffers(store, book);
      const behaviour = new ProfileSchedulerBehaviour(self, { ...parts, store }, book, settings);
      self.send(parts.outbox, { kind: "AnnounceLink" });
      // At a boot nothing charges, and what begins is to find its limit there. A restarted scheduler has to be told what goes on.
      if (self.incarnation === 0) behaviour.nothingDrawn();
      else for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
      return behaviour;
    },
  };
}

class ProfileSchedulerBehaviour implements Behaviour<ProfileSchedulerMessage> {
  readonly #self: Self<ProfileSchedulerMessage>;
  readonly #parts: ProfileSchedulerParts;
  readonly #book: ProfileBook;
  readonly #profileOffers: ProfileOffers;
  readonly #offers: CurrentOffers;
  readonly #drawings = new Map<number, Drawing>();
  /** Ampere: what each connector was last told of its own limit. */
  readonly #toldA = new Map<number, number>();
  #settings: Settings;
  /** Until somebody says otherwise: what applies offline is for an outage, not for a boot. */
  #linkUp = true;
  #cancelEdge: Cancel = () => {};

  constructor(
    self: Self<ProfileSchedulerMessage>,
    parts: ProfileSchedulerParts,
    book: ProfileBook,
    settings: Settings,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#book = book;
    this.#settings = settings;
    this.#profileOffers = new ProfileOffers(self, book);
    this.#offers = new CurrentOffers(self.fence(parts.board), parts.clock);
  }

  receive(message: ProfileSchedulerMessage): void | Promise<void> {
    switch (message.kind) {
      case "SetChargingProfile":
        return this.#set(message.request, message.reply);
      case "ClearChargingProfile":
        return this.#clear(message.request, message.reply);
      case "GetCompositeSchedule":
        return this.#composite(message.request, message.reply);
      case "OfferProfile":
        return this.#offered(message.connectorId, message.profile, message.reply);
      case "WithdrawProfile":
        return this.#withdraw(message.connectorId, message.chargingProfileId);
      case "OfferLapsed":
        return this.#lapsed(message.offered);
      case "DrawingChanged":
        return this.#drawingChanged(message);
      case "LinkChanged":
        this.#linkUp = message.up;
        return this.#apply();
      case "EdgeDue":
      case "ClockStepped":
        return this.#apply();
      case "TellLimits":
      case "TellWhatIf":
        return this.#tellLimits(message);
      case "SettingsChanged":
        this.#settings = message.settings;
        return this.#apply();
    }
  }

  inspect(): unknown {
    return {
      profiles: this.#book.profiles().installed.length,
      offeredA: this.#offers.inspect(),
      linkUp: this.#linkUp,
    };
  }

  nothingDrawn(): void {
    for (const connectorId of this.#parts.supplies.keys()) this.#drawings.set(connectorId, { kind: "none" });
    this.#apply();
  }

  async #set(request: SetChargingProfileRequest, reply: Reply<Answer>): Promise<void> {
    const transaction = await this.#transactionOn(request.connectorId);
    const judged = judgeProfile(request, { ...this.#asked(), transaction });
    const why = await this.#keep(judged, (one) => this.#install(one));
    if (why === null) reply(statusAnswer("Accepted"));
    else if (judged.kind !== "callError") reply(statusAnswer("Rejected"));
    else reply({ kind: "error", errorCode: judged.errorCode, errorDescription: why });
  }

  async #clear(filter: ClearChargingProfileRequest, reply: Reply<Answer>): Promise<void> {
    const profiles = this.#book.profiles();
    const gone = cleared(inForce(profiles), filter);
    const durable = gone.length > 0 && await this.#book.change({
      installed: without(profiles.installed, gone),
      offered: without(profiles.offered, gone),
    });
    // A medium that refuses has kept them: Unknown is the only no that there is (§7.21).
    reply(statusAnswer(durable ? "Accepted" : "Unknown"));
    this.#apply();
  }

  #composite(request: GetCompositeScheduleRequest, reply: Reply<Answer>): void {
    const nowMs = this.#parts.clock.wallMs();
    const { limits } = this.#asked();
    const { response, why } = answerGetCompositeSchedule(request, this.#limited(), limits, nowMs);
    if (why !== undefined) this.#self.trace("CompositeSchedule", { status: response.status, why });
    reply({ kind: "result", payload: response });
  }

  /** While anything goes on there, or is not known to be over, a RemoteStartTransaction would be refused as well. */
  async #offered(connectorId: number, profile: ChargingProfile, reply: Reply<boolean>): Promise<void> {
    const most = this.#settings.MaxChargingProfilesInstalled;
    const isFree = this.#drawings.get(connectorId)?.kind === "none";
    const judged = judgeRemoteStartProfile(connectorId, profile, this.#asked());
    reply(
      isFree &&
        await this.#keep(judged, (one) => this.#profileOffers.offer(one, this.#valid(), most)) === null,
    );
  }

  async #withdraw(connectorId: number, chargingProfileId: number): Promise<void> {
    await this.#profileOffers.withdraw(connectorId, chargingProfileId);
    this.#apply();
  }

  async #lapsed(offered: InstalledProfile): Promise<void> {
    await this.#profileOffers.lapsed(offered, this.#drawings.get(offered.connectorId)?.kind);
    this.#apply();
  }

  /** Null when it is durable, or why it is not. */
  async #keep(
    judged: Judgement,
    place: (one: InstalledProfile) => Promise<string | null>,
  ): Promise<string | null> {
    const why = judged.kind === "accepted" ? await place(judged.installed) : judged.why;
    if (why !== null) this.#self.trace("RefuseChargingProfile", { why });
    this.#apply();
    return why;
  }

  async #install(one: InstalledProfile): Promise<string | null> {
    const { offered } = this.#book.profiles();
    const most = this.#settings.MaxChargingProfilesInstalled - offered.length;
    const installation = install(this.#valid(), one, most);
    if (installation.kind === "full") return installation.why;
    const id = one.profile.chargingProfileId;
    const left = without(offered, cleared(offered, { id }));
    return await this.#book.change({ installed: installation.profiles, offered: left })
      ? null
      : "storage refuses";
  }

  #valid(): ProfileSet {
    const { installed } = this.#book.profiles();
    return without(installed, expired(installed, this.#parts.clock.wallMs()));
  }

  async #drawingChanged({ connectorId, drawing }: DrawingChanged): Promise<void> {
    const before = this.#drawings.get(connectorId)?.kind;
    this.#drawings.set(connectorId, drawing);
    const durable = await this.#book.follow(
      followed(this.#book.profiles(), connectorId, drawing, before),
    );
    if (!durable) {
      this.#self.trace("KeepChargingProfiles", { why: "storage refuses: a restart will see to it" });
    }
    // Level, not edge: whoever says what it does is told its limit again.
    this.#toldA.delete(connectorId);
    this.#apply();
  }

  /** Brings board and connectors in line with this moment, and waits for the next edge. */
  #apply(): void {
    const { clock, supplies } = this.#parts;
    // What a predecessor has told the board holds until all connectors have said what they do.
    if (this.#drawings.size < supplies.size) return;
    const limited = this.#limited();
    const nowMs = clock.wallMs();
    const { offered, untilMs } = leastOffered(limited, nowMs, obeyMs);
    const raiseInMs = this.#offers.offer(offered, sharing(limited));
    for (const connector of limited) {
      // Alone: what is free for one who begins is shared anew when it does, and is no reason to say SuspendedEVSE before.
      const own = connector.charging === null ? offeredAt([connector], nowMs) : offered;
      this.#tell(connector.connectorId, own.get(connector.connectorId) ?? 0);
    }
    this.#cancelEdge();
    const waitMs = Math.min(untilMs - nowMs, raiseInMs);
    if (waitMs !== Infinity) this.#cancelEdge = this.#self.after(Math.ceil(waitMs), { kind: "EdgeDue" });
  }

  #tell(connectorId: number, offeredA: number): void {
    const connector = this.#parts.connectors.get(connectorId);
    if (connector === undefined || this.#toldA.get(connectorId) === offeredA) return;
    this.#toldA.set(connectorId, offeredA);
    this.#self.send(connector, { kind: "CurrentOffered", offeredA });
  }

  async #tellLimits(question: LimitQuestion): Promise<void> {
    const transaction = question.kind === "TellWhatIf"
      ? await this.#transactionOn(question.request.connectorId)
      : null;
    answerLimitQuestion(question, this.#limited(), { ...this.#asked(), transaction });
  }

  #limited(): readonly LimitedConnector[] {
    const { clock, supplies } = this.#parts;
    const { OfflineCurrentLimit, TxDefaultAfterTxProfile } = this.#settings;
    const capA = this.#linkUp ? Infinity : OfflineCurrentLimit;
    const sinceBootMs = clock.wallMs() - clock.monotonicMs();
    const profiles = inForce(this.#book.profiles());
    return [...supplies].map(([connectorId, supply]): LimitedConnector => {
      const drawing = this.#drawings.get(connectorId) ?? { kind: "none" };
      return {
        connectorId,
        supply: { ...supply, currentMaxA: Math.min(supply.currentMaxA, capA) },
        profiles,
        // In today's civil time, which may have been set since.
        charging: drawing.kind === "running"
          ? { localId: drawing.localId, sinceMs: sinceBootMs + drawing.begunMonotonicMs }
          : null,
        txDefaultAfterTxProfile: TxDefaultAfterTxProfile,
      };
    });
  }

  #asked() {
    const { clock, supplies } = this.#parts;
    return { nowMs: clock.wallMs(), limits: profileLimits(this.#settings, supplies.size) };
  }

  #transactionOn(connectorId: number): Promise<ProfileTransaction | null> {
    return storedTransaction(this.#parts.store, connectorId);
  }
}

/** Those that draw from one total: where there is a ChargePointMaxProfile, all that charge. */
function sharing(connectors: readonly LimitedConnector[]): ReadonlySet<number> {
  const charging = connectors.filter((connector) => connector.charging !== null);
  const isShared = connectors[0]?.profiles.some(({ profile }) =>
    profile.chargingProfilePurpose === "ChargePointMaxProfile"
  );
  return new Set(isShared ? charging.map(({ connectorId }) => connectorId) : []);
}
