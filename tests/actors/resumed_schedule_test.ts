/**
 * Schedules that count from the start of charging, in a transaction that goes on after a power cut: the current is never above the
 * schedule, also after a reboot (OCPP 1.6 §3.13.1, §7.13; decisions D-no-start, D-resume-after-cut).
 */
import { assertEquals } from "@std/assert";
import type { CalmHouse } from "./calm_house.ts";
import { bootedHouse, charging, contactorClosed, status } from "./calm_house.ts";
import { referenceDc } from "../hal/stations.ts";
import { rebooted } from "./power_cycle.ts";
import type { Sample } from "../protocol/charging_profile_samples.ts";
import { offered, set, tx } from "./profile_requests.ts";

const relative: Sample = { kind: "Relative" };
const unstarted: Sample = { ...tx, start: null };

/** It charges on connector 1 of a station that resumes, under this profile. */
async function resumingHouse(sample: Sample): Promise<CalmHouse> {
  const powerLoss = { ...referenceDc.powerLoss, onPowerLoss: "resume" } as const;
  const house = await bootedHouse({ station: { ...referenceDc, powerLoss } });
  await charging(house);
  assertEquals(await set(house, { 0: 32, 600: 6, 1_200: 20 }, sample), "Accepted");
  return house;
}

for (
  const [what, sample] of [["a Relative profile", relative], [
    "an Absolute TxProfile without startSchedule",
    unstarted,
  ]] as const
) {
  Deno.test(`${what} counts on over a power cut`, async () => {
    const house = await resumingHouse(sample);
    await house.advance(900_000);
    assertEquals(offered(house), 6);
    let mostA = 0;
    house.watch(() => contactorClosed(house) && (mostA = Math.max(mostA, offered(house))));
    await rebooted(house, 0);
    assertEquals([status(house), offered(house), mostA], ["Charging", 6, 6]);
    await house.advance(289_999);
    assertEquals([offered(house), mostA], [6, 6]);
    await house.advance(1);
    assertEquals(offered(house), 20);
  });
}

Deno.test("what passes in the dark counts, also from one cut to the next", async () => {
  const house = await resumingHouse(relative);
  await house.advance(560_000);
  await rebooted(house, 0);
  await house.advance(10_000);
  await rebooted(house, 0);
  assertEquals([status(house), offered(house)], ["Charging", 32]);
  await house.advance(8_999);
  assertEquals(offered(house), 32);
  await house.advance(1);
  // A second before, since hardware takes its time to obey.
  assertEquals(offered(house), 6);
});

Deno.test("a clock that has lost its time tells how long it was dark as soon as it is set", async () => {
  const house = await resumingHouse(relative);
  await house.advance(595_000);
  await rebooted(house, 0, () => house.clock.stepWall(-house.clock.wallMs()));
  assertEquals([status(house), offered(house)], ["Charging", 6]);
});
