/** I22 on one cut: a charger that loses its power in a transaction comes to the same end, however often its recovery is cut. */
import { assertEquals } from "@std/assert";
import { stopAfterReboot } from "../hal/stations.ts";
import { watchRecovery } from "./recovery.ts";
import { createWorld } from "./world.ts";

Deno.test("recovery: judged by a cut in a transaction, and told of nothing where all is well", async () => {
  const world = await createWorld({ seed: "1", station: stopAfterReboot });
  const judge = watchRecovery(world, stopAfterReboot);
  const breaches: string[] = [];
  const judged = () => judge((id, what) => void breaches.push(`${id}: ${what}`));

  await judged();
  assertEquals(world.reached.has("recovery cut again and again"), false, "nothing has begun yet");
  await world.advance(5_000);
  world.station.verbs.plug(1);
  world.station.verbs.swipe("ALICE");
  await world.advance(60_000);
  assertEquals(world.durable.open.size, 1);
  await judged();
  assertEquals(world.reached.has("recovery cut again and again"), true);
  assertEquals(breaches, []);
});
