/** The simulated host ends once, and not before the turn that asked for it is over. */
import { assertEquals } from "@std/assert";
import { createSimulatedClock } from "../../hal/drivers/simulated_clock.ts";
import { createSimulatedHost } from "../../hal/drivers/simulated_host.ts";
import type { RestartKind } from "../../hal/host.ts";

Deno.test({
  name: "a simulated host ends after the call, by the first kind that was asked for, and once",
  permissions: "none",
  fn: async () => {
    const clock = createSimulatedClock({ startWallMs: 0, settled: () => true });
    const ended: RestartKind[] = [];
    const host = createSimulatedHost(clock, (kind) => ended.push(kind));
    host.restart("Hard");
    host.restart("Soft");
    assertEquals(ended, []);
    await clock.advance(0);
    assertEquals(ended, ["Hard"]);
  },
});
