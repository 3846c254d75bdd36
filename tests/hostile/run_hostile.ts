/**
 * `deno task hostile [seed …]`: every hostile case against every shipped station, for each seed; prints what was tried.
 *
 * Law: the first breach ends it with exit code 1, and is named so that the same seed shows it again.
 */
import { shippedStations } from "../../hal/drivers/station_files.ts";
import { attackWithAnswers, attackWithCalls } from "./attack_plan.ts";

const seeds = Deno.args.length === 0 ? ["1", "2", "3"] : Deno.args;
const mutants = 10_000;

try {
  let cases = 0;
  const beganMs = performance.now();
  for (const seed of seeds) {
    for (const station of shippedStations) {
      const { calls, transactions, statuses } = await attackWithCalls({ seed, station, mutants });
      const states = [...statuses].map(([status, count]) => `${count} ${status}`).join(", ");
      console.log(`seed ${seed}, ${station}: ${calls} unasked (${states}), ${transactions} transactions`);
      cases += calls;
    }
    const { answers, boots } = await attackWithAnswers({ seed });
    console.log(`seed ${seed}: ${answers} answers in sessions, ${boots} at boots`);
    cases += answers + boots;
  }
  const tookS = Math.round((performance.now() - beganMs) / 1_000);
  console.log(`${cases} cases in ${tookS} s, seeds ${seeds.join(", ")}: no breach`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
