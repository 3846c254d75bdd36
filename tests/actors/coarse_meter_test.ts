/**
 * Meters that count in coarse steps, and gateways that serve old values: they are believed, and what they show is billed (decision
 * D-meter-failure; errata v4.0 §3.9).
 */
import { assertEquals } from "@std/assert";
import type { StationProfile } from "../../hal/station_profile.ts";
import { acTwoSockets } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, status, swiped } from "./calm_house.ts";
import { meterSays } from "./meter_says.ts";
import { rebooted } from "./power_cycle.ts";

const minuteMs = 60_000;
const settings = { MeterValueSampleInterval: "300" };

function stationOf(
  maxCurrentA: number,
  phases: 1 | 3,
  powerLoss: Partial<StationProfile["powerLoss"]> = {},
): StationProfile {
  return {
    ...acTwoSockets,
    connectors: acTwoSockets.connectors.map((connector) => ({
      ...connector,
      phases,
      maxCurrentA,
      maxPowerW: 230 * maxCurrentA * phases,
    })),
    powerLoss: { ...acTwoSockets.powerLoss, ...powerLoss },
  };
}

/** What a meter of the house's says of what is true. */
type Shows = (house: CalmHouse) => (energyWh: number) => number;

/** Charging, with a register that stood at `beforeWh`, and such a meter. */
async function chargingAt(station: StationProfile, beforeWh: number, shows: Shows): Promise<CalmHouse> {
  const house = await bootedHouse({ station, settings });
  const { board } = house.station;
  board.put({ ...board.outlet(1), registerWh: beforeWh });
  meterSays(house, shows(house));
  await begun(house);
  house.forget();
  return house;
}

/** What the hardware has counted, finer than any meter tells it. */
function trueWh(house: CalmHouse): number {
  return house.station.board.outlet(1).registerWh;
}

function inSteps(stepWh: number): (energyWh: number) => number {
  return (energyWh) => Math.floor(energyWh / stepWh) * stepWh;
}

/** What a gateway has read of the meter last, until it reads again. */
function servedBy({ clock }: CalmHouse, everyMs: number): (energyWh: number) => number {
  let readMs = -Infinity;
  let servedWh = 0;
  return (energyWh) => {
    if (clock.monotonicMs() - readMs < everyMs) return servedWh;
    readMs = clock.monotonicMs();
    return servedWh = Math.floor(energyWh);
  };
}

/** Nobody has called it a liar, and it bills what it shows. */
async function isBelieved(house: CalmHouse, shownWh: (energyWh: number) => number): Promise<void> {
  assertEquals([house.effects("MeterFailed"), status(house)], [[], "Charging"]);
  const meterStop = shownWh(trueWh(house));
  await swiped(house, "ALICE");
  assertEquals(billed(house), [["Local", meterStop]]);
}

function billed(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.meterStop]);
}

for (
  const [maxCurrentA, phases, stepWh, beforeWh] of [
    [16, 1, 1_000, 0],
    [32, 1, 1_000, 41_999],
    [16, 3, 1_000, 500],
    [16, 1, 500, 499],
    [16, 1, 100, 99],
    [32, 3, 100, 0],
  ] as const
) {
  Deno.test(`steps of ${stepWh} Wh at ${maxCurrentA} A on ${phases} phases, from ${beforeWh} Wh on: each is believed`, async () => {
    const shown = inSteps(stepWh);
    const house = await chargingAt(stationOf(maxCurrentA, phases), beforeWh, () => shown);
    await house.advance(57.3 * minuteMs);
    await isBelieved(house, shown);
  });
}

for (const minutes of [4, 12]) {
  Deno.test(`a gateway that reads its meter every ${minutes} min is believed, and what it serves is billed`, async () => {
    let shown: (energyWh: number) => number = inSteps(1);
    const house = await chargingAt(
      stationOf(32, 3),
      0,
      (house) => shown = servedBy(house, minutes * minuteMs),
    );
    await house.advance(57.3 * minuteMs);
    await isBelieved(house, shown);
  });
}

const stopping = { onPowerLoss: "stopAfterReboot" } as const;
const hours = 2;
const hourWh = 11_040;

/** Charging, with a gateway that has served the same for two hours. */
async function standing(powerLoss: Partial<StationProfile["powerLoss"]> = {}) {
  const gateway = { isStuck: false, stuckWh: 0, liesWh: 0 };
  const house = await chargingAt(stationOf(16, 3, powerLoss), 0, () => (energyWh) => {
    if (!gateway.isStuck) gateway.stuckWh = Math.floor(energyWh);
    return gateway.stuckWh + gateway.liesWh;
  });
  await house.advance(10 * minuteMs);
  gateway.isStuck = true;
  await house.advance(hours * 60 * minuteMs);
  return { house, gateway };
}

/** Tells of more than full power can have brought, and then the driver stops. */
async function billedAfterLie(
  house: CalmHouse,
  gateway: Awaited<ReturnType<typeof standing>>["gateway"],
): Promise<ReturnType<typeof billed>> {
  gateway.liesWh = (hours + 2) * hourWh;
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  await house.advance(12_000);
  return billed(house);
}

for (
  const [sentence, happens] of [
    ["a crash of the connector", async (house) => {
      house.system().crash("connector:1");
      await house.advance(0);
    }],
    ["a cut", (house) => rebooted(house, 0)],
    ["two cuts", async (house) => {
      await rebooted(house, 0);
      await house.advance(minuteMs);
      await rebooted(house, 0);
    }],
  ] as const satisfies readonly (readonly [string, (house: CalmHouse) => Promise<void>])[]
) {
  for (const laterMs of [0, 5 * minuteMs]) {
    Deno.test(`a register that stood for two hours before ${sentence} tells ${laterMs} ms after it what has flowed: it is believed`, async () => {
      const { house, gateway } = await standing();
      await happens(house);
      await house.advance(laterMs);
      gateway.isStuck = false;
      await house.advance(minuteMs);
      await isBelieved(house, Math.floor);
    });
  }

  Deno.test(`a register that stood for two hours before ${sentence}, and then tells of more than full power: it is not`, async () => {
    const { house, gateway } = await standing();
    const { stuckWh } = gateway;
    await happens(house);
    await house.advance(minuteMs);
    assertEquals(await billedAfterLie(house, gateway), [["Local", stuckWh]]);
  });
}

Deno.test("a register that has stood in the dark tells after it of no more than full power since the boot, and before the cut", async () => {
  const { house, gateway } = await standing();
  const { stuckWh } = gateway;
  await rebooted(house, 0, () => house.clock.stepWall(10 * 60 * minuteMs));
  await house.advance(minuteMs);
  assertEquals(status(house), "Charging");
  assertEquals(await billedAfterLie(house, gateway), [["Local", stuckWh]]);
});

Deno.test("at a station that stops after a cut, a register that stood for two hours before it is billed as it is found", async () => {
  const { house, gateway } = await standing(stopping);
  gateway.isStuck = false;
  await rebooted(house, 0);
  await house.advance(minuteMs);
  assertEquals(billed(house), [["PowerLoss", Math.floor(trueWh(house))]]);
});
