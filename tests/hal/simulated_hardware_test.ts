/**
 * The simulated hardware keeps its ports' promises, on each shipped station.
 *
 * Law: the promises are in tests/contract; here is only the bench.
 */
import { createSimulatedClock, type SimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedStation } from "../../hal/drivers/simulated_station.ts";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { createScaledClock } from "../../hal/drivers/scaled_clock.ts";
import { createSystemEntropy } from "../../hal/drivers/system_entropy.ts";
import type { StationProfile } from "../../hal/station_profile.ts";
import { testBoard } from "../contract/board_contract.ts";
import { testClock } from "../contract/clock_contract.ts";
import { testEntropy } from "../contract/entropy_contract.ts";
import { testMeter } from "../contract/meter_contract.ts";
import { testPower } from "../contract/power_contract.ts";
import { testReader } from "../contract/reader_contract.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

for (const profile of [referenceDc, acTwoSockets, dcFour]) {
  testBoard(`board of ${profile.name}`, () => {
    const { station, clock } = bench(profile);
    const { verbs } = station;
    return {
      board: station.board,
      cable: profile.connectors[0]?.cable ?? "fixed",
      settle: () => clock.advance(0),
      plug: () => verbs.plug(1),
      unplugEv: () => verbs.unplug(1, "ev"),
      setFault: (fault) => fault === null ? verbs.clearFault(1) : verbs.fault(1, fault),
      setWarning: (warning) => verbs.fault(1, warning, "warning"),
      setTampered: (tampered) => verbs.tamper(tampered),
      setStationWarning: (warning) => verbs.fault(0, warning, "warning"),
      setStationFault: (fault) => fault === null ? verbs.clearFault(0) : verbs.fault(0, fault),
      jamLock: () => verbs.lock(1, { failure: true }),
    };
  });

  for (const meterDelayMs of [0, 40]) {
    testMeter(`meter of ${profile.name}, answering after ${meterDelayMs} ms`, () => {
      const { station, clock } = bench(profile, meterDelayMs);
      const [connector] = profile.connectors;
      return {
        meter: station.meter,
        phases: connector?.current === "AC" ? connector.phases : 0,
        settle: () => clock.advance(meterDelayMs),
        flow: async () => {
          station.verbs.plug(1);
          station.board.setContactor(1, true);
          await clock.advance(1_800_000);
          station.board.setContactor(1, false);
        },
        powerCut: async () => {
          station.verbs.power("cut");
          await clock.advance(60_000);
          station.verbs.power("on");
        },
        breakBus: () => station.meter.setMode("fail"),
      };
    });
  }

  testReader(`reader of ${profile.name}`, () => {
    const { station, clock } = bench(profile);
    const oneForEachConnector = profile.reader === "connector";
    return {
      reader: station.reader,
      oneForEachConnector,
      settle: () => clock.advance(0),
      present: (idTag) => oneForEachConnector ? station.verbs.swipe(idTag, 1) : station.verbs.swipe(idTag),
    };
  });

  testPower(`power of ${profile.name}`, () => {
    const { station, clock } = bench(profile);
    return {
      power: station.power,
      settle: () => clock.advance(0),
      setMains: (mains) => void station.verbs.power(mains),
    };
  });
}

testEntropy("system entropy", createSystemEntropy);
testEntropy("simulated entropy", () => createSimulatedEntropy("a seed"));

testClock("scaled clock", () => {
  const wrapped = simulatedClock();
  const clock = createScaledClock(wrapped, 60);
  return { clock, pass: (ms) => wrapped.advance(Math.ceil(ms / 60)) };
});

function bench(profile: StationProfile, meterDelayMs = 0) {
  const clock = simulatedClock();
  return { clock, station: createSimulatedStation({ profile, clock, meterDelayMs }) };
}

/** Nothing here awaits, so nothing needs to be waited for. */
function simulatedClock(): SimulatedClock {
  return createSimulatedClock({ startWallMs: Date.UTC(2025, 0, 1), settled: () => true });
}
