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
import type { LimitedConnector } from "../protocol/charging_precedence.ts";
import { followed, inForce } from "../protocol/charging_profiles.ts";
import type { Supply } from "../protocol/charging_rate.ts";
import type { KeyTable, Settings } from "../protocol/configuration.ts";
import { leastOffered, offeredAt } from "../protocol/load_balancing.ts";
import type { Store } from "../storage/store.ts";
import type { ConnectorMessage, Drawing, DrawingChanged } from "./connector_message.ts";
import { CurrentOffers, obeyMs } from "./current_offers.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { ActorSpec, Address, Behaviour, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { ProfileBook } from "./profile_book.ts";
import { openProfileBook } from "./profile_book.ts";
import { settleOffers } from "./profile_offers.ts";
import type { ProfileChange } from "./profile_requests.ts";
import { ProfileRequests } from "./profile_requests.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";
import { readSettings } from "./settings.ts";

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
      if (self.incarnation === 0) await settleOffers(store, book, tracingDamaged(self));
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
  readonly #requests: ProfileRequests;
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
    this.#requests = new ProfileRequests(self, {
      ...parts,
      book,
      settings: () => this.#settings,
      limited: () => this.#limited(),
      stateOn: (connectorId) => this.#drawings.get(connectorId)?.kind,
    });
    this.#offers = new CurrentOffers(self.fence(parts.board), parts.clock);
  }

  receive(message: ProfileSchedulerMessage): void | Promise<void> {
    switch (message.kind) {
      case "SetChargingProfile":
      case "ClearChargingProfile":
      case "OfferProfile":
      case "WithdrawProfile":
      case "OfferLapsed":
        return this.#changed(message);
      case "GetCompositeSchedule":
      case "TellLimits":
      case "TellWhatIf":
        return this.#requests.tell(message);
      case "DrawingChanged":
        return this.#drawingChanged(message);
      case "LinkChanged":
        this.#linkUp = message.up;
        return this.#apply();
      case "EdgeDue":
      case "ClockStepped":
        return this.#apply();
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

  async #changed(message: ProfileChange): Promise<void> {
    await this.#requests.changed(message);
    this.#apply();
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

  #limited(): readonly LimitedConnector[] {
    const { clock, supplies } = this.#parts;
    const { OfflineCurrentLimit, TxDefaultAfterTxProfile } = this.#settings;
    const offline = this.#linkUp ? {} : { offlineA: OfflineCurrentLimit };
    const sinceBootMs = clock.wallMs() - clock.monotonicMs();
    const profiles = inForce(this.#book.profiles());
    return [...supplies].map(([connectorId, supply]): LimitedConnector => {
      const drawing = this.#drawings.get(connectorId) ?? { kind: "none" };
      return {
        connectorId,
        supply,
        ...offline,
        profiles,
        // In today's civil time, which may have been set since.
        charging: drawing.kind === "running"
          ? { localId: drawing.localId, sinceMs: sinceBootMs + drawing.begunMonotonicMs }
          : null,
        txDefaultAfterTxProfile: TxDefaultAfterTxProfile,
      };
    });
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
