/**
 * The simulated station while it has power: what flows, what the meter and the board tell of it.
 *
 * Law: seen from outside, by ports and verbs; the physics of a car alone is in simulated_car_test.ts.
 */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../hal/clock.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { defaultCarModel } from "../../hal/drivers/simulated_car.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import type { MeterOutcome } from "../../hal/meter.ts";
import { bench, charging, HOUR_MS, reading, registerWh } from "./station_bench.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `simulated station: ${sentence}`, permissions: "none", fn: test });
}

check(
  "energy flows only with contactor, plug, demand, limit and mains, and the register stands still else",
  async () => {
    const stops: readonly ((under: ReturnType<typeof bench>) => unknown)[] = [
      ({ board }) => board.setContactor(1, false),
      ({ board }) => board.setCurrentLimit(1, 0),
      ({ board }) => board.setCurrentLimit(1, NaN),
      ({ board }) => board.setCurrentLimit(1, -5),
      ({ verbs }) => verbs.ev(1, { demand: false }),
      ({ verbs }) => verbs.ev(1, { suspended: true }),
      ({ verbs }) => verbs.ev(1, { socPercent: 100 }),
      ({ verbs }) => verbs.unplug(1, "ev"),
      ({ verbs }) => verbs.fault(1, { errorCode: "GroundFailure" }),
      ({ verbs }) => verbs.fault(0, { errorCode: "HighTemperature" }),
      ({ verbs }) => verbs.power("failing"),
      ({ verbs }) => verbs.power("cut"),
    ];
    for (const stop of stops) {
      const under = await charging(acTwoSockets);
      await under.clock.advance(HOUR_MS);
      stop(under);
      await under.clock.advance(HOUR_MS);
      assertEquals([registerWh(under.station), under.energyFlows()], [11_040, false], String(stop));
    }
  },
);

check("a limit takes effect at once", async () => {
  const under = await charging(acTwoSockets);
  under.board.setCurrentLimit(1, 10);
  await under.clock.advance(HOUR_MS);
  assertEquals(registerWh(under.station), 6_900);
});

check("connectors do not share what flows", async () => {
  const under = await charging(acTwoSockets);
  await under.clock.advance(HOUR_MS);
  assertEquals([registerWh(under.station, 0), registerWh(under.station, 1)], [11_040, 0]);
});

check(
  "an AC meter tells what the profile lists: watt of all phases, and of each with ampere and volt",
  async () => {
    const under = await charging(acTwoSockets);
    await under.clock.advance(HOUR_MS);
    const { temperatureC, ...rest } = await reading(under);
    assertEquals(rest, {
      energyWh: 11_040,
      meterSerialNumber: "SIM-1",
      powerW: 11_040,
      frequencyHz: 50,
      phases: Array(3).fill({ powerW: 3_680, currentA: 16, voltageV: 230 }),
    });
    assertEquals(temperatureC, 20 + 35 / 4);
  },
);

check(
  "an AC meter has a reading for each phase that is wired; a car of one phase draws from the first",
  async () => {
    const [socket] = acTwoSockets.connectors;
    if (socket?.current !== "AC") throw new Error("the first socket is AC");
    for (const phases of [1, 2, 3] as const) {
      const profile = { ...acTwoSockets, connectors: [{ ...socket, phases, maxPowerW: 7_360 }] };
      const under = bench(profile, { ...defaultCarModel, onBoardPhases: 1 });
      under.verbs.plug(1);
      under.board.setContactor(1, true);
      const { phases: told, powerW } = await reading(under);
      const idle = { powerW: 0, currentA: 0, voltageV: 230 };
      assertEquals(told, [{ ...idle, powerW: 3_680, currentA: 16 }, idle, idle].slice(0, phases));
      assertEquals(powerW, 3_680);
    }
  },
);

check("a DC meter tells the car's voltage while the contactor is closed, and whole Wh", async () => {
  const under = await charging(dcFour);
  await under.clock.advance(1_000);
  const { energyWh, powerW, voltageV = 0, currentA = 0, phases } = await reading(under);
  assertEquals([energyWh, powerW, phases], [33, 120_000, undefined]);
  assert(voltageV > 354 && voltageV < 355 && Math.abs(voltageV * currentA - 120_000) < 1e-6);
  under.board.setContactor(1, false);
  assertEquals((await reading(under)).voltageV, 0);
});

check("the reference's meter tells the register alone (C-09.1)", async () => {
  assertEquals(await reading(await charging(referenceDc)), { energyWh: 0, meterSerialNumber: "SIM-1" });
});

check("a meter that hangs says nothing, and one that has no such address fails", async () => {
  const { meter, clock } = bench(referenceDc);
  const outcomes: MeterOutcome[] = [];
  meter.setMode("hang");
  meter.read(1, (outcome) => outcomes.push(outcome));
  meter.setMode("ok");
  meter.read(2, (outcome) => outcomes.push(outcome));
  await clock.advance(HOUR_MS);
  assertEquals(outcomes, [{ kind: "failed", error: "meter 2: no such address" }]);
});

check("the car tells its state of charge over DC, in whole percent, and not over AC", async () => {
  const dc = await charging(dcFour);
  assertEquals(dc.board.state(1).evSocPercent, 20);
  dc.verbs.ev(1, { socPercent: 79.9 });
  assertEquals(dc.board.state(1).evSocPercent, 79);
  assertEquals("evSocPercent" in (await charging(acTwoSockets)).board.state(1), false);
});

check("a car that gets full says so by itself, in one event, at that moment", async () => {
  const under = await charging(dcFour);
  under.verbs.ev(1, { socPercent: 99 });
  const known = under.events.length;
  await under.clock.advance(600_000);
  assertEquals(under.events.length, known + 1);
  assertEquals(under.board.state(1), {
    plug: "both",
    contactorClosed: true,
    locked: false,
    lockFailed: false,
    evDemandsEnergy: false,
    evSocPercent: 100,
    fault: null,
    warning: null,
  });
  assertEquals(under.clock.pending(), 0);
});

check("a car asks for energy when its precharge is over, and not before", async () => {
  const { clock, verbs, board, events } = bench(referenceDc, { ...defaultCarModel, prechargeMs: 8_000 });
  verbs.plug(1);
  await clock.advance(7_999);
  assertEquals([board.state(1).evDemandsEnergy, events.length], [false, 1]);
  await clock.advance(1);
  assertEquals([board.state(1).evDemandsEnergy, events.length], [true, 2]);
});

check("a car gets ready again after each time it was unplugged", async () => {
  const { clock, verbs, board } = bench(acTwoSockets, { ...defaultCarModel, prechargeMs: 8_000 });
  verbs.plug(1);
  await clock.advance(8_000);
  assertEquals(board.state(1).evDemandsEnergy, true);
  verbs.unplug(1, "ev");
  verbs.plug(1, "ev");
  assertEquals(board.state(1).evDemandsEnergy, false);
});

check("it wakes up at whole milliseconds, however little is missing", async () => {
  const inner = createSimulatedClock({ startWallMs: 0, settled: () => true });
  const delays: number[] = [];
  const clock: Clock = {
    ...inner,
    after: (delayMs, call) => {
      delays.push(delayMs);
      return inner.after(delayMs, call);
    },
  };
  const { verbs, board } = createSimulatedStation({ profile: dcFour, clock });
  verbs.plug(1);
  board.setContactor(1, true);
  verbs.ev(1, { socPercent: 100 - 1e-9 });
  await inner.advance(10_000);
  assertEquals(board.state(1).evDemandsEnergy, false);
  assert(delays.length > 0 && delays.every((ms) => Number.isInteger(ms) && ms >= 1), `${delays}`);
});

check(
  "a car that left makes room for one like the first; one that was only unplugged is the same",
  async () => {
    const under = await charging(acTwoSockets);
    under.verbs.ev(1, { socPercent: 80, suspended: true });
    const soc = () => (under.physicalState().connectors[0]?.car.batteryWh ?? NaN) / 640;
    under.verbs.unplug(1, "ev");
    assertEquals(soc(), 80);
    under.verbs.plug(1, "ev");
    assertEquals(under.board.state(1).evDemandsEnergy, true);
    under.verbs.unplug(1);
    assertEquals(soc(), 20);
  },
);
