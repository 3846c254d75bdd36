/**
 * The simulated station when power goes and comes: what it forgets, and what it remembers.
 *
 * Law: what a street corner would remember outlives the board; what is in the board's memory does not.
 */
import { assert, assertEquals } from "@std/assert";
import { defaultCarModel } from "../../hal/drivers/simulated_car.ts";
import type { MeterOutcome } from "../../hal/meter.ts";
import { misfit, PhysicalState } from "../../hal/physical_state.ts";
import { bench, charging, HOUR_MS, registerWh } from "./station_bench.ts";
import { acTwoSockets, referenceDc } from "./stations.ts";

function check(sentence: string, test: () => Promise<void> | void): void {
  Deno.test({ name: `simulated power cut: ${sentence}`, permissions: "none", fn: test });
}

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
