/** Ampere to watt and back with the nominal voltage and the phases in use (OCPP 1.6 §3.13.2, §7.12; errata v4.0 §3.34; SC-1.1, SC-1.2). */
import { assertEquals } from "@std/assert";
import type { Rate, Supply } from "../../protocol/charging_rate.ts";
import { hardwareLimit, limitIn } from "../../protocol/charging_rate.ts";
import { ac, dc } from "./charging_profile_samples.ts";

function check(
  sentence: string,
  supply: Supply,
  [limit, chargingRateUnit]: readonly [limit: number, unit: "A" | "W"],
  expected: number,
  unit: "A" | "W" = chargingRateUnit === "A" ? "W" : "A",
): void {
  Deno.test({ name: `rate: ${sentence}`, permissions: "none" }, () => {
    const rate: Rate = { limit, chargingRateUnit };
    assertEquals(limitIn(unit, rate, supply), expected);
  });
}

const onePhase: Supply = { ...ac, phases: 1 };

check("16 A on three phases of 230 V", ac, [16, "A"], 11_040);
check("11 kW on three phases, rounded down", ac, [11_000, "W"], 15.9);
check("3680 W on one phase", onePhase, [3_680, "W"], 16);
check("and on three", ac, [3_680, "W"], 5.3);
check("the ampere of each phase stay what they are", onePhase, [16, "A"], 16, "A");
check("DC knows no phases", dc, [50_000, "W"], 50);
check("DC in ampere, by the highest output voltage", dc, [6.5, "A"], 6_500);
check("nothing is nothing", ac, [0, "W"], 0);
check("the unit that is asked for as it is, tenths and all", ac, [15.7, "W"], 15.7, "W");
// 0.7 * 10 and 6.9 / 230 * … are not whole in binary; a decimal of one digit must survive.
check("a decimal of one digit comes back as it went in", { ...ac, voltageV: 1, phases: 1 }, [0.7, "W"], 0.7);
check("and another", { ...ac, voltageV: 230, phases: 1 }, [1_587, "W"], 6.9);

Deno.test({ name: "rate: no limit grows on its way to the other unit and back", permissions: "none" }, () => {
  for (const supply of [ac, onePhase, dc]) {
    for (let tenths = 0; tenths <= 1_000; tenths++) {
      const limit = tenths / 10;
      const watts = limitIn("W", { limit, chargingRateUnit: "A" }, supply);
      const back = limitIn("A", { limit: watts, chargingRateUnit: "W" }, supply);
      assertEquals(back, limit);
    }
  }
});

Deno.test({ name: "rate: what the hardware allows in either unit", permissions: "none" }, () => {
  assertEquals([hardwareLimit("A", dc), hardwareLimit("W", dc)], [125, 50_000]);
});
