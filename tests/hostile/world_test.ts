/**
 * Hostile input in the simulated world (notes/reliability.md C1, C3): whatever a central system sends, asked or not, no actor
 * crashes, the contactors are right, each CALL is answered once and as it must be, all that grows is bounded, the next good message
 * works, and in the end every bill is right. The larger sweep is `deno task hostile`.
 */
import { assertGreater } from "@std/assert";
import { attackWithAnswers, attackWithCalls } from "./attack_plan.ts";

const seed = "1";

Deno.test(`hostile world (seed ${seed}): a draw from all fields, keys and frames in all value classes, while sessions run`, async () => {
  const { calls, transactions, statuses } = await attackWithCalls({
    seed,
    station: "ac-two-sockets",
    mutants: 1_000,
    calls: 3_000,
  });
  assertGreater(calls, 3_000);
  assertGreater(transactions, 50);
  for (const status of ["Available", "Preparing", "Charging", "SuspendedEV", "Finishing", "Faulted"]) {
    assertGreater(statuses.get(status) ?? 0, 5, `too few cases came while a connector was ${status}`);
  }
});

Deno.test(`hostile world (seed ${seed}): answers to the charger's own CALLs, each in a session or at a boot`, async () => {
  const { answers, boots } = await attackWithAnswers({ seed, answers: 250 });
  assertGreater(answers, 130);
  assertGreater(boots, 40);
});
