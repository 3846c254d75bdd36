/**
 * RemoteStartTransaction and RemoteStopTransaction: which connector is meant, and whether it accepts (OCPP 1.6 §5.11, §5.12).
 *
 * Law: the connector says yes or no; nobody there, or no word from it, counts as a no.
 */
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { Candidate } from "../protocol/authorization.ts";
import { remoteStartConnector } from "../protocol/authorization.ts";
import type { RemoteStartTransactionRequest } from "../protocol/messages/core.ts";
import { keys } from "../storage/record_keys.ts";
import { keptAnswer, readRecord } from "../storage/record_reading.ts";
import { TransactionRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import { tracingDamaged } from "./damaged_record.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";
import type { ProfileSchedulerMessage } from "./profile_scheduler_message.ts";

/** A connector has said whether it accepts. */
export interface ConnectorAnswered extends Message {
  readonly kind: "ConnectorAnswered";
  readonly outcome: Outcome<boolean>;
  /** The profile that came with the start, and goes with a no. */
  readonly offered?: OfferedProfile;
  readonly reply: Reply<Answer>;
}

/** The profile scheduler has said whether the profile of a start may hold. */
export interface ProfileOffered extends Message {
  readonly kind: "ProfileOffered";
  readonly outcome: Outcome<boolean>;
  readonly start: RemoteStart;
  readonly reply: Reply<Answer>;
}

interface OfferedProfile {
  readonly connectorId: number;
  readonly chargingProfileId: number;
}

interface RemoteStart {
  readonly connectorId: number;
  readonly idTag: string;
  readonly offered?: OfferedProfile;
}

export interface RemoteTransactionsParts {
  readonly store: Store;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
  readonly profileScheduler: Address<ProfileSchedulerMessage>;
  /** Where it is off the profile of a RemoteStartTransaction is ignored (§5.11). */
  readonly smartCharging: boolean;
}

const connectorTimeoutMs = 15_000;

type Own = Pick<Self<ConnectorAnswered | ProfileOffered>, "ask" | "send" | "trace">;

export class RemoteTransactions {
  readonly #self: Own;
  readonly #parts: RemoteTransactionsParts;

  constructor(self: Own, parts: RemoteTransactionsParts) {
    this.#self = self;
    this.#parts = parts;
  }

  start(
    request: RemoteStartTransactionRequest,
    candidates: readonly Candidate[],
    reply: Reply<Answer>,
  ): void {
    const connectorId = request.connectorId ?? remoteStartConnector(candidates, request.idTag);
    if (connectorId === null) return reply(statusAnswer("Rejected"));
    const profile = this.#parts.smartCharging ? request.chargingProfile : undefined;
    const start: RemoteStart = { connectorId, idTag: request.idTag };
    if (profile === undefined) return this.#ask(start, reply);
    // The profile first: its limit is to be there when the contactor closes.
    const { chargingProfileId } = profile;
    this.#self.ask(
      this.#parts.profileScheduler,
      (offered: Reply<boolean>) => ({ kind: "OfferProfile", connectorId, profile, reply: offered }),
      connectorTimeoutMs,
      (outcome) => ({
        kind: "ProfileOffered",
        outcome,
        start: { ...start, offered: { connectorId, chargingProfileId } },
        reply,
      }),
    );
  }

  profileOffered({ outcome, start, reply }: ProfileOffered): void {
    if (outcome.kind === "reply" && outcome.value) return this.#ask(start, reply);
    reply(statusAnswer("Rejected"));
  }

  #ask({ connectorId, idTag, ...came }: RemoteStart, reply: Reply<Answer>): void {
    const connector = this.#parts.connectors.get(connectorId);
    if (connector === undefined) return reply(statusAnswer("Rejected"));
    this.#self.ask(
      connector,
      (answered: Reply<boolean>) => ({ kind: "RemoteStart", idTag, reply: answered }),
      connectorTimeoutMs,
      (outcome) => ({ kind: "ConnectorAnswered", outcome, ...came, reply }),
    );
  }

  /**
   * The store knows which open transaction has this id; a view of our own might not have heard of it yet. One that has obtained none
   * is not -1 here, though its messages say so (errata v4.0 §3.18): only an answer that says -1 makes it so.
   */
  async stop(transactionId: number, reply: Reply<Answer>): Promise<void> {
    const { store, connectors } = this.#parts;
    for (const entry of await store.list(keys.transactions)) {
      const { localId } = readRecord(TransactionRecord, entry);
      const answer = await keptAnswer(store, localId, tracingDamaged(this.#self));
      const connector = connectors.get(Number(entry.key[1]));
      if (connector === undefined || answer?.transactionId !== transactionId) continue;
      return this.#self.ask(
        connector,
        (answered: Reply<boolean>) => ({ kind: "RemoteStop", localId, reply: answered }),
        connectorTimeoutMs,
        (outcome) => ({ kind: "ConnectorAnswered", outcome, reply }),
      );
    }
    reply(statusAnswer("Rejected"));
  }

  answered({ outcome, offered, reply }: ConnectorAnswered): void {
    const accepted = outcome.kind === "reply" && outcome.value;
    // From whom no word has come may have begun all the same: then the profile is its own.
    if (outcome.kind === "reply" && !accepted && offered !== undefined) {
      this.#self.send(this.#parts.profileScheduler, { kind: "WithdrawProfile", ...offered });
    }
    reply(statusAnswer(accepted ? "Accepted" : "Rejected"));
  }
}
