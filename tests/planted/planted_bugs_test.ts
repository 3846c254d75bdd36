/** The planted bugs follow the code: what each breaks still stands there, once. */
import { assert, assertEquals } from "@std/assert";
import { brokenText } from "../mutants/broken_copy.ts";
import { plantedBugs } from "./planted_bugs.ts";

const root = new URL("../../", import.meta.url).pathname;

for (const bug of plantedBugs) {
  Deno.test(`planted bug ${bug.id} stands exactly once in ${bug.file}`, async () => {
    assert(await brokenText(root, bug) !== null, bug.find);
  });
}

Deno.test("a break that is not there, or is there twice, breaks nothing", async () => {
  const file = "tests/planted/planted_bugs_test.ts";
  assertEquals(await brokenText(root, { file, find: "no " + "such text", replace: "" }), null);
  assertEquals(await brokenText(root, { file, find: "brokenText", replace: "" }), null);
});
