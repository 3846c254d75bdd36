/**
 * `/parked`: what the central system has refused for good, for who has to find out why a session is missing from a bill.
 *
 * Law: looking asks nobody but the store; what changes something is done by the outbox, and answered when it is durable. The outbox
 * logs each of a person's deeds, an export too.
 */
import { z } from "zod";
import type { ParkedOutcome } from "../actors/archive.ts";
import type { Address } from "../actors/otp/actor.ts";
import type { OutboxMessage } from "../actors/outbox_message.ts";
import type { Clock } from "../hal/clock.ts";
import { judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import { formatDateTime } from "../protocol/date_time.ts";
import type { Store } from "../storage/store.ts";
import { answerWithin } from "./answer_within.ts";
import type { Accepted, Discarded, ParkedAnswer, ParkedTransactionAnswer } from "./answers.ts";
import { type Asked, type Endpoint, json, noAnswer, noTree, refusal } from "./endpoint.ts";
import { exportParked, listParked } from "./parked_transactions.ts";

export interface ParkedEndpointsParts {
  readonly clock: Clock;
  /** Null while there is no tree. */
  readonly charger: () => ParkedCharger | null;
}

export interface ParkedCharger {
  readonly addresses: { readonly outbox: Address<OutboxMessage> };
  readonly store: Store;
}

/** A large archive on a slow disk takes seconds; a store whose power was cut never answers. */
const answerTimeoutMs = 60_000;

const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) });

type Wish = (localId: number, reply: (outcome: ParkedOutcome) => void) => OutboxMessage;

export function parkedEndpoints({ clock, charger }: ParkedEndpointsParts): readonly Endpoint[] {
  async function looked<T>(look: (store: Store) => Promise<T>): Promise<{ readonly seen: T } | Response> {
    const running = charger();
    if (running === null) return noTree();
    const looking = await answerWithin<{ readonly seen: T } | { readonly thrown: unknown }>(
      clock,
      answerTimeoutMs,
      (reply) => {
        look(running.store).then((seen) => reply({ seen }), (thrown) => reply({ thrown }));
        return true;
      },
    );
    if (looking === null) return noAnswer();
    if ("thrown" in looking) throw looking.thrown;
    return looking;
  }

  async function wished(asked: Asked, wish: Wish, done: (localId: number) => Response): Promise<Response> {
    const localId = localIdIn(asked);
    if (localId instanceof Response) return localId;
    const running = charger();
    if (running === null) return noTree();
    const { outbox } = running.addresses;
    const outcome = await answerWithin<ParkedOutcome>(
      clock,
      answerTimeoutMs,
      (reply) => outbox.send(wish(localId, reply)),
    );
    if (outcome === null) return noAnswer();
    return outcome === "done" ? done(localId) : refused(outcome, localId);
  }

  return [
    {
      method: "GET",
      path: "/parked",
      answer: async ({ query }) => {
        const after = query.get("after") ?? undefined;
        if (after !== undefined && !isLocalId(after)) {
          return refusal(400, `give after=… the next that GET /parked tells, a whole number, not "${after}"`);
        }
        const looking = await looked((store) =>
          listParked(store, after === undefined ? after : Number(after))
        );
        if (looking instanceof Response) return looking;
        const { total, next, transactions } = looking.seen;
        const answer: ParkedAnswer = {
          at: formatDateTime(clock.wallMs()),
          total,
          next,
          transactions: [...transactions],
        };
        return json(200, answer);
      },
    },
    {
      method: "GET",
      path: "/parked/{localId}",
      answer: async (asked) => {
        const localId = localIdIn(asked);
        if (localId instanceof Response) return localId;
        const looking = await looked((store) => exportParked(store, localId));
        if (looking instanceof Response) return looking;
        if (looking.seen === null) return unknown(localId);
        charger()?.addresses.outbox.send({ kind: "ParkedExported", localId });
        const answer: ParkedTransactionAnswer = {
          at: formatDateTime(clock.wallMs()),
          transaction: looking.seen,
        };
        return json(200, answer);
      },
    },
    {
      method: "POST",
      path: "/parked/{localId}/resend",
      answer: (asked) => {
        const accepted: Accepted = { accepted: "resend" };
        const wish: Wish = (localId, reply) => ({ kind: "ResendParked", localId, reply });
        return wished(asked, wish, () => json(202, accepted));
      },
    },
    {
      method: "POST",
      path: "/parked/{localId}/discard",
      answer: async (asked) => {
        const parsed = parseHandwritten(await asked.body());
        const judged = parsed.kind === "refused" ? parsed : judgeHandwritten(Reason, parsed.value);
        if (judged.kind === "refused") return refusal(400, judged.problems.join("; "));
        const { reason } = judged.value;
        const wish: Wish = (localId, reply) => ({ kind: "DiscardParked", localId, reason, reply });
        return await wished(asked, wish, (localId) => {
          const discarded: Discarded = { discarded: localId };
          return json(200, discarded);
        });
      },
    },
  ];
}

function localIdIn({ names: [name = ""] }: Asked): number | Response {
  return isLocalId(name)
    ? Number(name)
    : refusal(400, `name a transaction by the localId that GET /parked tells, a whole number, not "${name}"`);
}

function isLocalId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function refused(outcome: Exclude<ParkedOutcome, "done">, localId: number): Response {
  switch (outcome) {
    case "unknown":
      return unknown(localId);
    case "open":
      return refusal(
        409,
        `wait until transaction ${localId} has ended and its StopTransaction has been sent (GET /parked tells ` +
          `its state), then ask again`,
      );
    case "resending":
      return refusal(
        409,
        `wait until transaction ${localId} has been sent again: that is under way, or waits for the link`,
      );
    case "nothingLeft":
      return refusal(
        409,
        `export transaction ${localId} and discard it: no message of it is left that could be sent`,
      );
    case "idLost":
      return refusal(
        409,
        `export transaction ${localId} and discard it: its StartTransaction and its transactionId are lost, so ` +
          `that the central system could not understand it`,
      );
    case "refused":
      return refusal(503, "make room on the charger's disk, or mend it, and ask again: the store refuses");
  }
}

function unknown(localId: number): Response {
  return refusal(404, `ask for a localId that GET /parked tells, not ${localId}: nothing of it is parked`);
}
