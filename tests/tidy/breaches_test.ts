/** Planted files with a bad beginning or name, and files that nobody needs. */
import { assertEquals } from "@std/assert";
import { breachesOf } from "./breaches.ts";
import { check, treeWith } from "./planted.ts";

Deno.test({ name: "tidy: a tidy house has no breach", permissions: "none" }, () => {
  assertEquals(breachesOf(treeWith({})), []);
});

check(
  "a file says what it is for",
  "hal/clock.ts",
  "!// the clock\nexport interface C {}",
  "1: begin with /** what the file is for */",
);
check(
  "at its very beginning",
  "hal/clock.ts",
  "!\n/** Clock. */",
  "1: begin with /** what the file is for */",
);
check("names are snake_case", "console/runConfig.ts", "", '1: name it in snake_case, not "runConfig"');
check("not kebab-case", "console/run-config.ts", "", '1: name it in snake_case, not "run-config"');
for (const empty of ["utils", "helpers", "manager", "service", "index"]) {
  check(`no ${empty}`, `console/${empty}.ts`, "", `1: name it after what it holds, not "${empty}"`);
  check(
    `no ${empty} of anything`,
    `console/run_${empty}.ts`,
    "",
    `1: name it after what it holds, not "${empty}"`,
  );
}

Deno.test(
  { name: "tidy: a file that no program reaches is dead, whatever a test says", permissions: "none" },
  () => {
    const tree = treeWith({
      "console/dead.ts": 'import "./deader.ts";',
      "console/deader.ts": 'import "./dead.ts";',
      "tests/dead_test.ts": 'import "../console/dead.ts";',
      "tests/fixture.ts": "",
      "hal/drivers/simulated_meter.ts": "",
      "storage/drivers/memory_store.ts": "",
      "tests/memory_test.ts": 'import "../storage/drivers/memory_store.ts";',
    });
    assertEquals(breachesOf(tree), [
      "console/dead.ts:1: delete it, or import it: no program reaches it",
      "console/deader.ts:1: delete it, or import it: no program reaches it",
      "hal/drivers/simulated_meter.ts:1: delete it, or import it: no test reaches it",
      "tests/fixture.ts:1: delete it, or import it: no test reaches it",
    ]);
  },
);

Deno.test({ name: "tidy: a task's script and a declaration are reached", permissions: "none" }, () => {
  const files = {
    "tests/bench/all.ts": 'import "./one.ts";',
    "tests/bench/one.ts": "",
    "console/std.d.ts": "",
  };
  const tree = treeWith(files);
  assertEquals(breachesOf({ ...tree, entries: ["tests/bench/all.ts", "console/std.d.ts"] }), []);
  assertEquals(breachesOf(tree).length, 3);
});
