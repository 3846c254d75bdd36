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
import { transactionIdNotObtained } from "../protocol/transaction.ts";
import { answerKey, AnswerRecord, keys, readRecord, TransactionRecord } from "../storage/records.ts";
import type { Store } from "../storage/store.ts";
import type { ConnectorMessage } from "./connector_message.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";

/** A connector has said whether it accepts. */
export interface ConnectorAnswered extends Message {
  readonly kind: "ConnectorAnswered";
  readonly outcome: Outcome<boolean>;
  readonly reply: Reply<Answer>;
}

export interface RemoteTransactionsParts {
  readonly store: Store;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

const connectorTimeoutMs = 15_000;

export class RemoteTransactions {
  readonly #self: Pick<Self<ConnectorAnswered>, "ask">;
  readonly #parts: RemoteTransactionsParts;

  constructor(self: Pick<Self<ConnectorAnswered>, "ask">, parts: RemoteTransactionsParts) {
    this.#self = self;
    this.#parts = parts;
  }

  start(
    request: RemoteStartTransactionRequest,
    candidates: readonly Candidate[],
    reply: Reply<Answer>,
  ): void {
    const connectorId = request.connectorId ?? remoteStartConnector(candidates, request.idTag);
    const connector = connectorId === null ? undefined : this.#parts.connectors.get(connectorId);
    if (connector === undefined) return reply(statusAnswer("Rejected"));
    this.#self.ask(
      connector,
      (answered: Reply<boolean>) => ({ kind: "RemoteStart", idTag: request.idTag, reply: answered }),
      connectorTimeoutMs,
      (outcome) => ({ kind: "ConnectorAnswered", outcome, reply }),
    );
  }

  /** The store knows which open transaction has this id; a view of our own might not have heard of it yet. */
  async stop(transactionId: number, reply: Reply<Answer>): Promise<void> {
    const { store, connectors } = this.#parts;
    // It names no transaction, and several may have it (errata v4.0 §3.18).
    if (transactionId === transactionIdNotObtained) return reply(statusAnswer("Rejected"));
    for (const entry of await store.list(keys.transactions)) {
      const { localId } = readRecord(TransactionRecord, entry);
      const answer = await store.get(answerKey(localId));
      const connector = connectors.get(Number(entry.key[1]));
      if (answer === null || connector === undefined) continue;
      if (readRecord(AnswerRecord, answer).transactionId !== transactionId) continue;
      return this.#self.ask(
        connector,
        (answered: Reply<boolean>) => ({ kind: "RemoteStop", localId, reply: answered }),
        connectorTimeoutMs,
        (outcome) => ({ kind: "ConnectorAnswered", outcome, reply }),
      );
    }
    reply(statusAnswer("Rejected"));
  }

  answered({ outcome, reply }: ConnectorAnswered): void {
    reply(statusAnswer(outcome.kind === "reply" && outcome.value ? "Accepted" : "Rejected"));
  }
}
