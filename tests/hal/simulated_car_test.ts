/**
 * The simulated car's physics, as literals.
 *
 * Law: power by hand (volt times ampere times phases, the curve's corners), energy by a sum that knows no integral.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import fc from "fast-check";
import type { ConnectorHardware } from "../../hal/connector_hardware.ts";
import {
  arrivedCar,
  charged,
  defaultCarModel,
  drawnPowerW,
  fullInMs,
  socPercent,
  waited,
  wantsEnergy,
  withSoc,
} from "../../hal/drivers/simulated_car.ts";
import type { Car } from "../../hal/physical_state.ts";
import { acTwoSockets, dcFour, referenceDc } from "./stations.ts";

const HOUR_MS = 3_600_000;

const [dc50, dc150, ac22] = [referenceDc, dcFour, acTwoSockets].map(({ connectors }) => connectors[0]);
assert(dc50 !== undefined && ac22 !== undefined && dc150?.current === "DC");

function atSoc(soc: number): Car {
  return withSoc(arrivedCar(defaultCarModel), soc);
}

function check(sentence: string, test: () => void): void {
  Deno.test({ name: `a simulated car ${sentence}`, permissions: "none", fn: test });
}

/** What flows at this state of charge and limit, in whole watt. */
const drawn: readonly (readonly [string, ConnectorHardware, number, number, number])[] = [
  ["its on-board charger's 16 A on three phases of 230 V", ac22, 20, 32, 11_040],
  ["the limit where that is lower", ac22, 20, 10, 6_900],
  ["6 A, the least that IEC 61851-1 knows", ac22, 20, 6, 4_140],
  ["nothing below 6 A", ac22, 20, 5.9, 0],
  ["nothing at a limit of 0", ac22, 20, 0, 0],
  ["near the end what its battery takes over AC too", ac22, 100 - 1e-9, 32, 6_000],
  ["the connector's 125 A at 354 V", dc50, 20, 125, 44_250],
  ["no more than the connector's 125 A when the limit is higher", dc50, 20, 1_000, 44_250],
  ["the limit over DC, below 6 A as well", dc50, 20, 5, 1_770],
  ["nothing over DC at a limit of 0", dc50, 20, 0, 0],
  ["the connector's 50 kW where its voltage would give more", { ...dc50, maxCurrentA: 200 }, 20, 200, 50_000],
  ["all that its battery takes up to 60 %", dc150, 60, 400, 120_000],
  ["a half of that at 85 %", dc150, 85, 400, 60_000],
  ["a twentieth at the very end", dc150, 100 - 1e-9, 400, 6_000],
  ["nothing when it is full", dc150, 100, 400, 0],
  ["nothing where the station does not reach its voltage", { ...dc150, voltageMinV: 341 }, 20, 400, 0],
];
for (const [what, connector, soc, limitA, powerW] of drawn) {
  check(`draws ${what}`, () => assertEquals(Math.round(drawnPowerW(atSoc(soc), connector, limitA)), powerW));
}

check("draws on one phase what it would draw on each of three", () => {
  const onePhase = arrivedCar({ ...defaultCarModel, onBoardPhases: 1 });
  assertEquals(drawnPowerW(onePhase, ac22, 16), 3_680);
});

check("of another kind draws half of what it is offered, or half more than that", () => {
  const model = (drawnShare: number) => arrivedCar({ ...defaultCarModel, onBoardCurrentA: 32, drawnShare });
  assertEquals(drawnPowerW(model(0.5), ac22, 20), 10 * 3 * 230);
  assertEquals(drawnPowerW(model(1.5), ac22, 20), 30 * 3 * 230);
});

check("draws less and less from 60 % on, and never more again", () => {
  const powers = Array.from({ length: 400 }, (_, i) => drawnPowerW(atSoc(60 + i / 10), dc150, 400));
  for (const [i, powerW] of powers.slice(1).entries()) assertLess(powerW, powers[i] ?? 0);
});

check("gains in an hour of 11,040 W just that many Wh", () => {
  const car = charged(atSoc(20), ac22, 32, HOUR_MS);
  assertEquals(car.batteryWh, 12_800 + 11_040);
});

check("gains over DC what a sum over each tenth of a second of its power gives", () => {
  let sumWh = 0;
  let car = atSoc(20);
  for (let i = 0; i < 20_000; i++) {
    const next = charged(car, dc150, 400, 100);
    sumWh += ((drawnPowerW(car, dc150, 400) + drawnPowerW(next, dc150, 400)) / 2) * (100 / HOUR_MS);
    car = next;
  }
  const gainedWh = charged(atSoc(20), dc150, 400, 2_000_000).batteryWh - atSoc(20).batteryWh;
  assertGreater(gainedWh, 40_000);
  assertLess(Math.abs(sumWh - gainedWh), 0.01);
});

check("gains the same however often one looks", () => {
  fc.assert(fc.property(
    fc.constantFrom(ac22, dc50, dc150),
    fc.double({ min: 0, max: 100, noNaN: true }),
    fc.double({ min: 0, max: 450, noNaN: true }),
    fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1, maxLength: 8 }),
    (connector, soc, limitA, stepsMs) => {
      const looked = stepsMs.reduce((car, ms) => charged(car, connector, limitA, ms), atSoc(soc));
      const once = charged(atSoc(soc), connector, limitA, stepsMs.reduce((sum, ms) => sum + ms, 0));
      assertLess(Math.abs(looked.batteryWh - once.batteryWh), 1e-4);
    },
  ));
});

check("is full when it said it would be, and not a second earlier", () => {
  for (const [connector, limitA] of [[ac22, 32], [dc50, 20], [dc50, 125], [dc150, 400]] as const) {
    const inMs = fullInMs(atSoc(20), connector, limitA);
    assertGreater(inMs, 1_000_000);
    assertEquals(socPercent(charged(atSoc(20), connector, limitA, Math.ceil(inMs))), 100);
    assertLess(charged(atSoc(20), connector, limitA, inMs - 1_000).batteryWh, 64_000);
  }
});

check("takes 120 kW for the first 25.6 kWh: 768 s from 20 % to 60 %", () => {
  assertLess(Math.abs(charged(atSoc(20), dc150, 400, 768_000).batteryWh - 38_400), 1e-6);
});

check("never gets full on a limit of 0", () => {
  assertEquals(fullInMs(atSoc(20), dc50, 0), Infinity);
  assertEquals(charged(atSoc(20), dc50, 0, 1e9), atSoc(20));
});

check("wants no energy when it is told not to, pauses, is full, or is not ready yet", () => {
  assertEquals(wantsEnergy(atSoc(20)), true);
  assertEquals(wantsEnergy({ ...atSoc(20), demand: false }), false);
  assertEquals(wantsEnergy({ ...atSoc(20), suspended: true }), false);
  assertEquals(wantsEnergy(atSoc(100)), false);
  assertEquals(wantsEnergy({ ...atSoc(20), prechargeLeftMs: 1 }), false);
});

check("gets ready first and charges in what is left of the time", () => {
  const arriving = { ...atSoc(20), prechargeLeftMs: 60_000 };
  assertEquals(waited(arriving, 20_000).prechargeLeftMs, 40_000);
  assertEquals(waited(arriving, 70_000).prechargeLeftMs, 0);
  assertEquals(charged(arriving, ac22, 16, 60_000 + HOUR_MS).batteryWh, 12_800 + 11_040);
  assertEquals(charged(arriving, ac22, 16, 59_999).batteryWh, 12_800);
});
