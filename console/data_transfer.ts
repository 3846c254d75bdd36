/**
 * `POST /data-transfer`: sends a DataTransfer.req to the central system and answers with what it says (OCPP 1.6 §4.3).
 *
 * Law: whoever asks is answered: 200 with DataTransfer.conf, 400 for a body that is none, 502 for a CALLERROR, 503 while the
 * central system cannot be asked, 504 when it does not answer.
 */
import type { Address } from "../actors/otp/actor.ts";
import type { OutboxMessage } from "../actors/outbox_message.ts";
import { sendCall } from "../actors/send_call.ts";
import type { Clock } from "../hal/clock.ts";
import { judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import type { CallOutcome } from "../protocol/answer.ts";
import type { DataTransferResponse } from "../protocol/messages/core.ts";
import { DataTransferRequest } from "../protocol/messages/core.ts";
import { answerWithin } from "./answer_within.ts";
import { type Endpoint, json, refusal } from "./endpoint.ts";

export interface DataTransferParts {
  readonly clock: Clock;
  /** Null while there is no tree. */
  readonly outbox: () => Address<OutboxMessage> | null;
}

const onlineTimeoutMs = 2_000;
/** Longer than MessageTimeout usually is: the outbox answers first. */
const answerTimeoutMs = 60_000;

export function dataTransferEndpoint(parts: DataTransferParts): Endpoint {
  return {
    method: "POST",
    path: "/data-transfer",
    answer: async (asked) => {
      const parsed = parseHandwritten(await asked.body());
      const judged = parsed.kind === "refused" ? parsed : judgeHandwritten(DataTransferRequest, parsed.value);
      if (judged.kind === "refused") return refusal(400, judged.problems.join("; "));
      const outbox = parts.outbox();
      const online = outbox !== null &&
        await answerWithin<boolean>(
          parts.clock,
          onlineTimeoutMs,
          (reply) => outbox.send({ kind: "TellOnline", reply }),
        );
      if (!online) {
        return refusal(503, "wait until the central system is connected and has accepted the charger");
      }
      const outcome = await answerWithin<CallOutcome<DataTransferResponse>>(
        parts.clock,
        answerTimeoutMs,
        (reply) => outbox.send(sendCall("DataTransfer", judged.value, "ordinary", reply)),
      );
      return told(outcome);
    },
  };
}

function told(outcome: CallOutcome<DataTransferResponse> | null): Response {
  switch (outcome?.kind) {
    case "result":
      return json(200, outcome.payload);
    case "error":
      return refusal(502, `CALLERROR ${outcome.errorCode}: ${outcome.errorDescription}`);
    case "offline":
      return refusal(503, "send it again: the connection was lost before the answer");
    case "timeout":
    case undefined:
      return refusal(504, "send it again: the central system did not answer");
  }
}
