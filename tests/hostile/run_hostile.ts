/**
 * `deno task hostile [seed …]`: every hostile case against every shipped station in the simulated world, for each seed; then what can
 * be said over a real socket, to the real program; prints what was tried.
 *
 * Law: the first breach ends it with exit code 1, and is named so that the same seed shows it again; 2 says that a seed was not understood.
 */
import { exitCodes } from "../../console/exit_codes.ts";
import { shippedStations } from "../../hal/drivers/station_files.ts";
import { attackWithAnswers, attackWithCalls } from "./attack_plan.ts";
import { attackWithHandshake, attackWithMessages, attackWithTransports } from "./socket_attacks.ts";

const seeds = Deno.args.length === 0 ? ["1", "2", "3"] : Deno.args;
const mutants = 10_000;

const refused = seeds.find((seed) => !/^\w+$/.test(seed));
if (refused !== undefined) {
  console.error(
    `name seeds, as in deno task hostile 1 2 3 (which is what it takes without any), not ${refused}`,
  );
  Deno.exit(exitCodes.usage);
}
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
  for (const seed of seeds) {
    const messages = await attackWithMessages(seed, Infinity);
    console.log(`seed ${seed}, a real socket: ${messages} messages`);
    cases += messages;
  }
  const transports = await attackWithTransports() + await attackWithHandshake();
  console.log(`a real socket: ${transports} transports`);
  cases += transports;
  const tookS = Math.round((performance.now() - beganMs) / 1_000);
  console.log(`${cases} cases in ${tookS} s, seeds ${seeds.join(", ")}: no breach`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
