/**
 * `/limits`: which limit holds and why, what is coming, and what another charging profile would make of it.
 *
 * Law: it only looks; a profile that is posted here is installed nowhere.
 */
import type { LimitQuestion, WantedSchedule } from "../actors/limit_questions.ts";
import type { Address } from "../actors/otp/actor.ts";
import type { Clock } from "../hal/clock.ts";
import { judgeHandwritten, parseHandwritten } from "../hal/handwritten.ts";
import { formatDateTime, parseDateTimeMs } from "../protocol/date_time.ts";
import { SetChargingProfileRequest } from "../protocol/messages/smart_charging.ts";
import type { ConnectorReport, WhatIf } from "../protocol/limits_report.ts";
import { answerWithin } from "./answer_within.ts";
import { type Asked, type Endpoint, json, noAnswer, noTree, refusal } from "./endpoint.ts";
import type { LimitsAnswer, WhatIfAnswer } from "./limits_answers.ts";

export interface LimitsEndpointsParts {
  readonly clock: Clock;
  /** Null while there is no tree. */
  readonly profileScheduler: () => Address<LimitQuestion> | null;
}

const answerTimeoutMs = 5_000;
const hourS = 3_600;

export function limitsEndpoints({ clock, profileScheduler }: LimitsEndpointsParts): readonly Endpoint[] {
  async function ask<R>(question: (reply: (value: R) => void) => LimitQuestion): Promise<R | Response> {
    const scheduler = profileScheduler();
    if (scheduler === null) return noTree();
    const told = await answerWithin<R>(clock, answerTimeoutMs, (reply) => scheduler.send(question(reply)));
    return told ?? noAnswer();
  }

  return [
    {
      method: "GET",
      path: "/limits",
      answer: async (asked) => {
        const wanted = wantedIn(asked);
        const connectorId = connectorIn(asked);
        if (typeof wanted === "string") return refusal(400, wanted);
        if (typeof connectorId === "string") return refusal(400, connectorId);
        const told = await ask<readonly ConnectorReport[]>((reply) => ({
          kind: "TellLimits",
          wanted,
          ...(connectorId === undefined ? {} : { connectorId }),
          reply,
        }));
        if (told instanceof Response) return told;
        if (told.length === 0) return refusal(404, `ask for a connector of this station, not ${connectorId}`);
        const answer: LimitsAnswer = {
          at: formatDateTime(wanted.atMs ?? clock.wallMs()),
          connectors: told.map((one) => ({ ...one })),
        };
        return json(200, answer);
      },
    },
    {
      method: "POST",
      path: "/limits/what-if",
      answer: async (asked) => {
        const wanted = wantedIn(asked);
        if (typeof wanted === "string") return refusal(400, wanted);
        const parsed = parseHandwritten(await asked.body());
        const judged = parsed.kind === "refused"
          ? parsed
          : judgeHandwritten(SetChargingProfileRequest, parsed.value);
        if (judged.kind === "refused") return refusal(400, judged.problems.join("; "));
        const told = await ask<WhatIf>((reply) => ({
          kind: "TellWhatIf",
          wanted,
          request: judged.value,
          reply,
        }));
        if (told instanceof Response) return told;
        const answer: WhatIfAnswer = told;
        return json(200, answer);
      },
    },
  ];
}

/** A string says what would be right. */
function wantedIn({ query }: Asked): WantedSchedule | string {
  const at = query.get("at");
  const atMs = at === null ? undefined : parseDateTimeMs(at);
  if (atMs === null) return `give at=… an ISO 8601 time such as 2026-01-31T12:00:00Z, not "${at}"`;
  const duration = query.get("duration");
  if (duration !== null && !/^[1-9]\d{0,8}$/.test(duration)) {
    return `give duration=… whole seconds, at least 1, not "${duration}"`;
  }
  const unit = query.get("unit");
  if (unit !== null && unit !== "A" && unit !== "W") return `give unit=A or unit=W, not "${unit}"`;
  return {
    ...(atMs === undefined ? {} : { atMs }),
    durationS: duration === null ? hourS : Number(duration),
    ...(unit === null ? {} : { unit }),
  };
}

function connectorIn({ query }: Asked): number | string | undefined {
  const connector = query.get("connector");
  if (connector === null) return undefined;
  return /^\d{1,9}$/.test(connector)
    ? Number(connector)
    : `give connector=… the number of a connector, not "${connector}"`;
}
