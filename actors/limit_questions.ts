/** What the debug socket asks of limits, and its answer: `protocol/limits_report.ts` put into messages. */
import type { LimitedConnector } from "../protocol/charging_precedence.ts";
import type { Asked } from "../protocol/charging_profile.ts";
import type { Window } from "../protocol/composite_schedule.ts";
import type { ConnectorReport, WhatIf } from "../protocol/limits_report.ts";
import { limitsReport, stationReport, whatIf } from "../protocol/limits_report.ts";
import type { ChargingRateUnitType } from "../protocol/messages/charging_profile.ts";
import type { SetChargingProfileRequest } from "../protocol/messages/smart_charging.ts";
import type { Reply } from "./otp/actor.ts";

/** What schedule is wanted. */
export interface WantedSchedule {
  /** Civil time; now when it is left out. */
  readonly atMs?: number;
  readonly durationS: number;
  /** The station's first when it is left out. */
  readonly unit?: ChargingRateUnitType;
}

export type LimitQuestion =
  | {
    readonly kind: "TellLimits";
    readonly wanted: WantedSchedule;
    /** All when it is left out; 0 is the whole charge point. */
    readonly connectorId?: number;
    readonly reply: Reply<readonly ConnectorReport[]>;
  }
  | {
    readonly kind: "TellWhatIf";
    readonly wanted: WantedSchedule;
    readonly request: SetChargingProfileRequest;
    readonly reply: Reply<WhatIf>;
  };

export function answerLimitQuestion(
  question: LimitQuestion,
  connectors: readonly LimitedConnector[],
  asked: Asked,
): void {
  const { atMs = asked.nowMs, durationS, unit } = question.wanted;
  const window: Window = {
    fromMs: atMs,
    durationS,
    chargingRateUnit: unit ?? asked.limits.chargingRateUnits[0] ?? "A",
    periodsMax: asked.limits.chargingScheduleMaxPeriods,
  };
  switch (question.kind) {
    case "TellLimits": {
      const { connectorId } = question;
      if (connectorId === 0) return question.reply([stationReport(connectors, window)]);
      const isAsked = (id: number) => connectorId === undefined || connectorId === id;
      return question.reply(limitsReport(connectors, isAsked, window));
    }
    case "TellWhatIf":
      return question.reply(whatIf(connectors, question.request, asked, window));
  }
}
