/**
 * The composite schedule against a slow and obvious reference, second by second, on 10,000 random sets of profiles; and what must
 * hold of every edge and every share.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LimitedConnector } from "../../protocol/charging_precedence.ts";
import { limitAt, nextEdgeMs } from "../../protocol/charging_limit.ts";
import type { InstalledProfile } from "../../protocol/charging_profile.ts";
import { install } from "../../protocol/charging_profiles.ts";
import { compositeSchedule, stationSchedule } from "../../protocol/composite_schedule.ts";
import type { ChargingRateUnitType } from "../../protocol/messages/charging_profile.ts";
import { offeredAt } from "../../protocol/load_balancing.ts";
import { ac, dc, installed, localId, nowMs } from "./charging_profile_samples.ts";
import { naiveLimit } from "./naive_limit.ts";

const windowS = 40;

/** Small numbers, so that edges meet: periods, durations and validities within the window, a few of them off the second. */
const second = fc.integer({ min: -20, max: 45 });
const placed = fc.record({
  id: fc.integer({ min: 0, max: 7 }),
  on: fc.integer({ min: 0, max: 2 }),
  purpose: fc.constantFrom("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"),
  kind: fc.constantFrom("Absolute", "Recurring", "Relative"),
  recurrency: fc.constantFrom("Daily", "Weekly"),
  level: fc.integer({ min: 0, max: 2 }),
  start: fc.oneof(
    { weight: 6, arbitrary: second },
    { weight: 2, arbitrary: second.map((s) => s - 86_400) },
    { weight: 1, arbitrary: second.map((s) => s + 0.4) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  steps: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
  limits: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 5 }),
  unit: fc.constantFrom("A", "W"),
});
const optional = fc.record({
  duration: fc.integer({ min: 1, max: 45 }),
  from: second,
  to: fc.integer({ min: 1, max: 45 }),
  phases: fc.integer({ min: 1, max: 3 }),
}, { requiredKeys: [] });
const oneProfile = fc.tuple(placed, optional).map(
  ([{ steps, limits, ...place }, others]): InstalledProfile => {
    const starts = [0, ...steps];
    const scale = place.unit === "W" ? 500 : 1;
    const periods = Object.fromEntries(starts.map((start, at) => [start, (limits[at] ?? 0) / 2 * scale]));
    return installed(periods, { ...place, ...others, on: whereItMay(place) });
  },
);
const connectorIds = [1, 2];
const world = fc.record({
  profiles: fc.array(oneProfile, { maxLength: 8 }),
  unit: fc.constantFrom<ChargingRateUnitType>("A", "W"),
  supply: fc.constantFrom(ac, dc, { ...ac, phases: 1 }),
  since: fc.constantFrom(null, null, -30, 0, 12.3),
  txDefaultAfterTxProfile: fc.boolean(),
  off: fc.constantFrom(0, 0, 0.25),
}).map(({ profiles, supply, since, txDefaultAfterTxProfile, unit, off }) => {
  const inPlace = allInstalled(profiles, since !== null);
  const charging = since === null ? null : { localId, sinceMs: nowMs + since * 1_000 };
  const station = { supply, profiles: inPlace, charging, txDefaultAfterTxProfile };
  return {
    unit,
    fromMs: nowMs + off * 1_000,
    connectors: connectorIds.map((connectorId): LimitedConnector => ({ connectorId, ...station })),
  };
});

function whereItMay({ purpose, on }: { purpose: string; on: number }): number {
  if (purpose === "TxDefaultProfile") return on;
  return purpose === "TxProfile" ? Math.max(on, 1) : 0;
}

/** One after the other, as requests would come: a set in which no two are in one place. A Recurring one has its startSchedule. */
function allInstalled(
  profiles: readonly InstalledProfile[],
  isCharging: boolean,
): readonly InstalledProfile[] {
  let set: readonly InstalledProfile[] = [];
  for (const { localId: own, ...one } of profiles) {
    const { chargingProfileKind, chargingSchedule } = one.profile;
    if (chargingProfileKind === "Recurring" && chargingSchedule.startSchedule === undefined) continue;
    const kept = isCharging && own !== undefined ? { ...one, localId: own } : one;
    const installation = install(set, kept, 20);
    if (installation.kind === "installed") set = installation.profiles;
  }
  return set;
}

Deno.test({
  name: "composite: second by second what the obvious reference says, on 10,000 sets of profiles",
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(world, ({ connectors: [connector], unit, fromMs }) => {
      assert(connector !== undefined);
      const window = { fromMs, durationS: windowS, chargingRateUnit: unit, periodsMax: 300 };
      const { schedule, isCut } = compositeSchedule(connector, window);
      assertEquals([schedule.duration, isCut, schedule.chargingSchedulePeriod[0]?.startPeriod], [
        windowS,
        false,
        0,
      ]);
      const expected = [];
      let before = "";
      for (let at = 0; at < windowS; at++) {
        const told = naiveLimit(connector, unit, fromMs + at * 1_000, fromMs);
        if (JSON.stringify(told) !== before) expected.push({ startPeriod: at, ...told });
        before = JSON.stringify(told);
      }
      assertEquals(JSON.stringify(schedule.chargingSchedulePeriod), JSON.stringify(expected));
    }),
    { numRuns: 10_000 },
  );
});

Deno.test({
  name: "limit: between two edges nothing changes, and the limit with its reasons is the reference's",
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(world, fc.nat(windowS), ({ connectors: [connector], unit }, at) => {
      assert(connector !== undefined);
      const atMs = nowMs + at * 1_000;
      const { limit, setBy, lost } = limitAt(connector, unit, atMs);
      assertEquals(limit, naiveLimit(connector, unit, atMs, atMs).limit);
      const said = setBy.kind === "profile" ? [setBy.profile.says?.converted] : [];
      assertEquals(said, setBy.kind === "profile" ? [limit] : []);
      const concerned = connector.profiles.filter((one) => one.connectorId !== 2).length;
      assertEquals(lost.length + said.length, concerned);
      const edgeMs = nextEdgeMs(connector, atMs);
      assert(edgeMs > atMs);
      for (let ms = atMs; ms < Math.min(edgeMs, atMs + windowS * 1_000); ms += 250) {
        assertEquals(limitAt(connector, unit, ms).limit, limit);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test({ name: "composite of 0: the sum of the references, capped", permissions: "none" }, () => {
  fc.assert(
    fc.property(world, ({ connectors, unit, fromMs }) => {
      const window = { fromMs, durationS: windowS, chargingRateUnit: unit, periodsMax: 300 };
      const { schedule } = stationSchedule(connectors, window);
      const periods = schedule.chargingSchedulePeriod;
      const isMax = ({ profile }: InstalledProfile) =>
        profile.chargingProfilePurpose === "ChargePointMaxProfile";
      for (let at = 0; at < windowS; at++) {
        const atMs = fromMs + at * 1_000;
        const sum = connectors.reduce((total, connector) => {
          const profiles = connector.profiles.filter((one) => !isMax(one));
          return total + naiveLimit({ ...connector, profiles }, unit, atMs, fromMs).limit;
        }, 0);
        const whole = connectors.map((connector) => {
          const { currentMaxA, powerMaxW } = connector.supply;
          const supply = { ...connector.supply, currentMaxA: 2 * currentMaxA, powerMaxW: 2 * powerMaxW };
          return naiveLimit(
            { ...connector, supply, profiles: connector.profiles.filter(isMax) },
            unit,
            atMs,
            fromMs,
          );
        });
        const told = periods.findLast(({ startPeriod }) => startPeriod <= at);
        assertEquals(told?.limit.toFixed(1), Math.min(sum, whole[0]?.limit ?? NaN).toFixed(1));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test({
  name: "offered: never more than a connector's own limit, nor together than the ChargePointMaxProfile",
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(world, fc.nat(windowS), ({ connectors }, at) => {
      const atMs = nowMs + at * 1_000;
      const offered = offeredAt(connectors, atMs);
      let sumA = 0;
      for (const connector of connectors) {
        const offeredA = offered.get(connector.connectorId) ?? NaN;
        assert(offeredA >= 0 && offeredA <= limitAt(connector, "A", atMs).limit);
        sumA += offeredA;
      }
      const [first] = connectors;
      assert(first !== undefined);
      const max = first.profiles.filter(({ profile }) =>
        profile.chargingProfilePurpose === "ChargePointMaxProfile"
      );
      const supply = { ...first.supply, currentMaxA: Infinity };
      const most = naiveLimit({ ...first, supply, profiles: max }, "A", atMs, atMs).limit;
      assert(sumA <= most + 1e-9, `${sumA} A of ${most} A`);
    }),
    { numRuns: 2_000 },
  );
});
