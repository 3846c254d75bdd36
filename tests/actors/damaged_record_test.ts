/** One damaged record does not stop the charger (notes/reliability.md D9): it is said, and the charger goes on. */
import { assert, assertEquals } from "@std/assert";
import type { Key } from "../../storage/store.ts";
import { createWorld } from "../sim/world.ts";

const hourMs = 3_600_000;

for (
  const key of [["boot"], ["registration"], ["clock"], ["transaction", 1]] as const satisfies readonly Key[]
) {
  Deno.test(`a charger whose record ${JSON.stringify(key)} is damaged boots, is accepted, and charges`, async () => {
    const world = await createWorld({ seed: "damaged" });
    await world.advance(5_000);
    world.station.verbs.plug(1);
    world.station.verbs.swipe("ALICE");
    await world.advance(60_000);
    assertEquals(world.centralSystem.open().length, 1);
    world.store().corrupt(key);
    world.cutPower(0);
    await world.advance(5_000);
    await world.restorePower();
    await world.advance(hourMs);
    assertEquals(world.centralSystem.statuses.get(0), "Available");
    world.station.verbs.unplug(1);
    await world.advance(60_000);
    world.station.verbs.plug(1);
    world.station.verbs.swipe("BOB");
    await world.advance(60_000);
    const bob = [...world.centralSystem.ledger.values()].find(({ start }) => start.idTag === "BOB");
    assert(bob !== undefined, "BOB does not charge");
  });
}
