/** The Core cases of the OCTT, each by its id (`conformance/octt.md` §3). */
import { coreCases } from "./core_cases.ts";
import { runCases } from "./run_cases.ts";

Deno.test("the Core cases of the OCTT, on the stations that can run them", async (t) => {
  await runCases(t, "Core cases", coreCases);
});
