/** What an operator is told of limits, and what another profile would make of them. */
import { assertEquals } from "@std/assert";
import { limitsReport, whatIf } from "../../protocol/limits_report.ts";
import type { ChargingProfile } from "../../protocol/messages/charging_profile.ts";
import { ac, at, connector, installed, limits, nowMs, profile } from "./charging_profile_samples.ts";

const window = { fromMs: nowMs, durationS: 300, chargingRateUnit: "A", periodsMax: 300 } as const;
const profiles = [installed({ 0: 10, 60: 16 })];
const two = [1, 2].map((connectorId) => connector(profiles, { connectorId, supply: ac }));

Deno.test(
  { name: "limits: of each connector the limit, the offer and the schedule", permissions: "none" },
  () => {
    const report = limitsReport(two, () => true, window);
    assertEquals(report.map(({ connectorId, limit, offeredA }) => [connectorId, limit, offeredA]), [
      [1, 10, 10],
      [2, 32, 32],
    ]);
    assertEquals(report[0]?.scheduleStart, at(0));
    assertEquals(report[0]?.schedule.chargingSchedulePeriod.length, 2);
    assertEquals(report[0]?.isCut, false);
    assertEquals(limitsReport(two, (id) => id === 2, window).map(({ connectorId }) => connectorId), [2]);
  },
);

function asked(connectorId: number, csChargingProfiles: ChargingProfile, most = 20) {
  const stationLimits = { ...limits, connectors: 2, maxChargingProfilesInstalled: most };
  const request = { connectorId, csChargingProfiles };
  const told = whatIf(two, request, { nowMs, limits: stationLimits, transaction: null }, window);
  if (told.status !== "Accepted") return told;
  const steps = (schedule: typeof told.before) =>
    schedule.chargingSchedulePeriod.map(({ startPeriod, limit }) => [startPeriod, limit]);
  return [steps(told.before), steps(told.after)];
}

Deno.test({ name: "what-if: the schedule without the profile and with it", permissions: "none" }, () => {
  assertEquals(asked(1, profile({ 0: 6 }, { id: 2, level: 1, duration: 90 })), [
    [[0, 10], [60, 16]],
    [[0, 6], [90, 16]],
  ]);
});

Deno.test(
  { name: "what-if: one that replaces is seen without what it replaces", permissions: "none" },
  () => {
    assertEquals(asked(1, profile({ 0: 6 }, { start: 120 })), [[[0, 10], [60, 16]], [[0, 32], [120, 6]]]);
  },
);

Deno.test({ name: "what-if: of connector 0 it is the whole charge point", permissions: "none" }, () => {
  assertEquals(asked(0, profile({ 0: 45 }, { id: 2, purpose: "ChargePointMaxProfile" })), [
    [[0, 42], [60, 48]],
    [[0, 42], [60, 45]],
  ]);
});

Deno.test({ name: "what-if: a refusal has its reason", permissions: "none" }, () => {
  assertEquals(asked(1, profile({ 1: 6 })), {
    status: "Rejected",
    why: "the first startPeriod is 1: it is always 0",
  });
  assertEquals(asked(3, profile({ 0: 6 })), {
    status: "PropertyConstraintViolation",
    why: "there is no connector 3, only 0 to 2",
  });
  assertEquals(asked(1, profile({ 0: 6 }, { id: 2, level: 1 }), 1), {
    status: "Rejected",
    why: "1 are installed: at most 1",
  });
});
