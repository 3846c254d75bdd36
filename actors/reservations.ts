/**
 * The reservations actor owns the reservations of all connectors and their expiry: which connector is kept for one of the whole
 * charge point depends on all of them, and time goes on while nobody asks.
 *
 * Law: a reservation is durable, and its connectors have heard of it, before it is Accepted: who has begun by then was first. They are
 * told by level: whatever a connector says of itself, it is told again what it should know (OCPP 1.6 §5.1, §5.13). One that is used
 * goes with the commit of its StartTransaction.
 */
import type { Cancel, Clock } from "../hal/clock.ts";
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import type { KeyTable } from "../protocol/configuration.ts";
import type { CancelReservationRequest, ReserveNowRequest } from "../protocol/messages/reservation.ts";
import type { Reservation, Reserved, ReserveNow } from "../protocol/reservation.ts";
import { nextExpiryMs, over, reserved, reserveNow } from "../protocol/reservation.ts";
import type { ReservationRecord } from "../storage/records.ts";
import { reservationKey } from "../storage/record_keys.ts";
import type { Batch, Store } from "../storage/store.ts";
import type { ClockStepped, ConnectorChanged, ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { ActorSpec, Address, Behaviour, Outcome, Reply, Self } from "./otp/actor.ts";
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
  /** A connector knows what is reserved there; what it has said of itself before has come before. */
  | { readonly kind: "ReservationHeard"; readonly outcome: Outcome<null> }
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
const againMs = 1_000;
/** Longer than any turn, and short of what the answer to a CALL may take. */
const connectorTimeoutMs = 15_000;

/** A reservation that is durable, and not Accepted yet. */
interface Unanswered {
  readonly request: ReserveNowRequest;
  readonly reply: Reply<Answer>;
  /** Where its number was before: that may have to be put back, and nobody else is let in there meanwhile. */
  readonly elsewhere: Reservation | null;
  /** As what takes it back, unless it has been used. */
  readonly undo: Batch;
  /** What it is to be answered once it is taken back. */
  readonly refusal?: ReserveNow["status"];
}

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
  #unanswered: Unanswered[] = [];
  /** Connectors that have been told, and have not answered. */
  #unheard = 0;
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
      case "ReservationHeard":
        this.#unheard -= 1;
        return this.#settle(message.outcome.kind === "reply");
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
    const known = await this.#known();
    const answer = this.#judged(request, known);
    if (answer.status !== "Accepted") return reply(statusAnswer(answer.status));
    const reservation: ReservationRecord = answer.reservation;
    const key = reservationKey(reservation.reservationId);
    this.#last = null;
    const outcome = await this.#parts.store.commit({ sets: [{ key, value: reservation }] });
    if (outcome.kind === "committed") {
      const replaced = known.find(({ reservationId }) => reservationId === request.reservationId) ?? null;
      const checks = [{ key, sequence: outcome.sequence }];
      const before = replaced === null ? { deletes: [key] } : { sets: [{ key, value: { ...replaced } }] };
      const elsewhere = replaced === null ? null : { ...reservation, connectorId: replaced.connectorId };
      this.#unanswered.push({ request, reply, elsewhere, undo: { checks, ...before } });
    } else reply(statusAnswer("Rejected"));
    return this.#keep();
  }

  /**
   * Answers what is durable, once every connector has heard of it: who had begun before is known by then, and who is still being asked
   * about is refused. Of a connector that crashed or does not answer nobody can tell.
   */
  async #settle(isHeard: boolean): Promise<void> {
    if (this.#unanswered.length === 0 || (isHeard && this.#unheard > 0)) return;
    const known = await this.#known();
    const before = this.#unanswered.splice(0);
    for (const one of before) {
      const status = one.refusal ?? (isHeard ? this.#judged(one.request, known).status : "Rejected");
      const undone = status === "Accepted" ? null : await this.#parts.store.commit(one.undo);
      // Used already, it was there.
      if (undone?.kind !== "refused") {
        one.reply(statusAnswer(undone?.kind === "committed" ? status : "Accepted"));
      } else this.#unanswered.push({ ...one, refusal: status });
    }
    if (this.#unanswered.length < before.length) return this.#keep();
    // While the medium fails nothing is promised, and it is tried again.
    this.#lookIn(againMs);
  }

  #judged(request: ReserveNowRequest, known: readonly Reservation[]): ReserveNow {
    const rules = { connectorZeroSupported: this.#connectorZeroSupported };
    const nowMs = this.#parts.clock.wallMs();
    const answer = reserveNow(request, known, [...this.#candidates.values()], rules, nowMs);
    if (answer.status !== "Accepted") this.#self.trace("RefuseReservation", answer);
    return answer;
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
    return this.#settle(true);
  }

  #over(known: readonly Reservation[]): readonly Reservation[] {
    const connectors = this.#knowsAll() ? [...this.#candidates.values()] : [];
    return over(known, connectors, this.#parts.clock.wallMs());
  }

  #knowsAll(): boolean {
    return this.#candidates.size === this.#parts.connectors.size;
  }

  #tell(known: readonly Reservation[]): void {
    const all = [...known, ...this.#unanswered.flatMap(({ elsewhere }) => elsewhere ?? [])];
    const ended = this.#over(all);
    const left = all.filter((one) => !ended.includes(one));
    for (const [connectorId, wanted] of reserved(left, [...this.#candidates.values()])) {
      const candidate = this.#candidates.get(connectorId);
      const connector = this.#parts.connectors.get(connectorId);
      if (candidate === undefined || connector === undefined) continue;
      const isKnown = JSON.stringify(candidate.reserved) === JSON.stringify(wanted);
      // Available again while it is held: now it may say Reserved (A7).
      const maySayIt = wanted.held && candidate.status === "Available";
      if (!isKnown || maySayIt) this.#ask(connector, wanted);
    }
  }

  #ask(connector: Address<ConnectorMessage>, wanted: Reserved): void {
    this.#unheard += 1;
    this.#self.ask(
      connector,
      (reply: Reply<null>) => ({ kind: "ReservationChanged", reserved: wanted, reply }),
      connectorTimeoutMs,
      (outcome) => ({ kind: "ReservationHeard", outcome }),
    );
  }

  #armExpiry(left: readonly Reservation[]): void {
    this.#cancelExpiry();
    const dueMs = nextExpiryMs(left);
    if (dueMs !== null) this.#lookIn(Math.min(Math.max(0, dueMs - this.#parts.clock.wallMs()), waitMaxMs));
  }

  #lookIn(waitMs: number): void {
    this.#cancelExpiry();
    this.#cancelExpiry = this.#self.after(waitMs, { kind: "ExpiryDue" });
  }

  async #known(): Promise<readonly Reservation[]> {
    if (this.#last?.length === 0) return this.#last;
    this.#last = await storedReservations(this.#parts.store, tracingDamaged(this.#self));
    return this.#last;
  }
}
