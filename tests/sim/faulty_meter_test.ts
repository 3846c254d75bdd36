/** Meters that lie say what they are said to, and are not called liars for counting from elsewhere, or in coarse steps. */
import { assertEquals } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import type { Meter, Reading } from "../../hal/meter.ts";
import { createFaultyMeter, type FaultyMeter, type MeterFault } from "./faulty_meter.ts";

/** The register as the hardware has it, for a meter that answers at once. */
function rig(): { readonly meter: FaultyMeter; readonly lies: MeterFault[]; energyWh: number } {
  const lies: MeterFault[] = [];
  const world = { energyWh: 1_000 };
  const truth: Meter = {
    read: (_, done) =>
      done({ kind: "read", reading: { energyWh: world.energyWh, meterSerialNumber: "FIRST" } }),
  };
  const meter = createFaultyMeter(
    truth,
    createSimulatedEntropy("meter"),
    (_, fault) => void lies.push(fault),
  );
  return Object.assign(world, { meter, lies });
}

function read(meter: Meter): Reading | null {
  let told: Reading | null = null;
  meter.read(1, (outcome) => void (told = outcome.kind === "read" ? outcome.reading : null));
  return told;
}

Deno.test("a register of 31 bits begins anew at 2^31 Wh, and each of its readings is a lie", () => {
  const house = rig();
  house.meter.set(1, "wraps");
  assertEquals(read(house.meter)?.energyWh, 2 ** 31 - 2_000);
  house.energyWh += 2_001;
  assertEquals([read(house.meter)?.energyWh, house.lies], [1, ["wraps", "wraps"]]);
});

Deno.test("a register that counts on beyond 2^31 Wh lies when it is moved, and not in between", () => {
  const house = rig();
  house.meter.set(1, "beyond");
  assertEquals(read(house.meter)?.energyWh, 2_147_482_000);
  house.energyWh += 5_000;
  assertEquals(read(house.meter)?.energyWh, 2_147_487_000);
  house.meter.set(1, null);
  assertEquals([read(house.meter)?.energyWh, house.lies], [6_000, ["beyond", "beyond"]]);
});

Deno.test("a meter that was exchanged says so", () => {
  const house = rig();
  house.meter.set(1, "exchanged");
  assertEquals(read(house.meter), { energyWh: 121_000, meterSerialNumber: "ANOTHER" });
  house.meter.heal();
  assertEquals(read(house.meter), { energyWh: 1_000, meterSerialNumber: "FIRST" });
});

Deno.test("a meter that counts in steps shows the last whole one, wherever its register has been moved, and does not lie", () => {
  const house = rig();
  house.meter.countIn(1_000);
  house.energyWh = 2_999;
  assertEquals([read(house.meter)?.energyWh, house.meter.shownWh(2_999), house.lies], [2_000, 2_000, []]);
  house.meter.set(1, "beyond");
  assertEquals(read(house.meter)?.energyWh, 2_147_483_000);
  house.meter.heal();
  assertEquals(read(house.meter)?.energyWh, 2_000);
});
