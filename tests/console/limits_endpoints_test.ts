/** `/limits`: which limit holds and why, and what another profile would make of it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LimitQuestion } from "../../actors/limit_questions.ts";
import { answerLimitQuestion } from "../../actors/limit_questions.ts";
import { answer } from "../../console/endpoint.ts";
import { LimitsAnswer, WhatIfAnswer } from "../../console/limits_answers.ts";
import { limitsEndpoints } from "../../console/limits_endpoints.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { at, connector, installed, limits, nowMs, profile } from "../protocol/charging_profile_samples.ts";

type Scheduler = "answers" | "busy" | "absent";

/** One connector of the reference station with one profile. */
async function asked(request: string, body?: unknown, scheduler: Scheduler = "answers") {
  const clock = createSimulatedClock({ startWallMs: nowMs });
  const address = {
    id: "profile_scheduler",
    send: (question: LimitQuestion) => {
      const context = { nowMs, limits, transaction: null };
      if (scheduler === "answers") {
        answerLimitQuestion(question, [connector([installed({ 0: 6, 60: 10 })])], context);
      }
      return true;
    },
  };
  const endpoints = limitsEndpoints({
    clock,
    profileScheduler: () => scheduler === "absent" ? null : address,
  });
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answering = answer(endpoints, new Request(`http://charger${request}`, init), Promise.resolve());
  await clock.advance(10_000);
  const response = await answering;
  return [response.status, await response.json()] as const;
}

Deno.test("GET /limits: the limit now, who set it, and the next hour", async () => {
  const [status, body] = await asked("/limits?connector=1");
  const told = LimitsAnswer.parse(body);
  assertEquals([status, told.at, told.connectors.length], [200, at(0), 1]);
  const [one] = told.connectors;
  assertEquals([one?.limit, one?.offeredA, one?.schedule.duration], [6, 6, 3_600]);
  assertEquals(one?.setBy.kind === "profile" ? one.setBy.profile.chargingProfileId : one?.setBy, 1);
  assertEquals(one?.schedule.chargingSchedulePeriod.map(({ limit }) => limit), [6, 10]);
});

Deno.test("GET /limits: of another moment, for another time, in the other unit", async () => {
  const [, body] = await asked(`/limits?at=${at(70)}&duration=10&unit=W`);
  const { at: told, connectors: [one] } = LimitsAnswer.parse(body);
  assertEquals([told, one?.limit, one?.chargingRateUnit], [at(70), 10_000, "W"]);
  assertEquals(one?.schedule.chargingSchedulePeriod, [{ startPeriod: 0, limit: 10_000 }]);
});

const refusals: readonly (readonly [request: string, status: number, says: string])[] = [
  ["/limits?connector=one", 400, 'give connector=… the number of a connector, not "one"'],
  ["/limits?connector=2", 404, "ask for a connector of this station, not 2"],
  ["/limits?at=noon", 400, "give at=… an ISO 8601 time"],
  ["/limits?duration=0", 400, "give duration=… whole seconds"],
  ["/limits?unit=kW", 400, 'give unit=A or unit=W, not "kW"'],
];
for (const [request, status, says] of refusals) {
  Deno.test(`GET ${request}: ${status}`, async () => {
    const [found, { error }] = await asked(request);
    assertEquals(found, status);
    assertStringIncludes(error, says);
  });
}

Deno.test("GET /limits: 503 while there is no tree, 504 when nobody answers", async () => {
  assertEquals((await asked("/limits", undefined, "absent"))[0], 503);
  assertEquals((await asked("/limits", undefined, "busy"))[0], 504);
});

Deno.test("POST /limits/what-if: the schedule before and after", async () => {
  const csChargingProfiles = profile({ 0: 8 }, { id: 2, level: 1, duration: 30 });
  const [status, body] = await asked("/limits/what-if?duration=90", { connectorId: 1, csChargingProfiles });
  const told = WhatIfAnswer.parse(body);
  assertEquals([status, told.status], [200, "Accepted"]);
  if (told.status !== "Accepted") return;
  const limitsOf = ({ chargingSchedulePeriod }: typeof told.before) =>
    chargingSchedulePeriod.map(({ limit }) => limit);
  assertEquals([limitsOf(told.before), limitsOf(told.after), told.scheduleStart], [
    [6, 10],
    [8, 6, 10],
    at(0),
  ]);
});

Deno.test("POST /limits/what-if: a refusal is an answer, what is no SetChargingProfile.req is none", async () => {
  const csChargingProfiles = profile({ 5: 8 });
  const [status, body] = await asked("/limits/what-if", { connectorId: 1, csChargingProfiles });
  assertEquals([status, body.status], [200, "Rejected"]);
  const [refused, { error }] = await asked("/limits/what-if", { connectorId: 1 });
  assertEquals(refused, 400);
  assertStringIncludes(error, "csChargingProfiles");
});
