/** The words of `deno task crash`: what they mean, and which are refused. */
import { assertEquals } from "@std/assert";
import { type CrashOptions, parseCrashOptions } from "./crash_options.ts";

const defaults: CrashOptions = {
  seed: "new",
  kills: 500,
  states: Infinity,
  boots: 50,
  faults: 110,
  recoveries: 200,
};

function check(words: string, expected: Partial<CrashOptions> | string): void {
  Deno.test({ name: `task crash ${words}`, permissions: "none" }, () => {
    const command = parseCrashOptions(words.split(" ").filter((word) => word !== ""), "new");
    if (typeof expected !== "string") {
      return assertEquals(command, { kind: "crash", options: { ...defaults, ...expected } });
    }
    const text = `deno task crash: ${expected}\ndeno task crash --help tells more`;
    assertEquals(command, { kind: "refused", text });
  });
}

check("", {});
check("-- --seed full1 --kills 20", { seed: "full1", kills: 20 });
check("--kills=0 --states 1000 --boots 0 --faults 0", { kills: 0, states: 1_000, boots: 0, faults: 0 });

check("--kills abc", 'give --kills N, SIGKILLs; default 500, 0 for none, not "abc"');
check("--kills 1.5", 'give --kills N, SIGKILLs; default 500, 0 for none, not "1.5"');
check(
  "--states=-1",
  "give --states N, about so many states of the disk after a cut, on which the store is opened; default every one, 0 for none, " +
    'not "-1"',
);
check("--kill 5", 'give a known option, not "--kill"; did you mean --kills?');
check("5", 'give options only, which begin with --, not "5"');
check(
  "--kills 0 --states 0 --boots 0 --faults 0 --recoveries 0",
  "give one of --kills, --states, --boots, --faults and --recoveries more than 0: nothing would be tried",
);

Deno.test({ name: "task crash --help tells every option", permissions: "none" }, () => {
  const command = parseCrashOptions(["--kills", "5", "--help"], "new");
  const text = command.kind === "help" ? command.text : "";
  for (const name of Object.keys(defaults)) assertEquals(text.includes(`  --${name} `), true, name);
});
