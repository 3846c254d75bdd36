/** What I5 excuses: what a silent meter has not told, where it was waited for, and nothing else (decision D-silent-meter). */
import { assert, assertEquals } from "@std/assert";
import { bootedHouse, charging, chargingHouse, swiped } from "../actors/calm_house.ts";
import { rebooted, registerWh } from "../actors/power_cycle.ts";
import { watchMeters } from "./meter_watch.ts";

Deno.test("what a meter told last but one is known in any case, before it was silent and after", async () => {
  const house = await bootedHouse();
  const watch = watchMeters(house);
  await charging(house);
  await house.advance(10_000);
  const toldWh = registerWh(house);
  await house.advance(10_000);
  assertEquals(Math.floor(watch.toldWh(1)), toldWh);
  house.station.meter.setMode("fail");
  await house.advance(10_000);
  assertEquals([Math.floor(watch.toldWh(1)), watch.unansweredMs(1)], [toldWh, 30_000]);
  house.station.meter.setMode("ok");
  await house.advance(300_000);
  const laterWh = registerWh(house);
  await house.advance(30_000);
  assert(watch.toldWh(1) >= laterWh);
});

Deno.test("a crash takes from the charger what is not durable, and a boot no more than that", async () => {
  const house = await bootedHouse();
  const watch = watchMeters(house);
  await charging(house);
  await house.advance(60_000);
  house.medium.full(true);
  const keptWh = watch.toldWh(1);
  await house.advance(600_000);
  assert(watch.toldWh(1) > keptWh);
  house.medium.full(false);
  await rebooted(house, 0, () => house.station.meter.setMode("hang"));
  assertEquals(watch.toldWh(1), keptWh);
});

Deno.test("a stop is waited for 10 s, and what a boot has found about a minute", async () => {
  const stopped = await chargingHouse();
  const watch = watchMeters(stopped);
  stopped.station.meter.setMode("hang");
  const startedMs = stopped.clock.monotonicMs();
  await stopped.advance(20_000);
  await swiped(stopped, "ALICE");
  await stopped.advance(9_999);
  assertEquals(watch.hasWaited(1, startedMs), false);
  await stopped.advance(1);
  assertEquals(watch.hasWaited(1, startedMs), true);
  const cut = await chargingHouse();
  const atBoot = watchMeters(cut);
  await cut.advance(20_000);
  await rebooted(cut, 0, () => cut.station.meter.setMode("hang"));
  await cut.advance(45_000);
  assertEquals(atBoot.hasWaited(1, 0), false);
  await cut.advance(5_000);
  assertEquals(atBoot.hasWaited(1, 0), true);
});

Deno.test("a stop that is decided in the hold-up time has no more than that", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  const watch = watchMeters(house);
  house.station.meter.setMode("hang");
  const startedMs = house.clock.monotonicMs();
  house.station.verbs.power("failing");
  await house.advance(100);
  await swiped(house, "ALICE");
  assertEquals(watch.hasWaited(1, startedMs), true);
});
