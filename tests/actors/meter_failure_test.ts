/** A transaction that nobody measures, and registers that cannot be (decision D-meter-failure; OCPP 1.6 §7.6 PowerMeterFailure, §7.36 Other). */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { begun, bootedHouse, chargingHouse, contactorClosed, status, swiped } from "./calm_house.ts";
import { meterSays } from "./meter_says.ts";
import { registerWh } from "./power_cycle.ts";

const minuteMs = 60_000;

function told(house: CalmHouse): readonly unknown[] {
  return house.sent("StatusNotification").map(({ payload }) => [payload.status, payload.errorCode]);
}

function billed(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => [payload.reason, payload.meterStop]);
}

for (const mode of ["hang", "fail"] as const) {
  Deno.test(`a meter that ${mode}s for five minutes ends the transaction at its last reading, and says so until it answers`, async () => {
    const house = await chargingHouse({ station: "ac-two-sockets" });
    await house.advance(minuteMs);
    const readWh = registerWh(house);
    house.station.meter.setMode(mode);
    await house.advance(5 * minuteMs - 1);
    assertEquals([contactorClosed(house), status(house), told(house)], [true, "Charging", []]);
    await house.advance(20_000);
    assertEquals([contactorClosed(house), billed(house)], [false, [["Other", readWh]]]);
    assertEquals(told(house), [["Finishing", "PowerMeterFailure"]]);
    await house.advance(minuteMs);
    house.station.meter.setMode("ok");
    await house.advance(20_000);
    assertEquals(told(house).at(-1), ["Finishing", "NoError"]);
  });
}

Deno.test("a meter that answers again within five minutes ends nothing, and its register tells what has flowed", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  for (let times = 0; times < 4; times++) {
    house.station.meter.setMode("fail");
    await house.advance(4.5 * minuteMs);
    house.station.meter.setMode("ok");
    await house.advance(minuteMs);
  }
  assertEquals([status(house), told(house)], ["Charging", []]);
  await swiped(house, "ALICE");
  assertEquals(billed(house), [["Local", registerWh(house)]]);
});

Deno.test("a meter that failed for an hour while nothing could flow ends the transaction once something can", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  house.station.verbs.fault(1, { errorCode: "GroundFailure" });
  house.station.meter.setMode("fail");
  await house.advance(60 * minuteMs);
  assertEquals([billed(house), status(house)], [[], "Faulted"]);
  house.station.verbs.clearFault(1);
  await house.advance(20_000);
  assertEquals([billed(house).length, contactorClosed(house)], [1, false]);
});

Deno.test("a transaction that began with a register far too low is ended: no bill of 5 MWh, and no energy for nothing", async () => {
  const house = await bootedHouse({ station: "ac-two-sockets" });
  let isWrong = true;
  meterSays(house, (energyWh) => isWrong ? 0 : energyWh + 5_000_000);
  await begun(house);
  isWrong = false;
  await house.advance(6 * minuteMs);
  assertEquals([contactorClosed(house), billed(house)], [false, [["Other", 0]]]);
  assertEquals(told(house).slice(-2), [["Finishing", "PowerMeterFailure"], ["Finishing", "NoError"]]);
});

for (
  const [what, said] of [
    ["far too high", (energyWh) => energyWh],
    ["of another meter", (energyWh) => energyWh + 9_000_000],
  ] as const satisfies readonly (readonly [string, (energyWh: number) => number])[]
) {
  Deno.test(`a register that does not count for the transaction, since it began with one ${what}, ends it`, async () => {
    const house = await bootedHouse({ station: "ac-two-sockets" });
    let isWrong = true;
    meterSays(house, (energyWh) => isWrong ? 9_000_000 : said(energyWh));
    await begun(house);
    isWrong = false;
    if (what === "of another meter") house.station.meter.exchange(1, "SPARE");
    await house.advance(6 * minuteMs);
    assertEquals([contactorClosed(house), billed(house)], [false, [["Other", 9_000_000]]]);
  });
}

Deno.test("a register that falls by a few Wh still measures: nothing ends, and nothing is billed twice", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  await house.advance(minuteMs);
  house.station.verbs.ev(1, { suspended: true });
  await house.advance(minuteMs);
  const readWh = registerWh(house);
  meterSays(house, (energyWh) => energyWh - 20);
  await house.advance(60 * minuteMs);
  assertEquals([told(house), contactorClosed(house)], [[["SuspendedEV", "NoError"]], true]);
  await swiped(house, "ALICE");
  assertEquals(billed(house), [["Local", readWh]]);
});

for (
  const [when, chargedMs] of [["between its readings", 5 * minuteMs], [
    "before its first reading",
    0,
  ]] as const
) {
  Deno.test(`a register that jumps ${when} beyond what can have flowed since the last one is never billed`, async () => {
    const house = await chargingHouse({ station: "ac-two-sockets" });
    await house.advance(chargedMs);
    let isWrong = true;
    meterSays(house, (energyWh) => energyWh + (isWrong ? 2_000 : 0));
    await house.advance(10_500);
    isWrong = false;
    await house.advance(10_000);
    await swiped(house, "ALICE");
    assertEquals(billed(house), [["Local", registerWh(house)]]);
  });
}

Deno.test("a connector that crashes after hours of a full disk believes its meter", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  await house.advance(3 * minuteMs);
  house.store().failCommits("full", Infinity);
  await house.advance(180 * minuteMs);
  house.store().failCommits("full", 0);
  house.system().crash("connector:1");
  await house.advance(minuteMs);
  await swiped(house, "ALICE");
  assertEquals(billed(house), [["Local", registerWh(house)]]);
});

Deno.test("a connector that crashes while its meter fails gives it five minutes again, and no more", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  await house.advance(20 * minuteMs);
  const readWh = registerWh(house);
  house.station.meter.setMode("fail");
  house.system().crash("connector:1");
  await house.advance(4 * minuteMs);
  assertEquals([status(house), contactorClosed(house)], ["Charging", true]);
  await house.advance(2 * minuteMs);
  assertEquals([contactorClosed(house), billed(house)], [false, [["Other", readWh]]]);
});
