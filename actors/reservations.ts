/**
 * The reservations actor owns the reservations of all connectors and their expiry: which connector is kept for one of the whole
 * charge point depends on all of them, and time goes on while nobody asks.
 *
 * Law: a reservation is durable before it is Accepted, and tells its connectors by level: whatever a connector says of itself, it is
 * told again what it should know (OCPP 1.6 §5.1, §5.13). One that is used goes with the commit of its StartTransaction.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { CancelReservationRequest, ReserveNowRequest } from "../protocol/messages/reservation.ts";
import type { Reservation } from "../protocol/reservation.ts";
import { nextExpiryMs, over, reserved, reserveNow } from "../protocol/reservation.ts";
import type { ReservationRecord } from "../storage/records.ts";
import { reservationKey } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { ClockStepped, ConnectorChanged, ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { ActorSpec, Address, Behaviour, Reply, Self } from "./otp/actor.ts";
import { storedReservations } from "./reservation_book.ts";
import { readSettings } from "./settings.ts";

export type ReservationsMessage =
  | { readonly kind: "ReserveNow"; readonly request: ReserveNowRequest; readonly reply: Reply<Answer> }
  | {
    readonly kind: "CancelReservation";
    readonly request: CancelReservationRequest;
    readonly reply: Reply<Answer>;
  }
  /** A hint: the store holds it no more, since a transaction has begun with it. */
  | { readonly kind: "ReservationUsed" }
  | { readonly kind: "ExpiryDue" }
  | ConnectorChanged
  | ClockStepped;

export interface ReservationsParts {
  readonly address: Address<ReservationsMessage>;
  readonly clock: Clock;
  readonly store: Store;
  readonly table: KeyTable;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

/** Civil time may be set meanwhile; and no timer takes more (reliability.md D13). */
const waitMaxMs = 3_600_000;

export function reservationsActor(parts: ReservationsParts): ActorSpec<ReservationsMessage> {
  return {
    address: parts.address,
    start: async (self) => {
      const store = self.fence(parts.store);
      const { ReserveConnectorZeroSupported } = await readSettings(store, parts.table);
      for (const connector of parts.connectors.values()) self.send(connector, { kind: "Describe" });
      self.send(parts.address, { kind: "ExpiryDue" });
      return new ReservationsBehaviour(self, { ...parts, store }, ReserveConnectorZeroSupported);
    },
  };
}

class ReservationsBehaviour implements Behaviour<ReservationsMessage> {
  readonly #self: Self<ReservationsMessage>;
  readonly #parts: ReservationsParts;
  readonly #connectorZeroSupported: boolean;
  readonly #candidates = new Map<number, Candidate>();
  /** What the store held last; null until it was asked. Nobody else adds any: once there is none, it need not be asked again. */
  #last: readonly Reservation[] | null = null;
  /** ReserveNow, asked before every connector has said how it is. */
  #early: Extract<ReservationsMessage, { kind: "ReserveNow" }>[] = [];
  #cancelExpiry: Cancel = () => {};

  constructor(self: Self<ReservationsMessage>, parts: ReservationsParts, connectorZeroSupported: boolean) {
    this.#self = self;
    this.#parts = parts;
    this.#connectorZeroSupported = connectorZeroSupported;
  }

  receive(message: ReservationsMessage): Promise<void> {
    switch (message.kind) {
      case "ReserveNow":
        if (this.#knowsAll()) return this.#reserve(message.request, message.reply);
        // No more than the outbox serves CALLs at once.
        this.#early.push(message);
        return Promise.resolve();
      case "CancelReservation":
        return this.#cancel(message.request.reservationId, message.reply);
      case "ConnectorChanged":
        return this.#changed(message.candidate);
      case "ReservationUsed":
      case "ExpiryDue":
      case "ClockStepped":
        return this.#keep();
    }
  }

  /**
   * The last free connector is kept in the same turn in which the one before it was taken, before anybody can have been told of that;
   * what the store says comes after.
   */
  async #changed(candidate: Candidate): Promise<void> {
    this.#candidates.set(candidate.connectorId, candidate);
    const told = this.#last;
    if (told !== null) this.#tell(told);
    await this.#keep(told);
    if (!this.#knowsAll()) return;
    for (const { request, reply } of this.#early.splice(0)) await this.#reserve(request, reply);
  }

  async #reserve(request: ReserveNowRequest, reply: Reply<Answer>): Promise<void> {
    const { clock, store } = this.#parts;
    const known = await this.#known();
    const rules = { connectorZeroSupported: this.#connectorZeroSupported };
    const answer = reserveNow(request, known, [...this.#candidates.values()], rules, clock.wallMs());
    if (answer.status !== "Accepted") {
      this.#self.trace("RefuseReservation", answer);
      return reply(statusAnswer(answer.status));
    }
    const reservation: ReservationRecord = answer.reservation;
    const key = reservationKey(reservation.reservationId);
    this.#last = null;
    const outcome = await store.commit({ sets: [{ key, value: reservation }] });
    reply(statusAnswer(outcome.kind === "committed" ? "Accepted" : "Rejected"));
    return this.#keep();
  }

  async #cancel(reservationId: number, reply: Reply<Answer>): Promise<void> {
    const { store } = this.#parts;
    const key = reservationKey(reservationId);
    const entry = await store.get(key);
    const outcome = entry === null ? null : await store.commit({
      // Used by a start meanwhile, it cannot be cancelled any more.
      checks: [{ key, sequence: entry.sequence }],
      deletes: [key],
    });
    reply(statusAnswer(outcome?.kind === "committed" ? "Accepted" : "Rejected"));
    return this.#keep();
  }

  /** Ends what is over, tells the connectors what holds for them, and waits for the next expiry. */
  async #keep(told: readonly Reservation[] | null = null): Promise<void> {
    const { store } = this.#parts;
    const known = await this.#known();
    const ended = this.#over(known);
    const outcome = ended.length === 0 ? null : await store.commit({
      deletes: ended.map(({ reservationId }) => reservationKey(reservationId)),
    });
    // What a failing medium keeps is over all the same, and is taken away by the next look.
    if (outcome?.kind === "refused") this.#self.trace("KeepReservations", { why: outcome.error });
    if (JSON.stringify(known) !== JSON.stringify(told)) this.#tell(known);
    this.#armExpiry(known.filter((one) => !ended.includes(one)));
  }

  #over(known: readonly Reservation[]): readonly Reservation[] {
    const connectors = this.#knowsAll() ? [...this.#candidates.values()] : [];
    return over(known, connectors, this.#parts.clock.wallMs());
  }

  #knowsAll(): boolean {
    return this.#candidates.size === this.#parts.connectors.size;
  }

  #tell(known: readonly Reservation[]): void {
    const ended = this.#over(known);
    const left = known.filter((one) => !ended.includes(one));
    for (const [connectorId, wanted] of reserved(left, [...this.#candidates.values()])) {
      const candidate = this.#candidates.get(connectorId);
      const connector = this.#parts.connectors.get(connectorId);
      if (candidate === undefined || connector === undefined) continue;
      const isKnown = JSON.stringify(candidate.reserved) === JSON.stringify(wanted);
      // Available again while it is held: now it may say Reserved (A7).
      const maySayIt = wanted.held && candidate.status === "Available";
      if (!isKnown || maySayIt) this.#self.send(connector, { kind: "ReservationChanged", reserved: wanted });
    }
  }

  #armExpiry(left: readonly Reservation[]): void {
    this.#cancelExpiry();
    const dueMs = nextExpiryMs(left);
    if (dueMs === null) return;
    const waitMs = Math.min(Math.max(0, dueMs - this.#parts.clock.wallMs()), waitMaxMs);
    this.#cancelExpiry = this.#self.after(waitMs, { kind: "ExpiryDue" });
  }

  async #known(): Promise<readonly Reservation[]> {
    if (this.#last?.length === 0) return this.#last;
    this.#last = await storedReservations(this.#parts.store, tracingDamaged(this.#self));
    return this.#last;
  }
}
