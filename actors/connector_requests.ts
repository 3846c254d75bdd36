/**
 * What others ask of a connector: to start and stop remotely, to be in use or not, to unlock, to keep what is reserved, to be ready
 * for a restart or a power cut.
 *
 * Law: an answer that promises something is given when what it promises is durable.
 */
import type { ConnectorEvent, ConnectorFacts } from "../protocol/connector_facts.ts";
import { inTransaction, mayRemoteStart } from "../protocol/connector_status.ts";
import type { AvailabilityBook } from "./availability.ts";
import type { ConnectorHardware } from "./connector_hardware.ts";
import type { AvailabilityAnswer, ConnectorRequest } from "./connector_message.ts";
import type { ConnectorUnlocking } from "./connector_unlocking.ts";
import type { Reply } from "./otp/actor.ts";

export interface ConnectorRequestsParts {
  /** A detachable cable that the station can hold. */
  readonly hasLock: boolean;
  readonly availability: AvailabilityBook;
  readonly hardware: ConnectorHardware;
  readonly unlocking: ConnectorUnlocking;
  /** A stop of the open transaction is durable. */
  readonly isStopKept: () => boolean;
  /** AuthorizeRemoteTxRequests as it is now. */
  readonly authorizesRemoteStart: () => boolean;
  readonly facts: () => ConnectorFacts;
  readonly apply: (event: ConnectorEvent) => void | Promise<void>;
}

export class ConnectorRequests {
  readonly #parts: ConnectorRequestsParts;
  readonly #stopWaiters: Reply<null>[] = [];

  constructor(parts: ConnectorRequestsParts) {
    this.#parts = parts;
  }

  asked(request: ConnectorRequest): void | Promise<void> {
    switch (request.kind) {
      case "RemoteStart":
        return this.#remoteStart(request);
      case "RemoteStop":
        return this.#remoteStop(request);
      case "RestartBegun":
        return this.#stopping({ kind: "RestartBegun", reason: request.reason }, request.reply);
      case "SupplyChanged": {
        const { hardware } = this.#parts;
        hardware.supplyChanged(request.supply);
        const electronics = hardware.electronics();
        return this.#stopping({ kind: "ElectronicsChanged", electronics }, request.reply);
      }
      case "ChangeAvailability":
        return this.#changeAvailability(request);
      case "AvailabilityStored":
        return this.#availabilityStored(request);
      case "UnlockConnector":
        return this.#unlock(request);
      case "ReservationChanged":
        return this.#reservationChanged(request);
    }
  }

  /** StopTransaction is durable. */
  stopped(): void {
    for (const reply of this.#stopWaiters.splice(0)) reply(null);
  }

  /** Replies once nothing is left to stop. */
  #stopping(event: ConnectorEvent, reply: Reply<null>): void | Promise<void> {
    const done = this.#parts.apply(event);
    if (this.#parts.facts().use.kind === "stopping") this.#stopWaiters.push(reply);
    else reply(null);
    return done;
  }

  #remoteStart({ idTag, reply }: Asked<"RemoteStart">): void | Promise<void> {
    const { facts, apply, authorizesRemoteStart } = this.#parts;
    const accepted = mayRemoteStart(facts(), idTag);
    reply(accepted);
    if (accepted) return apply({ kind: "RemoteStartAccepted", idTag, authorize: authorizesRemoteStart() });
  }

  async #remoteStop({ localId, reply }: Asked<"RemoteStop">): Promise<void> {
    const { use } = this.#parts.facts();
    const accepted = use.kind === "transaction" && use.transaction.localId === localId;
    // The contactor opens at once; that the conf goes before what follows from it is the outbox's to keep.
    if (accepted) await this.#parts.apply({ kind: "StopRequested", stop: { reason: "Remote" } });
    // On a full disk it stops all the same; but what a crash could undo is not promised (decision D-stop-first).
    reply(accepted && this.#parts.isStopKept());
  }

  async #changeAvailability({ availability, reply }: Asked<"ChangeAvailability">): Promise<void> {
    if (!await this.#parts.availability.set(availability)) return reply("Rejected");
    return this.#availabilityChanged(reply);
  }

  async #availabilityStored({ reply }: Asked<"AvailabilityStored">): Promise<void> {
    await this.#parts.availability.reread();
    return this.#availabilityChanged(reply);
  }

  #availabilityChanged(reply: Reply<AvailabilityAnswer>): void | Promise<void> {
    const availability = this.#parts.availability.now();
    const isScheduled = availability === "Inoperative" && inTransaction(this.#parts.facts().use);
    reply(isScheduled ? "Scheduled" : "Accepted");
    return this.#parts.apply({ kind: "AvailabilityChanged", availability });
  }

  /** What it says of itself then goes before the reply. */
  #reservationChanged({ reserved, reply }: Asked<"ReservationChanged">): void | Promise<void> {
    const done = this.#parts.apply({ kind: "ReservationChanged", reserved });
    reply(null);
    return done;
  }

  /** §5.18: without a lock of its own there is nothing to unlock, and a transaction goes on (TC_017_2, TC_018_2). */
  async #unlock({ reply }: Asked<"UnlockConnector">): Promise<void> {
    const { hasLock, hardware, unlocking, apply } = this.#parts;
    if (!hasLock) return reply("NotSupported");
    await apply({ kind: "UnlockRequested" });
    unlocking.begin(reply, hardware.unlock());
  }
}

type Asked<K extends ConnectorRequest["kind"]> = Extract<ConnectorRequest, { kind: K }>;
