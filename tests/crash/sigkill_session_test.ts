/**
 * SIGKILL of the real process at fifty random moments of sessions on a real KV file: no Start and no Stop is lost, none comes
 * twice with another content, and every Wh that the hardware's meter counted is on one bill (notes/reliability.md D4).
 *
 * Law: two chargers, two central systems, one seed, which is printed. A seed gives the same moments, not the same instants.
 */
import { assert, assertGreater } from "@std/assert";
import { createSimulatedEntropy } from "../../hal/drivers/simulated_entropy.ts";
import { judge } from "./judge.ts";
import { runLane } from "./lane.ts";
import { drawMoments, SESSION_MOMENTS } from "./moments.ts";

const KILLS = 50;

Deno.test(`SIGKILL at ${KILLS} moments: no Start and no Stop is lost or doubled, and the bills add up`, async () => {
  const seed = Deno.env.get("CHARGERD_SEED") ?? crypto.randomUUID().slice(0, 8);
  console.log(`CHARGERD_SEED=${seed}`);
  const lanes = [0, 1].map((lane) => {
    const entropy = createSimulatedEntropy(`${seed} ${lane}`);
    return runLane(entropy, drawMoments(entropy, SESSION_MOMENTS, KILLS / 2));
  });
  const evidence = await Promise.all(lanes);
  for (const lane of evidence) judge(lane);
  assert(evidence.every(({ registerWh }) => registerWh > 0));
  // A session that never gets far would be judged well, too.
  const left = evidence.flatMap((lane) => lane.left);
  assert(left.some(({ open }) => open.length > 0) && left.some(({ messages }) => messages.length > 0));
  assertGreater(evidence.flatMap(({ ledger }) => ledger.entries).length, KILLS / 4);
});
