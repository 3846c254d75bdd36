/**
 * Runs cases of the OCTT, each on every station that can run it, against the real program.
 *
 * Law: a case has a charge point of its own, so that cases can run side by side and none finds what another has left.
 * With arguments (`deno test -A tests/conformance/core_test.ts -- TC_003 TC_01`) those are run whose ids begin so.
 */
import { cases } from "./cases.ts";
import { startConformanceServer } from "./conformance_server.ts";
import { stationsFor } from "./matrix.ts";
import { runCase } from "./station_process.ts";

/** Most of a case is waiting: two cores bear so many. */
const PROCESSES = 6;

/** `what` is what is said of them at the end; `titles` are theirs, by id. */
export async function runCases(
  t: Deno.TestContext,
  what: string,
  titles: Readonly<Partial<Record<keyof typeof cases, string>>>,
): Promise<void> {
  await using server = await startConformanceServer();
  const ids = (Object.keys(titles) as (keyof typeof cases)[]).filter((id) =>
    Deno.args.length === 0 || Deno.args.some((prefix) => id.startsWith(prefix))
  );
  const runs = ids.flatMap((id) => stationsFor(id).map((on) => ({ id, on, case: cases[id] })));
  const count = runs.length;
  const startedMs = performance.now();
  const failed = new Set<string>();

  async function runNext(): Promise<void> {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const { id, on } = run;
      const held = await t.step({
        name: `${id} ${titles[id]} (${on})`,
        fn: () => runCase({ id, on, case: cases[id] }, server),
        sanitizeExit: false,
        sanitizeOps: false,
        sanitizeResources: false,
      });
      if (!held) failed.add(id);
    }
  }

  await Promise.all(Array.from({ length: PROCESSES }, runNext));
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  console.log(`${ids.length - failed.size} of ${ids.length} ${what} in ${count} runs and ${seconds} s`);
}
