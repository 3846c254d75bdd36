/** What an operator is told of limits, and what another profile would make of them. */
import { assertEquals } from "@std/assert";
import { limitsReport, stationReport, whatIf } from "../../protocol/limits_report.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import type { ChargingProfile } from "../../protocol/messages/charging_profile.ts";
import {
  ac,
  at,
  charging,
  connector,
  installed,
  limits,
  nowMs,
  profile,
} from "./charging_profile_samples.ts";

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

const max = { id: 3, purpose: "ChargePointMaxProfile" } as const;
/** Of connector 1 and 2. */
function offeredBy(profiles: readonly InstalledProfile[], isCharging: readonly boolean[]) {
  const station = isCharging.map((is, at) =>
    connector(profiles, { connectorId: at + 1, supply: ac, ...(is ? charging() : {}) })
  );
  return limitsReport(station, () => true, window).map(({ offeredA, offeredBy: by }) => [
    offeredA,
    by.kind === "sharing" ? by.profile.chargingProfileId : by.kind,
  ]);
}

Deno.test({ name: "limits: an offer below the limit has its rule", permissions: "none" }, () => {
  assertEquals(offeredBy([installed({ 0: 10 })], [true, true]), [[10, "limit"], [32, "limit"]]);
  assertEquals(offeredBy([installed({ 0: 20 }, max)], [true, true]), [[10, 3], [10, 3]]);
  assertEquals(offeredBy([installed({ 0: 20 }, max)], [true, false]), [[20, "limit"], [0, 3]]);
  assertEquals(offeredBy([installed({ 0: 5.9 })], [true, true]), [[0, "leastCurrent"], [32, "limit"]]);
});

/** The limit and who set it, the losers, what is offered. */
function ofStation(profiles: readonly InstalledProfile[]): unknown {
  const station = [1, 2].map((connectorId) =>
    connector(profiles, { connectorId, supply: ac, ...charging() })
  );
  const { connectorId, limit, setBy, lost, offeredA, schedule } = stationReport(station, window);
  const by = setBy.kind === "profile" ? setBy.profile.chargingProfileId : setBy.kind;
  const losers = lost.map((one) => [one.profile.chargingProfileId, one.by]);
  return [connectorId, limit, by, losers, offeredA, schedule.chargingSchedulePeriod.length];
}

Deno.test({ name: "limits: of connector 0 it is the whole charge point", permissions: "none" }, () => {
  assertEquals(ofStation([]), [0, 64, "connectors", [], 64, 1]);
  assertEquals(ofStation([...profiles, installed({ 0: 20 }, max)]), [0, 20, 3, [], 20, 1]);
  assertEquals(ofStation([...profiles, installed({ 0: 45 }, max)]), [
    0,
    42,
    "connectors",
    [[3, "NotTheLowest"]],
    42,
    2,
  ]);
});

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

Deno.test({ name: "what-if: what each connector would be offered", permissions: "none" }, () => {
  const station = two.map((one) => ({ ...one, ...charging() }));
  const csChargingProfiles = profile({ 0: 24 }, max);
  const stationLimits = { ...limits, connectors: 2 };
  const asked = { nowMs, limits: stationLimits, transaction: null };
  const told = whatIf(station, { connectorId: 0, csChargingProfiles }, asked, window);
  assertEquals(told.status === "Accepted" && told.offered, [
    { connectorId: 1, beforeA: 10, afterA: 10 },
    { connectorId: 2, beforeA: 32, afterA: 14 },
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
