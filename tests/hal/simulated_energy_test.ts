/**
 * Energy is conserved, whatever anybody does: property tests over random sequences of verbs, commands and waiting.
 *
 * Law: the invariants of the simulated hardware are stated here once, and hold after every step.
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertLess } from "@std/assert";
import fc from "fast-check";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedStation, type SimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { PhysicalState } from "../../hal/physical_state.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

/** One thing that somebody does; `wait` lets time pass and is the only one that may move energy. */
type Step =
  | { readonly do: "verb"; readonly request: Readonly<Record<string, unknown>> }
  /** Mends what is broken, plugs in and closes the contactor: without it, energy would hardly ever flow. */
  | { readonly do: "start"; readonly connectorId: number }
  | { readonly do: "contactor"; readonly connectorId: number; readonly closed: boolean }
  | { readonly do: "limit"; readonly connectorId: number; readonly limitA: number }
  | { readonly do: "lock"; readonly connectorId: number; readonly locked: boolean }
  | { readonly do: "wait"; readonly ms: number };

const connectorId = fc.integer({ min: 1, max: 2 });
const side = fc.constantFrom("both", "both", "ev", "station");
const wish = {
  demand: fc.constantFrom(true, true, false),
  suspended: fc.constantFrom(true, false, false),
  socPercent: fc.double({ min: 0, max: 100, noNaN: true }),
};
const verb = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ verb: fc.constantFrom("plug", "plug", "plug", "unplug"), connectorId, side }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constant("ev"), connectorId, ...wish }, {
      requiredKeys: ["verb", "connectorId"],
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant("fault"),
      connectorId: fc.integer({ min: 0, max: 2 }),
      errorCode: fc.constant("OtherError"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ verb: fc.constant("clear-fault"), connectorId: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("lock"), connectorId, failure: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: fc.constant("power"),
      state: fc.constantFrom("on", "on", "on", "failing", "cut"),
    }),
  },
);
const closed = fc.constantFrom(true, true, true, false);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: verb.map((request) => ({ do: "verb" as const, request })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("start" as const), connectorId }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("contactor" as const), connectorId, closed }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("limit" as const),
      connectorId,
      limitA: fc.double({ min: -1, max: 100 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("lock" as const), connectorId, locked: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 600_000 }) }),
  },
);

type Holds = (profile: StationProfile, steps: readonly Step[]) => Promise<void>;

function forAll(numRuns: number, holds: Holds): Promise<void> {
  const profile = fc.constantFrom(referenceDc, acTwoSockets, dcFour);
  const steps = fc.array(step, { minLength: 10, maxLength: 60 });
  return fc.assert(fc.asyncProperty(profile, steps, holds), { numRuns });
}

function check(sentence: string, test: () => Promise<void>): void {
  Deno.test({ name: `whatever anybody does, ${sentence}`, permissions: "none", fn: test });
}

check("a register never falls, and rises by what the battery gains", async () => {
  let waitsWithEnergy = 0;
  await forAll(200, async (profile, steps) => {
    const { station, clock } = bench(profile);
    for (const step of steps) {
      const before = station.physicalState().connectors;
      await perform(station, clock.advance, step);
      for (const [index, after] of station.physicalState().connectors.entries()) {
        const rose = after.registerWh - (before[index]?.registerWh ?? NaN);
        const gained = after.car.batteryWh - (before[index]?.car.batteryWh ?? NaN);
        assertGreaterOrEqual(rose, 0);
        if (step.do === "wait") assertLess(Math.abs(rose - gained), 1e-6);
        else assertEquals(rose, 0);
        if (rose > 0) waitsWithEnergy++;
      }
    }
  });
  // About 500 of them: a generator that never charges would prove nothing.
  assertGreater(waitsWithEnergy, 100);
});

check("a closed contactor has a plug and no fault, and a closed lock has a plug in its socket", async () => {
  await forAll(200, async (profile, steps) => {
    const { station, clock } = bench(profile);
    for (const step of steps) {
      await perform(station, clock.advance, step);
      for (const { id, lock } of profile.connectors) {
        const { contactorClosed, plug, fault, locked, evDemandsEnergy } = station.board.state(id);
        if (contactorClosed) assertEquals([plug, fault, station.board.stationFault()], ["both", null, null]);
        if (locked) assert(lock && (plug === "both" || plug === "station"));
        if (evDemandsEnergy) assertEquals(plug, "both");
      }
    }
  });
});

check("what the listener was told last is what can be read", async () => {
  await forAll(200, async (profile, steps) => {
    const { station, clock } = bench(profile);
    const told = new Map(profile.connectors.map(({ id }) => [id, gist(station, id)]));
    station.board.listen((event) => {
      if (event.kind === "ConnectorChanged") told.set(event.connectorId, withoutSoc(event.state));
    });
    for (const step of steps) {
      // A cut leaves nobody who listens.
      if (step.do === "verb" && step.request.state === "cut") continue;
      await perform(station, clock.advance, step);
      await clock.advance(0);
      for (const { id } of profile.connectors) assertEquals(told.get(id), gist(station, id));
    }
  });
});

check("the physical state can be read back, and two runs give the same", async () => {
  await forAll(50, async (profile, steps) => {
    const [one, two] = [bench(profile), bench(profile)];
    for (const { station, clock } of [one, two]) {
      for (const step of steps) await perform(station, clock.advance, step);
    }
    const text = JSON.stringify(one.station.physicalState());
    assertEquals(JSON.stringify(two.station.physicalState()), text);
    assertEquals(PhysicalState.parse(JSON.parse(text)), one.station.physicalState());
  });
});

function bench(profile: StationProfile) {
  const clock = createSimulatedClock({ startWallMs: 0, settled: () => true });
  return { clock, station: createSimulatedStation({ profile, clock }) };
}

async function perform(
  station: SimulatedStation,
  advance: (ms: number) => Promise<void>,
  step: Step,
): Promise<void> {
  const { board, profile } = station;
  if ("connectorId" in step && step.connectorId > profile.connectors.length) return;
  switch (step.do) {
    case "verb":
      return void station.perform(step.request);
    case "start":
      return start(station, step.connectorId);
    case "contactor":
      return board.setContactor(step.connectorId, step.closed);
    case "limit":
      return board.setCurrentLimit(step.connectorId, step.limitA);
    case "lock":
      return board.setLock(step.connectorId, step.locked);
    case "wait":
      return await advance(step.ms);
  }
}

function start({ board, verbs }: SimulatedStation, connectorId: number): void {
  verbs.power("on");
  verbs.clearFault(0);
  verbs.clearFault(connectorId);
  verbs.plug(connectorId);
  verbs.ev(connectorId, { demand: true, suspended: false });
  board.setCurrentLimit(connectorId, 32);
  board.setContactor(connectorId, true);
}

function gist(station: SimulatedStation, id: number): unknown {
  return withoutSoc(station.board.state(id));
}

function withoutSoc(state: ReturnType<SimulatedStation["board"]["state"]>): unknown {
  const { evSocPercent: _, ...rest } = state;
  return rest;
}
