/**
 * Writes a failing scenario and the last of its trace down, below `failures/` of this tree.
 *
 * Law: what is written can be played again, and is a regression test once it is copied to `tests/sim/regressions/`.
 */
import { failingScenario, formatFailingScenario, nameOf, type Origin } from "./failing_scenario.ts";
import type { Outcome } from "./sim_job.ts";
import { thisTree } from "./sim_pool.ts";

const failures = new URL("failures/", thisTree);

/** Its path in this tree; null where it cannot be played again. */
export async function keepFailure(outcome: Outcome, origin: Origin): Promise<string | null> {
  const failing = failingScenario(outcome, origin);
  if (failing === null) return null;
  const name = nameOf(failing);
  await Deno.mkdir(failures, { recursive: true });
  await Deno.writeTextFile(new URL(`${name}.json`, failures), formatFailingScenario(failing));
  const trace = outcome.failure?.lastTrace ?? [];
  await Deno.writeTextFile(new URL(`${name}.trace.txt`, failures), `${trace.join("\n")}\n`);
  return `failures/${name}.json`;
}

/** Of this tree. */
export async function commitOf(): Promise<string> {
  const { code, stdout } = await new Deno.Command("git", {
    args: ["describe", "--always", "--dirty"],
    cwd: thisTree,
    stderr: "null",
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout).trim() : "unknown";
}
