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
import type { Reservation, Reserved } from "../protocol/reservation.ts";
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
  /** Nobody else adds any: once there is none, the store need not be asked again at each move of a connector. */
  #mayBeSome = true;
  #cancelExpiry: Cancel = () => {};

  constructor(self: Self<ReservationsMessage>, parts: ReservationsParts, connectorZeroSupported: boolean) {
    this.#self = self;
    this.#parts = parts;
    this.#connectorZeroSupported = connectorZeroSupported;
  }

  receive(message: ReservationsMessage): Promise<void> {
    switch (message.kind) {
      case "ReserveNow":
        return this.#reserve(message.request, message.reply);
      case "CancelReservation":
        return this.#cancel(message.request.reservationId, message.reply);
      case "ConnectorChanged":
        this.#candidates.set(message.candidate.connectorId, message.candidate);
        return this.#keep();
      case "ReservationUsed":
      case "ExpiryDue":
      case "ClockStepped":
        return this.#keep();
    }
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
    this.#mayBeSome = true;
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
  async #keep(): Promise<void> {
    const { clock, store } = this.#parts;
    const connectors = [...this.#candidates.values()];
    const known = await this.#known();
    const ended = over(known, connectors, clock.wallMs());
    const outcome = ended.length === 0 ? null : await store.commit({
      deletes: ended.map(({ reservationId }) => reservationKey(reservationId)),
    });
    // What a failing medium keeps is over all the same, and is taken away by the next look.
    if (outcome?.kind === "refused") this.#self.trace("KeepReservations", { why: outcome.error });
    const left = known.filter((one) => !ended.includes(one));
    this.#tell(reserved(left, connectors));
    this.#armExpiry(left);
  }

  #tell(all: ReadonlyMap<number, Reserved>): void {
    for (const [connectorId, wanted] of all) {
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
    if (!this.#mayBeSome) return [];
    const known = await storedReservations(this.#parts.store, tracingDamaged(this.#self));
    this.#mayBeSome = known.length > 0;
    return known;
  }
}
