/**
 * The simulated station: what its verbs do, what cannot be, and what it remembers.
 *
 * Law: seen from outside, by ports and verbs; the physics of a car alone is in simulated_car_test.ts.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BoardEvent } from "../../hal/board.ts";
import type { Clock } from "../../hal/clock.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { defaultCarModel } from "../../hal/drivers/simulated_car.ts";
import { createSimulatedStation, type SimulatedStation } from "../../hal/drivers/simulated_station.ts";
import type { CableSide, VerbOutcome } from "../../hal/hardware_verb.ts";
import type { MeterOutcome, Reading } from "../../hal/meter.ts";
import { type CarModel, misfit, PhysicalState } from "../../hal/physical_state.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

const HOUR_MS = 3_600_000;

type Plug = "none" | "station" | "ev" | "both";

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `simulated station: ${sentence}`, permissions: "none", fn: test });
}

function bench(profile: StationProfile, carModel: CarModel = defaultCarModel, physicalState?: PhysicalState) {
  const clock = createSimulatedClock({ startWallMs: Date.UTC(2025, 0, 1), settled: () => true });
  const restored = physicalState === undefined ? {} : { physicalState };
  const station = createSimulatedStation({ profile, clock, carModel, ...restored });
  const events: BoardEvent[] = [];
  station.board.listen((event) => events.push(event));
  return { clock, station, events, ...station };
}

async function charging(profile: StationProfile) {
  const under = bench(profile);
  under.verbs.plug(1);
  under.board.setContactor(1, true);
  await under.clock.advance(0);
  assertEquals(under.energyFlows(), true);
  return under;
}

async function reading(under: ReturnType<typeof bench>, connectorId = 1): Promise<Reading> {
  let outcome: MeterOutcome | null = null;
  under.meter.read(connectorId, (answer) => void (outcome = answer));
  await under.clock.advance(0);
  const answer = outcome as MeterOutcome | null;
  assert(answer?.kind === "read");
  return answer.reading;
}

function registerWh(station: SimulatedStation, index = 0): number {
  return station.physicalState().connectors[index]?.registerWh ?? NaN;
}

/** Cable, plug before, the verb, and the plug after, or why not. */
const hands: readonly (readonly [StationProfile, Plug, "plug" | "unplug", CableSide, Plug | string])[] = [
  [referenceDc, "none", "plug", "both", "both"],
  [referenceDc, "none", "plug", "ev", "both"],
  [referenceDc, "none", "plug", "station", "fixed to the station"],
  [referenceDc, "both", "plug", "both", "plugged in already"],
  [referenceDc, "both", "plug", "ev", "plugged in already"],
  [referenceDc, "both", "unplug", "both", "none"],
  [referenceDc, "both", "unplug", "ev", "none"],
  [referenceDc, "both", "unplug", "station", "fixed to the station"],
  [referenceDc, "none", "unplug", "ev", "no plug to pull"],
  [acTwoSockets, "none", "plug", "both", "both"],
  [acTwoSockets, "none", "plug", "ev", "ev"],
  [acTwoSockets, "none", "plug", "station", "station"],
  [acTwoSockets, "station", "plug", "ev", "both"],
  [acTwoSockets, "ev", "plug", "station", "both"],
  [acTwoSockets, "station", "plug", "both", "both"],
  [acTwoSockets, "station", "plug", "station", "plugged in already"],
  [acTwoSockets, "ev", "plug", "ev", "plugged in already"],
  [acTwoSockets, "both", "plug", "station", "plugged in already"],
  [acTwoSockets, "both", "unplug", "both", "none"],
  [acTwoSockets, "both", "unplug", "ev", "station"],
  [acTwoSockets, "both", "unplug", "station", "ev"],
  [acTwoSockets, "station", "unplug", "station", "none"],
  [acTwoSockets, "station", "unplug", "both", "none"],
  [acTwoSockets, "station", "unplug", "ev", "no plug to pull"],
  [acTwoSockets, "ev", "unplug", "ev", "none"],
  [acTwoSockets, "ev", "unplug", "station", "no plug to pull"],
  [acTwoSockets, "none", "unplug", "both", "no plug to pull"],
];
for (const [profile, before, verb, side, after] of hands) {
  const { cable } = profile.connectors[0] ?? {};
  check(`a ${cable} cable at "${before}", ${verb} "${side}": ${after}`, () => {
    const { verbs, board } = bench(profile);
    if (before !== "none") verbs.plug(1, before);
    assertEquals(board.state(1).plug, before);
    const outcome = verbs[verb](1, side);
    if (outcome.kind === "done") return assertEquals(board.state(1).plug, after as Plug);
    assertStringIncludes(why(outcome), after);
    assertEquals(board.state(1).plug, before);
  });
}

check("a locked plug cannot be pulled out of the socket, but off the car", () => {
  const { verbs, board } = bench(acTwoSockets);
  verbs.plug(1);
  board.setLock(1, true);
  assertEquals(verbs.unplug(1), { kind: "impossible", why: "connector 1: the plug is locked in the socket" });
  assertEquals(verbs.unplug(1, "station").kind, "impossible");
  assertEquals(board.state(1).plug, "both");
  assertEquals(verbs.unplug(1, "ev").kind, "done");
  assertEquals(verbs.unplug(1, "station").kind, "impossible");
  board.setLock(1, false);
  assertEquals(verbs.unplug(1, "station").kind, "done");
});

check("a lock that fails stays where it is, closed or open, until it is mended", () => {
  const { verbs, board } = bench(acTwoSockets);
  verbs.plug(1);
  board.setLock(1, true);
  verbs.lock(1, { failure: true });
  board.setLock(1, false);
  assertEquals(board.state(1).locked, true);
  verbs.lock(1, { failure: false });
  assertEquals(board.state(1).locked, true);
  board.setLock(1, false);
  assertEquals(board.state(1).locked, false);
});

check("a fixed cable has no lock that could fail", () => {
  assertEquals(bench(referenceDc).verbs.lock(1, { failure: true }).kind, "impossible");
});

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

check("an AC meter tells what the profile lists: watt of all phases, ampere and volt of one", async () => {
  const under = await charging(acTwoSockets);
  await under.clock.advance(HOUR_MS);
  const { temperatureC, ...rest } = await reading(under);
  assertEquals(rest, { energyWh: 11_040, powerW: 11_040, currentA: 16, voltageV: 230, frequencyHz: 50 });
  assertEquals(temperatureC, 20 + 35 / 4);
});

check("a DC meter tells the car's voltage while the contactor is closed, and whole Wh", async () => {
  const under = await charging(dcFour);
  await under.clock.advance(1_000);
  const { energyWh, powerW, voltageV = 0, currentA = 0 } = await reading(under);
  assertEquals([energyWh, powerW], [33, 120_000]);
  assert(voltageV > 354 && voltageV < 355 && Math.abs(voltageV * currentA - 120_000) < 1e-6);
  under.board.setContactor(1, false);
  assertEquals((await reading(under)).voltageV, 0);
});

check("the reference's meter tells the register alone (C-09.1)", async () => {
  assertEquals(await reading(await charging(referenceDc)), { energyWh: 0 });
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
    evDemandsEnergy: false,
    evSocPercent: 100,
    fault: null,
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

check("a car that was getting ready goes on when the station is put up again", async () => {
  const model = { ...defaultCarModel, prechargeMs: 8_000 };
  const before = bench(referenceDc, model);
  before.verbs.plug(1);
  await before.clock.advance(3_000);
  const { clock, board, events } = bench(referenceDc, model, before.physicalState());
  await clock.advance(4_999);
  assertEquals([board.state(1).evDemandsEnergy, events.length], [false, 0]);
  await clock.advance(1);
  assertEquals([board.state(1).evDemandsEnergy, events.length], [true, 1]);
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

check("mains that fail open nothing by themselves, and energy goes on when they are back", async () => {
  const under = await charging(acTwoSockets);
  under.verbs.power("failing");
  await under.clock.advance(HOUR_MS);
  assertEquals([under.power.supply(), under.board.state(1).contactorClosed], ["failing", true]);
  under.verbs.power("on");
  await under.clock.advance(HOUR_MS);
  assertEquals(registerWh(under.station), 11_040);
});

check(
  "a power cut opens the contactors, forgets the limit, and leaves plug, lock, fault and register",
  async () => {
    const under = await charging(acTwoSockets);
    under.board.setLock(1, true);
    under.verbs.fault(2, { errorCode: "OtherError" });
    under.board.setCurrentLimit(1, 10);
    await under.clock.advance(HOUR_MS);
    under.verbs.power("cut");
    under.verbs.power("on");
    const { plug, locked, contactorClosed } = under.board.state(1);
    assertEquals([plug, locked, contactorClosed, registerWh(under.station)], ["both", true, false, 6_900]);
    assertEquals(under.board.state(2).fault, { errorCode: "OtherError" });
    under.board.setContactor(1, true);
    await under.clock.advance(HOUR_MS);
    assertEquals(registerWh(under.station), 6_900 + 11_040);
  },
);

check("while power is cut no signal leaves the board and no command reaches it", async () => {
  const under = await charging(acTwoSockets);
  under.verbs.power("cut");
  const outcomes: MeterOutcome[] = [];
  const known = under.events.length;
  under.verbs.fault(1, { errorCode: "OtherError" });
  under.verbs.clearFault(1);
  under.board.setContactor(1, true);
  under.board.setLock(1, true);
  under.meter.read(1, (outcome) => outcomes.push(outcome));
  await under.clock.advance(HOUR_MS);
  const { contactorClosed, locked } = under.board.state(1);
  assertEquals([contactorClosed, locked, outcomes.length, under.events.length - known], [false, false, 0, 0]);
  assertEquals(under.verbs.swipe("04A1B2C3").kind, "impossible");
  assertEquals(under.verbs.power("failing").kind, "impossible");
});

check("who listened before a power cut hears nothing of what comes after it", async () => {
  const { verbs, power, reader, clock } = bench(referenceDc);
  const heard: unknown[] = [];
  power.listen((event) => heard.push(event));
  reader.listen((event) => heard.push(event));
  verbs.power("failing");
  await clock.advance(0);
  assertEquals(heard, [{ kind: "PowerChanged", supply: "failing" }]);
  verbs.power("cut");
  verbs.power("on");
  verbs.swipe("04A1B2C3");
  await clock.advance(0);
  assertEquals([heard.length, power.supply()], [1, "on"]);
});

check("what is physical can be taken down as JSON and put up again", async () => {
  const under = await charging(acTwoSockets);
  under.board.setLock(1, true);
  under.verbs.lock(1, { failure: true });
  under.verbs.plug(2, "station");
  under.verbs.fault(2, { errorCode: "GroundFailure", info: "RCD" });
  under.verbs.fault(0, { errorCode: "HighTemperature", vendorErrorCode: "F7" });
  await under.clock.advance(HOUR_MS);
  const state = under.physicalState();
  const read = PhysicalState.parse(JSON.parse(JSON.stringify(state)));
  assertEquals(misfit(read, acTwoSockets), null);
  const again = bench(acTwoSockets, defaultCarModel, read);
  assertEquals(again.physicalState(), state);
  assertEquals(again.board.state(1).locked, true);
  assertEquals(again.board.state(1).contactorClosed, false);
  assertEquals(again.board.stationFault(), { errorCode: "HighTemperature", vendorErrorCode: "F7" });
});

check("a physical state is refused where the station cannot have it", () => {
  const state = bench(acTwoSockets).physicalState();
  const [first, second] = state.connectors;
  assert(first !== undefined && second !== undefined);
  const of = (connectors: PhysicalState["connectors"]) => ({ ...state, connectors });
  const fixed = { ...bench(referenceDc).physicalState(), station: "reference-dc" };
  const [cable] = fixed.connectors;
  assert(cable !== undefined);
  assertEquals(misfit(state, acTwoSockets), null);
  assertEquals(misfit(state, referenceDc), 'it belongs to the station "ac-two-sockets"');
  assertEquals(misfit(of([first]), acTwoSockets), "it has 1 connectors, the station 2");
  assertEquals(misfit(of([second, first]), acTwoSockets), "connector 1 is not in its place");
  assertEquals(
    misfit({ ...fixed, connectors: [{ ...cable, plug: "ev" }] }, referenceDc),
    'the fixed cable of connector 1 cannot be plugged in at "ev" alone',
  );
  assertEquals(
    misfit({ ...fixed, connectors: [{ ...cable, plug: "both", locked: true }] }, referenceDc),
    "connector 1 is locked and has no lock",
  );
});

/** A request as it comes from outside, and its outcome (the beginning of why). */
const requests: readonly (readonly [StationProfile, unknown, VerbOutcome["kind"], string])[] = [
  [referenceDc, { verb: "plug", connectorId: 1 }, "done", ""],
  [
    referenceDc,
    { verb: "plug", connectorId: 1, side: "station" },
    "impossible",
    "connector 1: the cable is fixed",
  ],
  [referenceDc, { verb: "plug", connectorId: 2 }, "invalid", "name a connector from 1 to 1, not 2"],
  [referenceDc, { verb: "plug", connectorId: 0 }, "invalid", "name a connector from 1 to 1, not 0"],
  [referenceDc, { verb: "plug", connectorId: 1.5 }, "invalid", "connectorId: write a whole number, not 1.5"],
  [referenceDc, { verb: "plug" }, "invalid", "connectorId: write a number; it is missing"],
  [
    referenceDc,
    { verb: "plug", connectorId: 1, site: "ev" },
    "invalid",
    'remove the field "site", which is not',
  ],
  [referenceDc, { verb: "pluck", connectorId: 1 }, "invalid", 'verb: write "plug" or'],
  [referenceDc, null, "invalid", "write an object, not null"],
  [referenceDc, { verb: "unplug", connectorId: 1 }, "impossible", "connector 1: there is no plug to pull"],
  [referenceDc, { verb: "swipe", idTag: "04A1B2C3" }, "done", ""],
  [referenceDc, { verb: "swipe", idTag: "" }, "invalid", "idTag: write 1 to 20 printable characters, not"],
  [
    referenceDc,
    { verb: "swipe", idTag: "123456789012345678901" },
    "invalid",
    "idTag: write 1 to 20 printable",
  ],
  [referenceDc, { verb: "swipe", idTag: "A", connectorId: 1 }, "invalid", "leave connectorId 1 out"],
  [
    dcFour,
    { verb: "swipe", idTag: "A" },
    "invalid",
    "name the connector whose reader it is, from 1 to 4, not",
  ],
  [dcFour, { verb: "swipe", idTag: "A", connectorId: 5 }, "invalid", "name the connector whose reader it is"],
  [dcFour, { verb: "swipe", idTag: "A", connectorId: 4 }, "done", ""],
  [referenceDc, { verb: "fault", connectorId: 0, errorCode: "OtherError", info: "x" }, "done", ""],
  [referenceDc, { verb: "fault", connectorId: 1, errorCode: "NoError" }, "invalid", "errorCode: write"],
  [
    referenceDc,
    { verb: "fault", connectorId: 2, errorCode: "OtherError" },
    "invalid",
    "name a connector from",
  ],
  [
    referenceDc,
    { verb: "fault", connectorId: 1, errorCode: "OtherError", info: "x".repeat(51) },
    "invalid",
    "info: write at most 50",
  ],
  [referenceDc, { verb: "clear-fault", connectorId: 1 }, "done", ""],
  [referenceDc, { verb: "ev", connectorId: 1, demand: false, suspended: true, socPercent: 50 }, "done", ""],
  [referenceDc, { verb: "ev", connectorId: 1, socPercent: 101 }, "invalid", "socPercent: write at most 100"],
  [referenceDc, { verb: "lock", connectorId: 1, failure: true }, "impossible", "connector 1: it has no lock"],
  [acTwoSockets, { verb: "lock", connectorId: 2, failure: true }, "done", ""],
  [referenceDc, { verb: "power", state: "failing" }, "done", ""],
  [
    referenceDc,
    { verb: "power", state: "off" },
    "invalid",
    'state: write "on" or "failing" or "cut", not "off"',
  ],
];
for (const [profile, request, kind, reason] of requests) {
  check(`${profile.name} answers ${JSON.stringify(request)}: ${kind} ${reason}`, () => {
    const outcome = bench(profile).perform(request);
    assertEquals(outcome.kind, kind);
    assertEquals(why(outcome).slice(0, reason.length), reason);
  });
}

check("what was performed has happened", () => {
  const { perform, board, physicalState } = bench(acTwoSockets);
  perform({ verb: "plug", connectorId: 2, side: "ev" });
  perform({ verb: "fault", connectorId: 1, errorCode: "WeakSignal", vendorErrorCode: "v" });
  perform({ verb: "ev", connectorId: 1, socPercent: 50, demand: false });
  assertEquals(board.state(2).plug, "ev");
  assertEquals(board.state(1).fault, { errorCode: "WeakSignal", vendorErrorCode: "v" });
  const car = physicalState().connectors[0]?.car;
  assertEquals([car?.batteryWh, car?.demand, car?.suspended], [32_000, false, false]);
});

function why(outcome: VerbOutcome): string {
  return outcome.kind === "done" ? "" : outcome.why;
}
