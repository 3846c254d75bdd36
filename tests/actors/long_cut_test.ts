/** A cut after hours without a sign of life: what the meter tells is billed, as far as it can be (decision D-checkpoint; spec/behaviour.md §18). */
import { assert, assertEquals } from "@std/assert";
import type { StationProfile } from "../../hal/station_profile.ts";
import { acTwoSockets } from "../hal/stations.ts";
import type { CalmHouse } from "./calm_house.ts";
import { chargingHouse, status, swiped } from "./calm_house.ts";
import { rebooted, registerWh } from "./power_cycle.ts";

const hourMs = 3_600_000;
const stopping: StationProfile = {
  ...acTwoSockets,
  powerLoss: { ...acTwoSockets.powerLoss, onPowerLoss: "stopAfterReboot" },
};

/** Nothing can be stored, or what was stored cannot be read. */
type Trouble = "full disk" | "damaged checkpoint";

async function cutAfter(
  hours: number,
  trouble: Trouble,
  station: StationProfile,
  dark: (house: CalmHouse) => void,
) {
  const house = await chargingHouse({ station, settings: { MeterValueSampleInterval: "0" } });
  // Just after a checkpoint, and after the time was told last.
  await house.advance(305_000);
  if (trouble === "full disk") house.store().failCommits("full", Infinity);
  await house.advance(hours * hourMs);
  house.store().failCommits("full", 0);
  if (trouble === "damaged checkpoint") house.store().corrupt(["checkpoint", 1]);
  // So late that no other clock helps.
  house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 20_000 });
  await rebooted(house, 0, () => dark(house));
  await house.advance(60_000);
  return house;
}

function meterStops(house: CalmHouse): readonly unknown[] {
  return house.sent("StopTransaction").map(({ payload }) => payload.meterStop);
}

const lostMs = -20 * 365 * 24 * hourMs;

for (
  const [trouble, clock, byMs] of [
    ["full disk", "a clock that goes on", 0],
    ["full disk", "a clock that has lost its time", lostMs],
    ["full disk", "a clock that lost four hours", -4 * hourMs],
    ["full disk", "a clock that is years ahead", 10 * 365 * 24 * hourMs],
    ["damaged checkpoint", "a clock that goes on", 0],
    ["damaged checkpoint", "a clock that has lost its time", lostMs],
  ] as const
) {
  Deno.test(`a cut after 3 h, with a ${trouble} and ${clock}: the register of the same meter is billed`, async () => {
    const house = await cutAfter(3, trouble, stopping, ({ clock }) => clock.stepWall(byMs));
    assertEquals(meterStops(house), [registerWh(house)]);
    assert(registerWh(house) > 33_000);
  });
}

for (
  const [trouble, byMs] of [["full disk", 0], ["damaged checkpoint", 0], [
    "damaged checkpoint",
    lostMs,
  ]] as const
) {
  Deno.test(`the same at a station that resumes, with a ${trouble}, ${byMs} ms by the clock: nothing is lost at the stop`, async () => {
    const house = await cutAfter(3, trouble, acTwoSockets, ({ clock }) => clock.stepWall(byMs));
    assertEquals(status(house), "Charging");
    await swiped(house, "ALICE");
    assertEquals(meterStops(house), [registerWh(house)]);
  });
}

for (const [what, byMs] of [["", 0], [", and no clock", lostMs]] as const) {
  Deno.test(`a register with all bits set is not billed after a cut, with a full disk${what}: the last checkpoint is`, async () => {
    const house = await cutAfter(3, "full disk", stopping, ({ clock, station: { board } }) => {
      clock.stepWall(byMs);
      board.put({ ...board.outlet(1), registerWh: 2 ** 32 - 1 });
    });
    assertEquals(meterStops(house), [919]);
  });
}

Deno.test("after a cut of seconds a register hours of full power too high is not billed either", async () => {
  const house = await cutAfter(0.5, "damaged checkpoint", stopping, ({ station: { board } }) => {
    board.put({ ...board.outlet(1), registerWh: 60_000 });
  });
  assertEquals(meterStops(house), [0]);
});

Deno.test("a cut after an hour without a link and three with a full disk: a clock that is before the last sign of life is not believed", async () => {
  const house = await chargingHouse({ station: stopping });
  house.network.setLink("down");
  await house.advance(hourMs);
  house.store().failCommits("full", Infinity);
  await house.advance(3 * hourMs);
  house.store().failCommits("full", 0);
  house.centralSystem.script("BootNotification", { kind: "answer", afterMs: 20_000 });
  await rebooted(house, 0, () => house.clock.stepWall(-3.5 * hourMs));
  await house.advance(60_000);
  assertEquals(meterStops(house), [registerWh(house)]);
});

Deno.test("resumed, and cut again with a damaged checkpoint: what was charged before counts from its beginning", async () => {
  const house = await chargingHouse({ station: "ac-two-sockets" });
  await house.advance(3 * hourMs);
  await rebooted(house, 0);
  await house.advance(60_000);
  house.store().corrupt(["checkpoint", 1]);
  await rebooted(house, 0);
  await house.advance(60_000);
  await swiped(house, "ALICE");
  assertEquals(meterStops(house), [registerWh(house)]);
});
