/**
 * ChangeAvailability of one connector, or of the charge point and all its connectors (OCPP 1.6 §5.2).
 *
 * Law: for connector 0 it is all of them or none, in one commit; then the answer is that of the worst: one whose transaction must
 * end first, or all at once.
 */
import type { Answer } from "../protocol/answer.ts";
import { statusAnswer } from "../protocol/answer.ts";
import type { ChangeAvailabilityRequest } from "../protocol/messages/core.ts";
import type { Availability, AvailabilityBook } from "./availability.ts";
import type { AvailabilityAnswer, ConnectorMessage } from "./connector_message.ts";
import type { Address, Message, Outcome, Reply, Self } from "./otp/actor.ts";

/** One connector has answered. */
export interface AvailabilityAnswered extends Message {
  readonly kind: "AvailabilityAnswered";
  readonly change: number;
  readonly outcome: Outcome<AvailabilityAnswer>;
}

export interface StationAvailabilityParts {
  readonly book: AvailabilityBook;
  readonly connectors: ReadonlyMap<number, Address<ConnectorMessage>>;
}

/** A change under way; it is answered when all who were asked have. */
interface Change {
  readonly asked: number;
  /** What a connector comes to that does not answer. */
  readonly unanswered: AvailabilityAnswer;
  readonly answers: AvailabilityAnswer[];
  readonly reply: Reply<Answer>;
}

const connectorTimeoutMs = 15_000;
/** From worst to best. */
const worstFirst = ["Rejected", "Scheduled", "Accepted"] as const;

export class StationAvailability {
  readonly #self: Pick<Self<AvailabilityAnswered>, "ask">;
  readonly #parts: StationAvailabilityParts;
  readonly #changes = new Map<number, Change>();
  #count = 0;

  constructor(self: Pick<Self<AvailabilityAnswered>, "ask">, parts: StationAvailabilityParts) {
    this.#self = self;
    this.#parts = parts;
  }

  now(): Availability {
    return this.#parts.book.now();
  }

  async change({ connectorId, type }: ChangeAvailabilityRequest, reply: Reply<Answer>): Promise<void> {
    const { book, connectors } = this.#parts;
    const one = connectors.get(connectorId);
    const asked = connectorId === 0 ? [...connectors.values()] : one === undefined ? [] : [one];
    if (asked.length === 0) return reply(statusAnswer("Rejected"));
    const isStored = connectorId === 0;
    if (isStored && !await book.set(type)) return reply(statusAnswer("Rejected"));
    const change = ++this.#count;
    this.#changes.set(change, {
      asked: asked.length,
      // A connector that crashes under it finds it in the store at its start.
      unanswered: isStored ? "Scheduled" : "Rejected",
      answers: [],
      reply,
    });
    for (const connector of asked) {
      this.#self.ask(
        connector,
        (answered: Reply<AvailabilityAnswer>) =>
          isStored
            ? { kind: "AvailabilityStored", reply: answered }
            : { kind: "ChangeAvailability", availability: type, reply: answered },
        connectorTimeoutMs,
        (outcome) => ({ kind: "AvailabilityAnswered", change, outcome }),
      );
    }
  }

  answered({ change, outcome }: AvailabilityAnswered): void {
    const found = this.#changes.get(change);
    if (found === undefined) return;
    found.answers.push(outcome.kind === "reply" ? outcome.value : found.unanswered);
    if (found.answers.length < found.asked) return;
    this.#changes.delete(change);
    found.reply(statusAnswer(worstFirst.find((status) => found.answers.includes(status)) ?? "Rejected"));
  }
}
