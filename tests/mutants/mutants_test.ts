/** The mutants follow the code: what each breaks is there, or `task mutants` would judge less than it says. */
import { assert } from "@std/assert";
import { brokenText } from "./broken_copy.ts";
import { mutants } from "./mutants.ts";

const root = new URL("../../", import.meta.url).pathname;

for (const mutant of mutants) {
  Deno.test(`mutant: ${mutant.breaks}: its line stands exactly once in ${mutant.file}`, async () => {
    assert(await brokenText(root, mutant) !== null, mutant.find);
  });
}
