/** The verbs of a simulated charger: judging touches nothing, doing does. */
import { assert, assertEquals } from "@std/assert";
import type { WorldVerb } from "../../console/hardware_verbs.ts";
import { simulatedHardware } from "../../console/simulated_hardware.ts";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { loadStation } from "../../hal/drivers/station_files.ts";

/** A station with two sockets, its hands, and what was done beside it. */
function scene() {
  const profile = loadStation("ac-two-sockets");
  assert(profile.kind === "read");
  const station = createSimulatedStation({
    profile: profile.value,
    clock: createSimulatedClock({ startWallMs: 0 }),
  });
  const switched: string[] = [];
  const hardware = simulatedHardware({
    station,
    setPower: (state) => switched.push(`power ${state}`),
    setNetwork: (up) => switched.push(`network ${up}`),
    setStorage: (state) => switched.push(`storage ${state}`),
  });
  return { station, hardware, switched };
}

const POSSIBLE: readonly WorldVerb[] = [
  { verb: "plug", connectorId: 1, side: "both" },
  { verb: "fault", connectorId: 0, errorCode: "OverVoltage" },
  { verb: "fault", connectorId: 2, errorCode: "GroundFailure" },
  { verb: "clear-fault", connectorId: 2 },
  { verb: "ev", connectorId: 1, demand: false },
  { verb: "lock", connectorId: 1, failure: true },
];

for (const verb of POSSIBLE) {
  Deno.test({
    name: `simulated hardware: ${JSON.stringify(verb)} is judged first and done later`,
    permissions: { read: true },
  }, () => {
    const { station, hardware } = scene();
    if (verb.verb === "clear-fault") station.verbs.fault(verb.connectorId, { errorCode: "GroundFailure" });
    const before = station.physicalState();
    const prepared = hardware.prepare(verb);
    assert(prepared.kind === "possible");
    assertEquals(station.physicalState(), before);
    prepared.act();
    assertEquals(JSON.stringify(station.physicalState()) === JSON.stringify(before), false);
  });
}

Deno.test({
  name: "simulated hardware: a swipe reaches the reader when it is done",
  permissions: { read: true },
}, async () => {
  const clock = createSimulatedClock({ startWallMs: 0 });
  const profile = loadStation("reference-dc");
  assert(profile.kind === "read");
  const station = createSimulatedStation({ profile: profile.value, clock });
  const read: string[] = [];
  station.reader.listen(({ idTag }) => read.push(idTag));
  const nothing = () => {};
  const hardware = simulatedHardware({
    station,
    setPower: nothing,
    setNetwork: nothing,
    setStorage: nothing,
  });
  const connectorId = profile.value.reader === "connector" ? 1 : undefined;
  const prepared = hardware.prepare({
    verb: "swipe",
    idTag: "A",
    ...(connectorId === undefined ? {} : { connectorId }),
  });
  await clock.advance(1);
  assertEquals(read, []);
  assert(prepared.kind === "possible");
  prepared.act();
  await clock.advance(1);
  assertEquals(read, ["A"]);
});

Deno.test({
  name: "simulated hardware: what cannot be is told, and what is not there",
  permissions: { read: true },
}, () => {
  const { hardware } = scene();
  const unplug = hardware.prepare({ verb: "unplug", connectorId: 1, side: "both" });
  assertEquals(unplug, { kind: "impossible", why: "connector 1: there is no plug to pull (none)" });
  const plug = hardware.prepare({ verb: "plug", connectorId: 9, side: "both" });
  assertEquals(plug, { kind: "invalid", why: "name a connector from 1 to 2, not 9" });
});

Deno.test({
  name: "simulated hardware: power, network and storage are the simulation's",
  permissions: { read: true },
}, () => {
  const { station, hardware, switched } = scene();
  const verbs: readonly WorldVerb[] = [
    { verb: "power", state: "cut" },
    { verb: "network", up: false },
    { verb: "storage", state: "full" },
  ];
  const prepared = verbs.map(hardware.prepare);
  assertEquals([switched, station.board.supply()], [[], "on"]);
  for (const verb of prepared) if (verb.kind === "possible") verb.act();
  assertEquals(switched, ["power cut", "network false", "storage full"]);
});

Deno.test(
  { name: "simulated hardware: power that is cut cannot begin to fail", permissions: { read: true } },
  () => {
    const { station, hardware } = scene();
    station.verbs.power("cut");
    assertEquals(hardware.prepare({ verb: "power", state: "failing" }).kind, "impossible");
  },
);
