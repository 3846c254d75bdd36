/** The cases of the OCTT for the optional feature profiles, each by its id (`conformance/octt.md` §4 to §6). */
import { optionalCases } from "./optional_cases.ts";
import { runCases } from "./run_cases.ts";

Deno.test("the optional profiles' cases of the OCTT, on the stations that can run them", async (t) => {
  await runCases(t, "cases of optional profiles", optionalCases);
});
